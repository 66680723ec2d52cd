using System.Globalization;
using System.Text.Json;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Upgrades;

/// <summary>The ledger's own store: its version mark and its files' digests. What stands in it is an audit's matter.</summary>
internal sealed class LedgerStoreCheck : IUpgradeCheck
{
    private const string What = "账本存储";

    public Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        UpgradeFinding finding;
        try
        {
            finding = StoreLook.Of(source.LedgerDirectory) is { } ledger
                ? new UpgradeFinding(What, StoreLook.Version, StoreLook.Version, string.Create(CultureInfo.InvariantCulture, $"不变（第 {ledger.Height} 块，{ledger.Size} 条记录）"))
                : new UpgradeFinding(What, "没有", StoreLook.Version, "启动时新建");
        }
        catch (StoreVersionException e)
        {
            finding = new UpgradeFinding(What, "更新的版本", StoreLook.Version, e.Message, UpgradeState.Refused);
        }
        catch (Exception e) when (e is StoreCorruptException or IOException or UnauthorizedAccessException)
        {
            finding = new UpgradeFinding(What, "读不出", StoreLook.Version, $"store/damaged：文件损坏或读不了（{e.Message}）。请从备份恢复，再检查。", UpgradeState.Refused);
        }

        return Task.FromResult<IReadOnlyList<UpgradeFinding>>([finding]);
    }
}

/// <summary>By which rules the ledger goes on, and whether this program carries them. A store that cannot be read is <see cref="LedgerStoreCheck"/>'s.</summary>
internal sealed class LedgerProtocolCheck : IUpgradeCheck
{
    public Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        if (source.FindLedger() is not { Height: > 0 })
        {
            return Task.FromResult<IReadOnlyList<UpgradeFinding>>([]);
        }

        try
        {
            using var store = RocksDbBlockStore.OpenReadOnly(source.LedgerDirectory);
            using var snapshot = store.Snapshot();
            return Task.FromResult<IReadOnlyList<UpgradeFinding>>(
            [
                Judge(
                    Read(snapshot, NodesState.ProtocolKey) ?? new ProtocolRecord([new ProtocolStep(1, ProtocolRecord.First)]), snapshot.Height + 1,
                    Read(snapshot, NodesState.TopKey) is not null, AllContracts.Protocol),
            ]);
        }
        catch (Exception e) when (e is StoreCorruptException or JsonException or IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<IReadOnlyList<UpgradeFinding>>(
                [new UpgradeFinding("规则版本", "读不出", Known(AllContracts.Protocol), $"store/damaged：{e.Message} 请从备份恢复，再检查。", UpgradeState.Refused)]);
        }
    }

    /// <param name="next">Height of the block that comes next.</param>
    /// <param name="isShared">Whether organisations decide on it together.</param>
    /// <param name="carried">The newest protocol of this program.</param>
    internal static UpgradeFinding Judge(ProtocolRecord record, long next, bool isShared, int carried)
    {
        var inForce = record.At(next);
        var found = string.Create(CultureInfo.InvariantCulture, $"第 {inForce} 版");
        UpgradeFinding Finding(FormattableString does, UpgradeState state = UpgradeState.Ready) =>
            new("规则版本", found, Known(carried), does.ToString(CultureInfo.InvariantCulture), state);
        return record.Pending(next) switch
        {
            _ when inForce > carried => Finding(
                $"启动后停在第 {next - 1} 块：不表决、不受理，只供查阅。请换用支持第 {inForce} 版的程序。", UpgradeState.Caution),
            { } due when due.Version > carried => Finding(
                $"各单位已决定从第 {due.From} 块起改用第 {due.Version} 版，本程序到那时会停下：请在那以前换用支持它的程序。", UpgradeState.Caution),
            { } due => Finding($"从第 {due.From} 块起改用第 {due.Version} 版，本程序支持"),
            _ when inForce == carried => Finding($"不变"),
            _ when isShared => Finding($"不变；启动后在账上声明本程序支持到第 {carried} 版，何时启用由多数单位决定"),
            _ => Finding($"启动后改用第 {carried} 版；从此只有支持第 {carried} 版的程序能接着记账"),
        };
    }

    private static string Known(int carried) => string.Create(CultureInfo.InvariantCulture, $"支持到第 {carried} 版");

    private static T? Read<T>(IStateSnapshot snapshot, StateKey<T> key)
        where T : class => snapshot.Read(key.Path) is { } bytes ? (T?)JsonSerializer.Deserialize(bytes, key.Table.Json) : null;
}

/// <summary>Version marks of the SQL stores, and the migrations that a start would run.</summary>
internal sealed class SqlStoreCheck : IUpgradeCheck
{
    /// <summary>Entries a second that a replay projects at least on two cores (docs/reference/performance.md: 200 to 400 microseconds a block of one act).</summary>
    private const long ReplayedASecond = 2_500;

    public async Task<IReadOnlyList<UpgradeFinding>> CheckAsync(UpgradeSource source, CancellationToken cancellationToken)
    {
        var findings = new List<UpgradeFinding>();
        foreach (var store in LastingStores.All)
        {
            var mark = await StoreMarks.ReadAsync(source.Sql, store.Name, cancellationToken);
            var isElsewhere = mark is { Version: 0, Fault: null } && store.Name == Shared.SharedDatabase.Name;
            if (!isElsewhere)
            {
                findings.Add(Judge(source, store, mark));
            }
        }

        return findings;
    }

    private static UpgradeFinding Judge(UpgradeSource source, LastingStore store, StoreMark mark)
    {
        var what = $"{store.Title}（{store.Name}）";
        var known = Version(store.Version);
        return (mark, store.Migrations) switch
        {
            ({ Fault: { } fault }, null) => new(what, "读不出", known, $"查询库读不了（{fault}）；可以从账本重建：删除它再启动。{Rebuild(source)}", UpgradeState.Caution),
            ({ Fault: { } fault }, _) => new(
                what, "读不出", known, $"store/damaged：{StoreMarks.PlaceOf(source.Sql, store.Name)} 损坏或读不了（{fault}）。请从备份恢复，或排除连接问题，再检查。",
                UpgradeState.Refused),
            ({ Version: 0 }, _) => new(what, "没有", known, "启动时新建"),
            (_, null) => mark.Version == store.Version
                ? store.Parts.Where(p => mark.Parts.GetValueOrDefault(p.Key) != p.Value).Select(p => p.Key).ToList() is { Count: > 0 } changed
                    ? new(what, Version(mark.Version), known, $"其中 {string.Join("、", changed)} 从账本重建。{Rebuild(source)}")
                    : new(what, Version(mark.Version), known, "不变")
                : new(what, Version(mark.Version), known, $"从账本重建。{Rebuild(source)}"),
            (_, { } migrations) => mark.Version > store.Version
                ? new(
                    what, Version(mark.Version), known,
                    $"{SchemaVersionException.Newer}：{StoreMarks.PlaceOf(source.Sql, store.Name)} 由更新的程序写成，本程序会拒绝启动。请换用更新的程序，或者恢复升级以前的备份。",
                    UpgradeState.Refused)
                : new(what, Version(mark.Version), known, mark.Version == store.Version ? "不变" : $"升级：{string.Join("、", migrations.Skip(mark.Version))}"),
        };
    }

    private static string Version(int version) => string.Create(CultureInfo.InvariantCulture, $"版本 {version}");

    private static string Rebuild(UpgradeSource source)
    {
        var seconds = (source.FindLedger()?.Size ?? 0) / ReplayedASecond;
        return seconds < 60 ? "约需 1 分钟以内。" : string.Create(CultureInfo.InvariantCulture, $"约需 {(seconds + 59) / 60} 分钟，期间列表不全。");
    }
}
