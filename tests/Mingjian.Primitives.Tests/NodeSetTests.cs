using System.Text;

namespace Mingjian.Primitives.Tests;

/// <summary>Which lists are a node set, what its hash is of, and how many of it make a quorum.</summary>
public sealed class NodeSetTests
{
    // More than two thirds: any two quorums share more than a third, so at least one honest node while fewer than a third lie.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(7, 5)]
    [InlineData(10, 7)]
    [InlineData(31, 21)]
    public void A_quorum_is_more_than_two_thirds(int nodes, int quorum)
    {
        Assert.Equal(quorum, NodeSet.QuorumOf(nodes));
        Assert.Equal(quorum, new NodeSet([.. Enumerable.Range(1, nodes).Select(n => NodeOf(n))]).Quorum);
        Assert.True(3 * quorum > 2 * nodes && 3 * (quorum - 1) <= 2 * nodes);
    }

    [Fact]
    public void A_set_has_1_to_31_nodes()
    {
        Assert.False(NodeSet.IsValid(Nodes(0)));
        Assert.True(NodeSet.IsValid(Nodes(1)));
        Assert.True(NodeSet.IsValid(Nodes(31)));
        Assert.False(NodeSet.IsValid(Nodes(32)));
        Assert.Throws<ArgumentException>(() => new NodeSet(Nodes(32)));
        Assert.Throws<ArgumentException>(() => new NodeSet(Seats(32)));
        Assert.Equal(31, new NodeSet(Seats(31)).Nodes.Count);
    }

    [Fact]
    public void Numbers_ascend_from_1_and_may_leave_gaps()
    {
        Assert.True(NodeSet.IsValid([NodeOf(1), NodeOf(5), NodeOf(7)]));
        Assert.False(NodeSet.IsValid([NodeOf(0)]));
        Assert.False(NodeSet.IsValid([NodeOf(-1)]));
        Assert.False(NodeSet.IsValid([NodeOf(2), NodeOf(1)]));
        Assert.False(NodeSet.IsValid([NodeOf(1), NodeOf(2) with { Number = 1 }]));
    }

    [Fact]
    public void Every_key_differs_from_every_other_whatever_it_is_for()
    {
        var (first, second) = (NodeOf(1), NodeOf(2));
        foreach (var taken in new[] { first.BatchKey, first.LogKey, first.VoteKey })
        {
            Assert.False(NodeSet.IsValid([first, second with { BatchKey = taken }]));
            Assert.False(NodeSet.IsValid([first, second with { LogKey = taken }]));
            Assert.False(NodeSet.IsValid([first, second with { VoteKey = taken }]));
        }

        Assert.False(NodeSet.IsValid([first with { LogKey = first.BatchKey }]));
        Assert.False(NodeSet.IsValid([first with { VoteKey = first.LogKey }]));
    }

    [Fact]
    public void Seats_have_different_organisations_with_different_keys_of_their_scheme()
    {
        var (first, second) = (SeatOf(1), SeatOf(2));
        Assert.True(NodeSet.IsValid([first, second]));
        Assert.False(NodeSet.IsValid([first, second with { Organization = first.Organization }]));
        Assert.False(NodeSet.IsValid([first, second with { OrganizationKey = first.OrganizationKey }]));
        Assert.False(NodeSet.IsValid([first, second with { OrganizationKey = PublicKeyValue.From("webauthn-es256", second.OrganizationKey.Point) }]));
        Assert.False(NodeSet.IsValid([second, first]));
        Assert.False(NodeSet.IsValid(Seats(0)));
    }

    // The hash is SHA-256 of the canonical JSON (docs/reference/formats.md): members in order, no space.
    [Fact]
    public void The_hash_is_of_the_canonical_json_of_nodes_or_seats()
    {
        var seat = SeatOf(3);
        var node = $"{{\"batchKey\":\"{seat.Node.BatchKey}\",\"logKey\":\"{seat.Node.LogKey}\",\"number\":3,\"voteKey\":\"{seat.Node.VoteKey}\"}}";
        Assert.Equal(Hash32.Of(Encoding.UTF8.GetBytes($"[{node}]")), new NodeSet([seat.Node]).Hash);
        var whole = $"[{{\"node\":{node},\"organization\":\"{seat.Organization}\",\"organizationKey\":\"{seat.OrganizationKey}\"}}]";
        Assert.Equal(Hash32.Of(Encoding.UTF8.GetBytes(whole)), new NodeSet([seat]).Hash);
    }

    [Fact]
    public void Sets_are_the_same_by_their_hash_and_nodes_alone_are_never_the_same_as_seats()
    {
        var (alone, seated) = (new NodeSet(Nodes(2)), new NodeSet(Seats(2)));
        Assert.True(alone.Equals(new NodeSet(Nodes(2))));
        Assert.Equal(alone.GetHashCode(), new NodeSet(Nodes(2)).GetHashCode());
        Assert.False(alone.Equals(new NodeSet(Nodes(3))));
        Assert.False(alone.Equals(seated));
        Assert.All(new NodeSet?[] { null }, none => Assert.False(alone.Equals(none)));
        Assert.False(alone.Equals("a set"));
        Assert.Null(alone.Seats);
        Assert.Equal(alone.Nodes, seated.Nodes);
    }

    [Fact]
    public void A_node_is_found_by_its_number()
    {
        var set = new NodeSet([NodeOf(1), NodeOf(4)]);
        Assert.Equal(NodeOf(4), set.Find(4));
        Assert.Null(set.Find(2));
    }

    private static Node[] Nodes(int count) => [.. Enumerable.Range(1, count).Select(NodeOf)];

    private static Seat[] Seats(int count) => [.. Enumerable.Range(1, count).Select(SeatOf)];

    private static Node NodeOf(int number) => new(KeyOf(number, 1), KeyOf(number, 2), number, KeyOf(number, 3));

    private static Seat SeatOf(int number) =>
        new(NodeOf(number), new OrganizationId((UInt128)(uint)number), PublicKeyValue.From("es256", [2, (byte)number, .. new byte[31]]));

    private static Ed25519PublicKey KeyOf(int number, byte kind) => new([(byte)number, kind, .. new byte[30]]);
}
