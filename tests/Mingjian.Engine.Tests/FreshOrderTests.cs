using Mingjian.Cryptography;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Engine.Tests;

/// <summary>Where a fresh order begins, from what four organisations hand in.</summary>
public sealed class FreshOrderTests : IDisposable
{
    private static readonly NetworkId Network = NetworkId.Parse("test.mingjian.invalid/fresh");

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-fresh-order-").FullName;
    private readonly NodeKeys[] _keys;
    private readonly NodeSet _nodes;

    public FreshOrderTests()
    {
        _keys = [.. Enumerable.Range(1, 4).Select(n => NodeKeys.LoadOrCreate(Path.Combine(_directory, $"{n}"), Network, n))];
        _nodes = new NodeSet([.. _keys.Select(k => k.Public)]);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Without_votes_it_begins_behind_all_that_anybody_has_seen()
    {
        var (start, fault) = Decide([At(1), At(2), At(3) with { Seen = 2 * FreshOrder.Gap }], out _);
        Assert.Equal((FreshOrderFault.None, null, 3 * FreshOrder.Gap), (fault, start!.Due, start.From));
        Assert.Equal(new OrderProgress(9, 70), start.After);
        Assert.Equal(FreshOrder.Gap, Decide([At(1), At(2), At(3)], out _).Start!.From);
    }

    [Fact]
    public void What_one_of_a_quorum_has_voted_for_comes_first_at_its_old_position()
    {
        var start = Decide([At(1), Voted(At(2), 75), Behind(At(3))], out _).Start!;
        Assert.Equal((75, 4), (start.Due!.Position, start.Due.Node));
        Assert.Equal(Batch(75), start.Due.Bytes);
    }

    [Fact]
    public void A_vote_of_a_later_epoch_overrules_those_before_a_restart() =>
        Assert.Equal(80, Decide([Voted(At(1), 75), Voted(At(2), 80, epoch: 2), At(3)], out _).Start!.Due!.Position);

    [Fact]
    public void Whatever_cannot_be_relied_on_is_refused_and_its_node_named()
    {
        var voted = Voted(At(2), 75);
        foreach (var (fault, blamed, standings) in new (FreshOrderFault, int, Standing[])[]
                 {
                     (FreshOrderFault.TooFew, 0, [At(1), voted]),
                     (FreshOrderFault.NotOurs, 5, [At(1), At(2), At(3) with { Node = 5 }]),
                     (FreshOrderFault.NotOurs, 3, [At(1), At(2), At(3) with { Network = NetworkId.Parse("another.ledger/1") }]),
                     (FreshOrderFault.Twice, 2, [At(1), voted, At(2)]),
                     (FreshOrderFault.Ahead, 3, [At(1), At(2), At(3, height: 10)]),
                     (FreshOrderFault.Forged, 3, [At(1), At(2), At(3, height: 10) with { Checkpoint = At(3).Checkpoint[..^4] }]),
                     (FreshOrderFault.Differs, 3, [At(1), At(2), At(3, root: 8)]),
                     (FreshOrderFault.Differs, 3, [At(1), At(2), At(3) with { Position = 69 }]),
                     (FreshOrderFault.BatchUnknown, 2, [At(1), voted with { Batch = null }, At(3)]),
                     (FreshOrderFault.Conflict, 3, [At(1), voted, Voted(At(3), 80)]),
                     (FreshOrderFault.Forged, 2, [At(1), voted with { Vote = Voted(At(3), 75).Vote }, At(3)]),
                     (FreshOrderFault.Forged, 2, [At(1), voted with { Vote = voted.Vote! with { Height = 11 } }, At(3)]),
                     (FreshOrderFault.Forged, 2, [At(1), voted with { Batch = voted.Batch! with { Node = 3 } }, At(3)]),
                     (FreshOrderFault.Forged, 2, [At(1), voted with { Batch = voted.Batch! with { Position = 70 } }, At(3)]),
                     (FreshOrderFault.Forged, 2, [At(1), voted with { Seen = 74 }, At(3)]),
                     (FreshOrderFault.Forged, 2, [At(1), At(2) with { Seen = long.MaxValue }, At(3)]),
                 })
        {
            var decided = Decide(standings, out var found);
            Assert.Equal((fault, blamed, null), (decided.Fault, found, decided.Start));
        }
    }

    [Fact]
    public void A_standing_has_one_spelling()
    {
        var voted = Voted(At(2), 75);
        Assert.Equal(voted.Encode(), Standing.Decode(voted.Encode()).Encode());
        Assert.ThrowsAny<CanonicalJsonException>(() => Standing.Decode([.. voted.Encode(), (byte)'\n']));
    }

    private (OrderStart? Start, FreshOrderFault Fault) Decide(Standing[] all, out int blamed) => FreshOrder.Decide(At(1), _nodes, all, out blamed);

    /// <summary>Block 9 is final by nodes 1 to 3.</summary>
    private Standing At(int node, long height = 9, byte root = 7)
    {
        var ballot = new Ballot(Network, height, 1, _nodes);
        foreach (var keys in _keys[..3])
        {
            ballot.Take(new VoteMessage(1, height, keys.Public.Number, keys.Sign(100 + height, Hash32.Of([root]), new LedgerTime(1_000))));
        }

        return new Standing(null, ballot.Certificate!.Value.Note, Standing.CurrentFormat, height, Network, node, 70, 90, null);
    }

    private static Standing Behind(Standing standing) => standing with { Height = 8, Checkpoint = string.Empty, Position = 60 };

    private Standing Voted(Standing standing, long position, int epoch = 1) => standing with
    {
        Batch = new DueBatch(Batch(position), 4, position),
        Vote = new VoteMessage(epoch, 10, standing.Node, _keys[standing.Node - 1].Sign(120, Hash32.Of([9]), new LedgerTime(2_000))),
    };

    private byte[] Batch(long position) => SignedBatch.Encode(
        new BatchHeader(1, Network, 4, new LedgerTime(position)), [new byte[] { (byte)position }], bytes => _keys[3].SignBatch(bytes.Span));
}
