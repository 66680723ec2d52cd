using System.Globalization;
using Mingjian.Acts.Networks;
using Mingjian.Server.Access;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Operations;
using Mingjian.Storage.Sql;
using Mingjian.Vault;

namespace Mingjian.Server.Upgrades;

/// <summary>Files beside the stores that a start reads.</summary>
internal sealed class LastingFileCheck : IUpgradeCheck
{
    public Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        var findings = new List<UpgradeFinding>();
        Add(NetworkFile.FileName, "网络文件", NetworkFile.CurrentFormat, () => NetworkFile.Parse(File.ReadAllBytes(PathOf(source, NetworkFile.FileName))));
        Add(AccessGrantFile.FileName, "审计授权", AccessGrantFile.CurrentFormat, () => AccessGrantFile.Read(source.NetworkDirectory));
        Add("vault.key", "保险库主密钥", "版本号:密钥", () => MasterKeys.Read(PathOf(source, "vault.key")));
        return Task.FromResult<IReadOnlyList<UpgradeFinding>>(findings);

        void Add(string name, string title, string known, Action read)
        {
            if (!File.Exists(PathOf(source, name)))
            {
                return;
            }

            try
            {
                read();
                findings.Add(new UpgradeFinding($"{title}（{name}）", "认识", known, "不变"));
            }
            catch (Exception e) when (e is NetworkFileException or InvalidDataException or VaultException or IOException or UnauthorizedAccessException)
            {
                findings.Add(new UpgradeFinding($"{title}（{name}）", "不认识", known, $"file/unreadable：{e.Message} 请换用写它的程序，或者从备份取回这个文件。", UpgradeState.Refused));
            }
        }
    }

    private static string PathOf(UpgradeSource source, string name) => Path.Combine(source.NetworkDirectory, name);
}

/// <summary>Room for the copy that should be taken first.</summary>
internal sealed class RoomCheck : IUpgradeCheck
{
    public Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        var needed = new DirectoryInfo(source.NetworkDirectory).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(f => !f.FullName.StartsWith(source.BackupDirectory + Path.DirectorySeparatorChar, StringComparison.Ordinal)).Sum(f => f.Length);
        var free = DiskSpace.Of(Nearest(source.BackupDirectory)).Free;
        return Task.FromResult<IReadOnlyList<UpgradeFinding>>([
            free >= needed
                ? new UpgradeFinding("磁盘", $"剩余 {Size(free)}", $"备份约需 {Size(needed)}", "够用")
                : new UpgradeFinding(
                    "磁盘", $"剩余 {Size(free)}", $"备份约需 {Size(needed)}", "放不下升级前的备份：请先腾出空间，或者把备份放到另一块盘（Mingjian:BackupDirectory）。",
                    UpgradeState.Caution),
        ]);
    }

    internal static string Size(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB");

    private static string Nearest(string directory)
    {
        while (!Directory.Exists(directory))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}

/// <summary>Whether there is a way back.</summary>
internal sealed class BackupAgeCheck : IUpgradeCheck
{
    /// <summary>A backup that is older is not one of just before the upgrade.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private const string What = "最近的备份";

    public async Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        if (source.IsBackup)
        {
            return [new UpgradeFinding(What, "", "", "检查的就是一份备份")];
        }

        var newest = await FindNewestAsync(source.BackupDirectory, cancellationToken);
        var more = source.Sql.Provider == SqlProvider.PostgreSql ? "PostgreSQL 要另外用 pg_dump 备份。" : string.Empty;
        if (newest is not { } found)
        {
            return [new UpgradeFinding(What, "没有", BackupManifest.CurrentFormat, $"{source.BackupDirectory} 里没有备份。请先运行 mingjian backup，或者停止后复制整个数据目录。{more}", UpgradeState.Caution)];
        }

        var age = source.Now - found.Taken;
        var when = string.Create(CultureInfo.InvariantCulture, $"{found.Taken.UtcDateTime:yyyy-MM-dd HH:mm} UTC，第 {found.Height} 块");
        return [age <= Fresh
            ? new UpgradeFinding(What, when, BackupManifest.CurrentFormat, $"一天以内。{more}")
            : new UpgradeFinding(
                What, when, BackupManifest.CurrentFormat, string.Create(CultureInfo.InvariantCulture, $"已经过去 {(int)age.TotalDays} 天：请先再备份一次。{more}"), UpgradeState.Caution)];
    }

    private static async Task<BackupManifest?> FindNewestAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            return null;
        }

        BackupManifest? newest = null;
        foreach (var backup in Directory.EnumerateDirectories(directory))
        {
            try
            {
                var manifest = await BackupFiles.ReadManifestAsync(backup, cancellationToken);
                newest = newest is null || manifest.Taken > newest.Taken ? manifest : newest;
            }
            catch (BackupException)
            {
                // A half, or of another program: no way back for this one.
            }
        }

        return newest;
    }
}
