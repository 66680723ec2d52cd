using System.Diagnostics.CodeAnalysis;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Nodes;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Server.Tests;

/// <summary>A whole network in this process, with the real contracts: a node joins, one changes its keys, one leaves; then everything is checked from outside.</summary>
public sealed class NodeChangesTests : IAsyncDisposable
{
    private static readonly NetworkId Network = NetworkId.Parse("nodes.mingjian.invalid/1");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-nodes-").FullName;
    private readonly MemoryOrder _order = new();
    private readonly Dictionary<int, Ledger> _ledgers = [];
    private readonly Es256Signer[] _organizations = [.. Enumerable.Range(0, 6).Select(_ => Es256Signer.Create())];
    private readonly Es256Signer _officer = Es256Signer.Create();
    private readonly OrganizationId _committee = LedgerId.New<OrganizationId>();
    private readonly FixedClock _clock = new();
    private readonly NodeSet _founders;
    private int _branches;

    public NodeChangesTests() => _founders = new NodeSet([.. Enumerable.Range(1, 4).Select(n => SeatOf(n))]);

    [Fact]
    public async Task Nodes_join_change_their_keys_and_leave_and_everybody_can_follow()
    {
        await FoundAsync();
        var ledger = _ledgers[3];
        Assert.Equal(_founders.Hash, new KeyDirectory().FindNodes(ledger.ReadState())!.Current.Hash);
        await FillAsync(ledger);

        // The fifth node runs before it counts, and counts two blocks after the decision.
        Start(5);
        IReadOnlyList<Seat> five = [.. Enumerable.Range(1, 5).Select(n => SeatOf(n))];
        var joined = await ChangeAsync(ledger, five, [1, 2, 3, 5]);
        await FillAsync(ledger, 3);
        Assert.Equal(5, NodesAt(ledger, joined + 2).Nodes.Count);

        // A quorum of five is four, so that without the fifth's vote and with one of the others away nothing would go on.
        await StopAsync(4);
        await FillAsync(ledger, 2);
        Start(4);

        // Node 2 takes new keys. Its process with the old ones falls silent when the change takes effect, and begins again with the new ones.
        IReadOnlyList<Seat> rotated = [.. five.Select(s => s.Node.Number == 2 ? SeatOf(2, generation: 1) : s)];
        await ChangeAsync(ledger, rotated, [1, 2, 3, 4]);
        await FillAsync(ledger, 2);
        await StopAsync(2);
        Start(2, generation: 1);
        await FillAsync(ledger, 2);

        // Node 1 leaves, and the network goes on without it.
        IReadOnlyList<Seat> left = [.. rotated.Where(s => s.Node.Number != 1)];
        var decided = await ChangeAsync(ledger, left, [2, 3, 4, 5]);
        await FillAsync(ledger, 3);
        await StopAsync(1);
        await FillAsync(ledger, 2);

        var height = ledger.Head.Height;
        Assert.Equal(new NodeSet(left).Hash, NodesAt(ledger, decided + 2).Hash);
        await CheckFromOutsideAsync(ledger, _ledgers[5]);
        foreach (var number in _ledgers.Keys)
        {
            await WaitAsync(_ledgers[number], height);
        }

        Assert.Single(_ledgers.Values.Select(l => l.ReadBlock(height)!.StateRoot).Distinct());
        foreach (var number in _ledgers.Keys.ToList())
        {
            await StopAsync(number);
            await AuditAsync(number);
        }
    }

    [Fact]
    public async Task A_list_that_is_not_that_of_the_founding_nodes_is_refused_in_block_1()
    {
        Start(1);
        Start(2);
        Start(3);
        IReadOnlyList<Seat> others = [SeatOf(1), SeatOf(2), SeatOf(3), SeatOf(4, generation: 1)];
        _order.Propose(Keys(1), Now, Sign(Founding, _officer), Sign(new FoundNodes(Hash32.Of("charter"u8), others, AllContracts.Protocol), _organizations[..4]));
        await WaitAsync(_ledgers[2], 1);
        Assert.Null(_ledgers[2].ReadState().Nodes());
        Assert.Contains("\"nodes/1102\"", System.Text.Encoding.UTF8.GetString(_ledgers[2].ReadEntry(1)!));
        Assert.Contains("\"organizations/1103\"", System.Text.Encoding.UTF8.GetString(_ledgers[2].ReadEntry(0)!));
    }

    [Fact]
    public async Task Another_node_s_operator_cannot_found_the_top_committee_neither_before_nor_after_the_agreement()
    {
        using var thief = Es256Signer.Create();
        byte[] Theft() => Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of("name"u8), LedgerId.New<MemberId>(), thief.Key), thief);
        for (var number = 1; number <= 4; number++)
        {
            Start(number);
        }

        // Node 2 puts what it likes into the order: first of all, then right behind the agreement in one batch, then alone.
        IReadOnlyList<Seat> seats = [.. Enumerable.Range(1, 4).Select(n => SeatOf(n))];
        _order.Propose(Keys(2), Now, Theft());
        _order.Propose(Keys(2), Now, Sign(new FoundNodes(Hash32.Of("charter"u8), seats, AllContracts.Protocol), _organizations[..4]), Theft());
        _order.Propose(Keys(2), Now, Theft());
        _order.Propose(Keys(1), Now, Sign(Founding, _officer));
        foreach (var ledger in _ledgers.Values)
        {
            await WaitAsync(ledger, 4);
        }

        var state = _ledgers[3].ReadState();
        Assert.Equal(_committee, state.Get(OrganizationsState.TopKey)!.Committee);
        Assert.Equal(1, state.Nodes()!.Current.From);
        Assert.Contains("\"organizations/1103\"", System.Text.Encoding.UTF8.GetString(_ledgers[3].ReadEntry(0)!));
        Assert.Contains("\"organizations/1104\"", System.Text.Encoding.UTF8.GetString(_ledgers[3].ReadEntry(3)!));
        await StopAsync(3);
        await using var source = new RocksDbLedgerSource(StoreOf(3));
        var report = await AuditOf(_founders).RunAsync(source, null, CancellationToken.None);
        Assert.True(report.Fault is null, $"{report.Fault}");
    }

    [Fact]
    public async Task A_founding_with_other_organisations_is_found_by_the_node_that_is_given_the_data_by_audits_and_by_verifiers()
    {
        await FoundAsync();
        await FillAsync(_ledgers[1], 2);
        var ledger = _ledgers[1];
        var state = ledger.ReadState();
        Assert.Equal(FoundingState.Done, new Genesis(_founders).StateOf(state));

        // Who trusts the same nodes, each with one organisation or one key of it changed, or with none at all.
        var (own, other) = (_founders.Seats!, SeatOf(2) with { Organization = new OrganizationId((UInt128)9u) });
        NodeSet[] strangers = [new([own[0], other, .. own.Skip(2)]), new([.. own.Take(3), own[3] with { OrganizationKey = _organizations[4].Key }]), new(_founders.Nodes)];
        var checkpoint = ledger.Head.Checkpoint;
        foreach (var node in _ledgers.Keys.Where(n => n != 1).ToList())
        {
            await StopAsync(node);
        }

        await StopAsync(1);
        foreach (var anchor in strangers)
        {
            Assert.Equal(FoundingState.Foreign, new Genesis(anchor).StateOf(state));
            await using var source = new RocksDbLedgerSource(StoreOf(2));
            var report = await AuditOf(anchor).RunAsync(source, null, CancellationToken.None);
            Assert.Equal(AuditFaultCode.CheckpointInvalid, report.Fault?.Code);

            // The same nodes signed it; that they speak for others shows in the seals.
            Assert.True(new LedgerTrust(Network, anchor).Check(checkpoint).Fault == Mingjian.Log.Notes.CheckpointFault.None);
        }

        Assert.Equal(FoundingState.AgreementMissing, new Genesis(_founders).StateOf(new NothingYet()));
        Assert.Equal(FoundingState.NotSetUp, new Genesis(new NodeSet([Keys(1).Public])).StateOf(new NothingYet()));
    }

    private sealed class NothingYet : IStateReader
    {
        public T? Get<T>(StateKey<T> key)
            where T : class => null;
    }

    private static LedgerAudit AuditOf(NodeSet trusted) =>
        new(new LedgerTrust(Network, trusted), Contracts(), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()));

    [Fact]
    public async Task A_batch_from_the_future_stalls_the_height_until_the_organisations_restart_it()
    {
        await FoundAsync();
        var ledger = _ledgers[1];
        await FillAsync(ledger);
        foreach (var other in _ledgers.Values)
        {
            await WaitAsync(other, 2);
        }

        // An hour ahead: no honest node votes for it, and nothing behind it can become final.
        var act = new EstablishOrganization(new((UInt128)999u), _committee, OrganizationKind.PartyBranch, Hash32.Of("late"u8));
        _order.Propose(Keys(4), Now.AddMilliseconds(3_600_000), Sign(act, _officer));
        var statements = new List<NodeStatement>();
        foreach (var (number, node) in _ledgers.OrderBy(l => l.Key))
        {
            var started = System.Diagnostics.Stopwatch.StartNew();
            while (node.ReadOpenHeight() is not { Height: 3, Hold: VoteHold.Time })
            {
                Assert.True(started.Elapsed < Patience);
                await Task.Delay(10);
            }

            var statement = node.Freeze(3)!;
            Assert.Equal((number, 3, 1, null), (statement.Node, statement.Height, statement.Epoch, statement.Root));
            statements.Add(new NodeStatement(statement.Node, statement.Root));
        }

        Assert.Null(ledger.Freeze(2));
        var open = ledger.ReadOpenHeight();
        var restart = new RestartHeight(open.Epoch + 1, open.Height, [open.Position!.Value], statements);
        var result = await ledger.SubmitAsync(Sign(restart, _organizations[..4]), CancellationToken.None).WaitAsync(Patience);
        Assert.Null(result.Refusal);
        Assert.Equal(3, result.Height);
        await FillAsync(ledger);
        Assert.Equal(2, ledger.ReadState().Nodes()!.Epoch);
        Assert.Null(ledger.ReadState().Get(OrganizationsState.Organizations.Key(act.Organization)));
        foreach (var number in _ledgers.Keys.ToList())
        {
            await WaitAsync(_ledgers[number], 4);
            await StopAsync(number);
            await using var source = new RocksDbLedgerSource(StoreOf(number));
            var report = await new LedgerAudit(new LedgerTrust(Network, _founders), Contracts(), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()))
                .RunAsync(source, null, CancellationToken.None);
            Assert.True(report.Fault is null, $"node {number}: {report.Fault}");
        }
    }

    private static async Task CheckAnnouncementsAsync(Ledger ledger, byte[] history)
    {
        using var handler = new OneAnswer(history);
        using var http = new HttpClient(handler) { BaseAddress = new Uri("http://node.invalid/ledger/") };
        var notes = await new HttpLedgerSource(http).ReadAnnouncementsAsync(CancellationToken.None);
        Assert.Equal(3, notes.Count);
        Assert.All(notes, n => Assert.Contains(Enumerable.Range(1, (int)ledger.Head.Height), h => ledger.ReadCheckpoint(h) == n));
    }

    private sealed class OneAnswer(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("/ledger/nodes", request.RequestUri!.AbsolutePath);
            return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(body) });
        }
    }

    private async Task CheckFromOutsideAsync(Ledger ledger, Ledger another)
    {
        var histories = new NodeHistories(ledger, new Genesis(_founders));
        var history = histories.Encode()!;
        await CheckAnnouncementsAsync(ledger, history);
        Assert.Equal(history.Length, new NodeHistories(another, new Genesis(_founders)).Encode()!.Length);

        var (anchor, nodes) = histories.AnchorOf(AnchorChoice.Genesis);
        Assert.Equal(_founders.Hash, nodes.Hash);
        var founding = new TrustedNetwork(NetworkFile.Create(Network, anchor, nodes, []));
        Assert.False(CheckpointReport.Of(ledger.Head.Checkpoint, founding).Ok);
        var report = founding.Follow(history, out var followed);
        Assert.True(report.Ok, $"{report.Explanation} {report.Detail}");
        Assert.Equal([5, 5, 4], report.Changes.Select(c => c.Nodes));
        for (var height = 1L; height <= ledger.Head.Height; height++)
        {
            var block = CheckpointReport.Of(ledger.ReadCheckpoint(height), followed);
            Assert.True(block.Ok, $"block {height}: {block.Explanation} {block.Detail}");
        }

        foreach (var choice in new[] { AnchorChoice.PresentNodes, AnchorChoice.Newest })
        {
            (anchor, nodes) = histories.AnchorOf(choice);
            var anchored = TrustedNetwork.Parse(NetworkFile.Create(Network, anchor, nodes, []).Encode());
            Assert.True(CheckpointReport.Of(ledger.Head.Checkpoint, anchored).Ok);
            Assert.True(anchored.Follow(history, out var same).Ok);
            Assert.Single(same.Eras);
        }
    }

    private async Task AuditAsync(int number)
    {
        await using var source = new RocksDbLedgerSource(StoreOf(number));
        var audit = new LedgerAudit(new LedgerTrust(Network, _founders), Contracts(), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()));
        var report = await audit.RunAsync(source, null, CancellationToken.None);
        Assert.True(report.Fault is null, $"node {number}: {report.Fault}");
        Assert.True(report.Blocks > 10);
    }

    private FoundNetwork Founding => new(_committee, Hash32.Of("name"u8), LedgerId.New<MemberId>(), _officer.Key);

    private async Task FoundAsync()
    {
        for (var number = 1; number <= 4; number++)
        {
            Start(number);
        }

        IReadOnlyList<Seat> seats = [.. Enumerable.Range(1, 4).Select(n => SeatOf(n))];
        _order.Propose(Keys(1), Now, Sign(new FoundNodes(Hash32.Of("charter"u8), seats, AllContracts.Protocol), _organizations[..4]), Sign(Founding, _officer));
        foreach (var ledger in _ledgers.Values)
        {
            await WaitAsync(ledger, 1);
        }
    }

    /// <summary>Submits a change signed by some organisations; the height of the decision.</summary>
    private async Task<long> ChangeAsync(Ledger ledger, IReadOnlyList<Seat> seats, int[] signers)
    {
        var change = new ChangeNodes(Hash32.Of("charter"u8), seats);
        var result = await ledger.SubmitAsync(Sign(change, [.. signers.Select(n => _organizations[n - 1])]), CancellationToken.None).WaitAsync(Patience);
        Assert.Null(result.Refusal);
        return result.Height!.Value;
    }

    /// <summary>Blocks with something in them.</summary>
    private async Task FillAsync(Ledger ledger, int blocks = 1)
    {
        for (var i = 0; i < blocks; i++)
        {
            var act = new EstablishOrganization(new((UInt128)(uint)++_branches), _committee, OrganizationKind.PartyBranch, Hash32.Of("branch"u8));
            var result = await ledger.SubmitAsync(Sign(act, _officer), CancellationToken.None).WaitAsync(Patience);
            Assert.Null(result.Refusal);
        }
    }

    private byte[] Sign(ICommand command, params IReadOnlyList<Es256Signer> signers)
    {
        var acts = PreparedActs.Create([command], Network, signers[0].Key.Id, Now, DisplayNames.None);
        var envelopes = signers.Select(s => acts.Request.SignWith(s)[0]).ToList();
        return (envelopes[0] with { Signatures = [.. envelopes.SelectMany(e => e.Signatures)] }).Encode();
    }

    private Seat SeatOf(int number, int generation = 0) => new(Keys(number, generation).Public, new OrganizationId((UInt128)(uint)(1_000_000 + number)), _organizations[number - 1].Key);

    private NodeKeys Keys(int number, int generation = 0) =>
        NodeKeys.LoadOrCreate(Path.Combine(_directory, $"keys-{number}-{generation}"), Network, number);

    private string StoreOf(int number) => Path.Combine(_directory, $"ledger-{number}");

    private LedgerTime Now => LedgerTime.From(_clock.GetUtcNow());

    private static ContractSet Contracts() => new(AllContracts.Create());

    private static NodeSet NodesAt(Ledger ledger, long height) => new KeyDirectory().FindNodes(ledger.ReadState())!.At(height);

    [SuppressMessage("Reliability", "CA2000", Justification = "The ledger owns store and order.")]
    private void Start(int number, int generation = 0)
    {
        var keys = Keys(number, generation);
        _ledgers[number] = Ledger.Open(
            new LedgerOptions { Network = Network, Founders = _founders }, RocksDbBlockStore.Open(StoreOf(number)), _order.Of(keys, () => Now), keys,
            Contracts(), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()), _clock);
    }

    private async Task StopAsync(int number)
    {
        await _ledgers[number].DisposeAsync();
        _ledgers.Remove(number);
    }

    private static async Task WaitAsync(Ledger ledger, long height)
    {
        using var limit = new CancellationTokenSource(Patience);
        await foreach (var block in ledger.FollowAsync(height, limit.Token))
        {
            Assert.Equal(height, block.Height);
            return;
        }

        await ledger.Stopped;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var number in _ledgers.Keys.ToList())
        {
            await StopAsync(number);
        }

        foreach (var key in _organizations)
        {
            key.Dispose();
        }

        _officer.Dispose();

        Directory.Delete(_directory, recursive: true);
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_000);
    }
}
