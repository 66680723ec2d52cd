using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Engine.Agreement;
using Mingjian.Primitives;
using Mingjian.Server.Monitoring;
using Mingjian.Storage.RocksDb;
using Mingjian.Views.Networks;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests;

/// <summary>What the network page says, and when it asks somebody to act.</summary>
public sealed class NetworkStatusTests
{
    private static readonly NetworkView Calm = new(
        NetworkId.Parse("test.mingjian.invalid/1"), 100, 500, LedgerTime.From(DateTimeOffset.UnixEpoch), LedgerTime.From(DateTimeOffset.UnixEpoch), 0, 3, 0,
        TimeSpan.Zero, false, 0, new OrderView(true, null, 0, 0), null, null,
        [.. Enumerable.Range(1, 4).Select(n => new NodeView(n, $"组织{n}", n == 1, true, true, 100, 100, 0, 0, 1))], [], [], null, new ProtocolView(1, 1, null));

    [Fact]
    public void A_network_without_trouble_asks_for_nothing()
    {
        Assert.Empty(NetworkAlerts.Of(Calm, VoteHold.None, readyLag: 100));
        Assert.Empty(NetworkAlerts.Of(Calm with { Pending = 9, LongestWait = NetworkAlerts.LongWait, Lag = NetworkAlerts.LagBlocks, ListsBehind = 100 }, VoteHold.None, 100));
        Assert.Empty(NetworkAlerts.Of(Calm with { LastCheck = Check(0, NetworkAlerts.CheckAge) }, VoteHold.None, 100));
    }

    [Fact]
    public void Everything_wrong_is_said_with_what_to_do()
    {
        (string Codes, NetworkView View, VoteHold Hold)[] rows =
        [
            ("foreign-founding", Calm with { IsFoundingForeign = true }, VoteHold.None),
            ("halted", Calm with { IsHalted = true }, VoteHold.None),
            ("waiting", Calm with { Pending = 1, LongestWait = NetworkAlerts.LongWait + TimeSpan.FromTicks(1) }, VoteHold.None),
            ("order-out-of-reach", Calm with { Order = Calm.Order! with { IsReachable = false } }, VoteHold.None),
            ("quorum-edge node-silent", Calm with { Nodes = Silent(4) }, VoteHold.None),
            ("no-quorum node-silent node-silent", Calm with { Nodes = Silent(3, 4) }, VoteHold.None),
            ("evidence", Calm with { Nodes = [.. Calm.Nodes.Take(3), Calm.Nodes[3] with { Evidence = 1 }] }, VoteHold.None),
            ("behind", Calm with { Lag = NetworkAlerts.LagBlocks + 1 }, VoteHold.None),
            ("held-by-clock", Calm, VoteHold.Time),
            ("frozen", Calm, VoteHold.Frozen),
            ("other-root", Calm, VoteHold.OtherRoot),
            ("restored", Calm, VoteHold.Restored),
            ("upgrade-needed", Calm with { Protocol = new ProtocolView(2, 1, null) }, VoteHold.Protocol),
            ("upgrade-due", Calm with { Protocol = new ProtocolView(1, 1, new NextProtocolView(2, 120)) }, VoteHold.None),
            ("", Calm with { Protocol = new ProtocolView(1, 2, new NextProtocolView(2, 120)) }, VoteHold.None),
            ("peer-fault", Calm with { PeerFault = "refused" }, VoteHold.None),
            ("skipped", Calm with { Nodes = [.. Calm.Nodes, new NodeView(9, null, false, false, false, null, null, 2, 0, 1)] }, VoteHold.None),
            ("order-skipped", Calm with { Order = Calm.Order! with { Skipped = 1 } }, VoteHold.None),
            ("lists-behind", Calm with { ListsBehind = 101 }, VoteHold.None),
            ("node-out-of-reach", Calm with { Web = new WebView(false, null, 0, 2, "refused") }, VoteHold.None),
            ("copy-fault", Calm with { Web = new WebView(true, null, 0, 0, "differs") }, VoteHold.None),
            ("copy-behind", Calm with { Web = new WebView(true, null, NetworkAlerts.LagBlocks + 1, 0, null) }, VoteHold.None),
            ("check-faults", Calm with { LastCheck = Check(1, TimeSpan.Zero) }, VoteHold.None),
            ("check-old", Calm with { LastCheck = Check(0, NetworkAlerts.CheckAge + TimeSpan.FromMilliseconds(1)) }, VoteHold.None),
        ];
        foreach (var (codes, view, hold) in rows)
        {
            var alerts = NetworkAlerts.Of(view, hold, readyLag: 100);
            Assert.Equal(codes, string.Join(' ', alerts.Select(a => a.Code)));
            Assert.All(alerts, a => Assert.True(a.What.EndsWith('。') || a.Code == "peer-fault", a.What));
            Assert.All(alerts, a => Assert.EndsWith("。", a.Do, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(31, "", false)]
    [InlineData(29, "certificate", false)]
    [InlineData(6, "certificate", true)]
    [InlineData(-1, "certificate", true)]
    public void Certificates_that_end_soon_are_said_in_time(int days, string code, bool isUrgent)
    {
        var alerts = NetworkAlerts.Of(Calm, VoteHold.None, 100, DateTimeOffset.UnixEpoch.AddDays(days));
        Assert.Equal(code, string.Join(' ', alerts.Select(a => a.Code)));
        Assert.Equal(isUrgent, alerts.Any(a => a.IsUrgent));
    }

    [Theory]
    [InlineData(3L << 30, 40L << 30, "", false)]
    [InlineData((2L << 30) - 1, 40L << 30, "disk", false)]
    [InlineData(4L << 30, 100L << 30, "", false)]
    [InlineData(500L << 20, 4L << 30, "", false)]
    [InlineData(400L << 20, 4L << 30, "disk", false)]
    [InlineData((256L << 20) - 1, 100L << 30, "disk", true)]
    public void A_disk_that_fills_up_is_said_in_time(long free, long size, string code, bool isUrgent)
    {
        var alerts = NetworkAlerts.Of(Calm, VoteHold.None, 100, disk: new DiskSpace(free, size));
        Assert.Equal(code, string.Join(' ', alerts.Select(a => a.Code)));
        Assert.Equal(isUrgent, alerts.Any(a => a.IsUrgent));
    }

    [Fact]
    public async Task A_node_that_is_alone_says_so_and_evidence_can_be_read_and_downloaded_by_oversight_alone()
    {
        await using var server = await RunningServer.StartAsync(demo: true);
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");
        var calm = await officer.Client.GetStringAsync("/staff/network");
        Assert.Contains("单节点", calm, StringComparison.Ordinal);
        Assert.Contains("一切正常", calm, StringComparison.Ordinal);
        Assert.DoesNotContain("证据</h2>", calm, StringComparison.Ordinal);

        var evidence = new Evidence(1, "first\n\n— a b\n", 3, EvidenceKind.DoubleVote, 2, "second\n\n— a c\n");
        server.Services.GetRequiredService<RocksDbBlockStore>().Records.Write("evidence/0000000000000000003/1/2/1", evidence.Encode());
        var page = WebUtility.HtmlDecode(await officer.Client.GetStringAsync("/staff/network"));
        Assert.Contains("节点 2 · 第 3 块：对同一块签了两个不同的结果", page, StringComparison.Ordinal);
        Assert.Contains(evidence.First, page, StringComparison.Ordinal);
        Assert.Contains(evidence.Second, page, StringComparison.Ordinal);
        Assert.Equal(evidence.Encode(), await officer.Client.GetByteArrayAsync("/exports/network/evidence/3-1-2-1.json"));

        using var secretary = server.Open();
        await secretary.SignInAsDemoAsync("secretary");
        Assert.Equal(HttpStatusCode.Forbidden, (await secretary.Client.GetAsync("/exports/network/evidence/3-1-2-1.json")).StatusCode);
    }

    private static CheckReport Check(int faults, TimeSpan age) => new(
        default, LedgerTime.From(DateTimeOffset.UnixEpoch - age), 1, 1, "", faults, [], CheckTrigger.Nightly, null);

    private static IReadOnlyList<NodeView> Silent(params int[] nodes) =>
        [.. Calm.Nodes.Select(n => nodes.Contains(n.Number) ? n with { IsVoting = false, LastVote = 3 } : n)];
}
