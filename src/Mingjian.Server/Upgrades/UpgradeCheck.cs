using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Upgrades;

/// <summary>What a finding means for an upgrade to this program.</summary>
public enum UpgradeState
{
    /// <summary>Nothing to do by hand.</summary>
    Ready = 1,

    /// <summary>The program would start; somebody should look first.</summary>
    Caution = 2,

    /// <summary>The program would not start.</summary>
    Refused = 3,
}

/// <summary>One line of the answer, in Chinese.</summary>
/// <param name="What">The store or file.</param>
/// <param name="Found">The version that stands there.</param>
/// <param name="Known">The version that this program writes; empty where there is none.</param>
/// <param name="Does">What the upgrade will do, or what is wrong and how to mend it.</param>
public sealed record UpgradeFinding(string What, string Found, string Known, string Does, UpgradeState State = UpgradeState.Ready);

/// <summary>What is looked at.</summary>
/// <param name="NetworkDirectory">The folder that holds <c>network.txt</c>: a stopped server's, or a backup.</param>
/// <param name="Sql">Where its SQL stores are.</param>
/// <param name="BackupDirectory">Where its backups go.</param>
/// <param name="Now">What ages are counted from.</param>
public sealed record UpgradeSource(string NetworkDirectory, SqlSettings Sql, string BackupDirectory, DateTimeOffset Now)
{
    /// <summary>The ledger's store.</summary>
    public string LedgerDirectory => Path.Combine(NetworkDirectory, "ledger");

    /// <summary>A backup is looked at: it needs no backup of its own.</summary>
    public bool IsBackup => File.Exists(Path.Combine(NetworkDirectory, Operations.BackupFiles.ManifestName));

    /// <summary>The ledger as it says itself; null when there is none, or when it cannot be read (which <see cref="LedgerStoreCheck"/> reports).</summary>
    public StoreLook? FindLedger()
    {
        try
        {
            return StoreLook.Of(LedgerDirectory);
        }
        catch (Exception e) when (e is Engine.Store.StoreCorruptException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>Looks at one kind of thing. Writes nothing, and throws for nothing that stands in the data.</summary>
public interface IUpgradeCheck
{
    /// <summary>Its findings, in the order in which they are shown.</summary>
    Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken);
}

/// <summary>Everything that <c>mingjian upgrade --check</c> looks at.</summary>
public static class UpgradeChecks
{
    /// <summary>In the order in which they are shown. A new kind of check is one more line here.</summary>
    public static IReadOnlyList<IUpgradeCheck> All { get; } =
        [new LedgerStoreCheck(), new LedgerProtocolCheck(), new SqlStoreCheck(), new LastingFileCheck(), new RoomCheck(), new BackupAgeCheck()];

    /// <summary>All findings.</summary>
    public static async Task<IReadOnlyList<UpgradeFinding>> RunAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        var findings = new List<UpgradeFinding>();
        foreach (var check in All)
        {
            findings.AddRange(await check.CheckAsync(source, cancellationToken));
        }

        return findings;
    }
}
