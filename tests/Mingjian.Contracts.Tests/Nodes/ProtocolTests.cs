using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;

namespace Mingjian.Contracts.Tests.Nodes;

public sealed class ProtocolTests
{
    /// <summary>Four nodes, block 10 made by protocol 1. Who carries 2, by digits; a decision that is due already, as height, or none.</summary>
    internal const string Activating = """
        version | from    | founded | signed | carry | due | outcome
        0       | 12      | yes     | 3      | 123   |     | Malformed
        10001   | 12      | yes     | 3      | 123   |     | Malformed
        2       | 0       | yes     | 3      | 123   |     | Malformed
        2       | 12      | no      | 3      | 123   |     | NotFounded
        2       | 12      | yes     | 2      | 123   |     | QuorumMissing
        1       | 11      | yes     | 3      | 123   |     | ProtocolNotNewer
        2       | 11      | yes     | 3      | 123   |     | ProtocolFromOutOfRange
        2       | 1000011 | yes     | 3      | 123   |     | ProtocolFromOutOfRange
        2       | 12      | yes     | 3      | 12    | 11  | ProtocolChangeImminent
        2       | 12      | yes     | 3      | 12    |     | TooFewNodesCarry
        3       | 12      | yes     | 3      | 1234  |     | TooFewNodesCarry
        2       | 12      | yes     | 3      | 123   |     | accepted
        2       | 1000010 | yes     | 3      | 1234  |     | accepted
        # put off, and brought forward, while it is not in effect
        2       | 500     | yes     | 3      | 123   | 12  | accepted
        2       | 12      | yes     | 3      | 123   | 500 | accepted
        """;

    private static readonly IReadOnlyList<Seat> Four = Founders(4);
    private static readonly KeyDirectory Directory = new();

    [Fact]
    public void Activation_is_refused_in_order_of_precedence() => Table.Parse(Activating).Check(row =>
    {
        var ledger = row["founded"] == "yes" ? Open(Four) : new TestLedger { Nodes = new NodeSet(Four), Height = 10 };
        ledger.Protocol = 1;
        foreach (var node in row["carry"])
        {
            Say(ledger, node - '0', 2);
        }

        if (row["due"] is { Length: > 0 } due)
        {
            ledger.Height = 9;
            Say(ledger, 3, 2);
            ledger.Must(new ActivateProtocol(long.Parse(due), 2), Orgs(Four));
            ledger.Height = 10;
            Say(ledger, 3, row["carry"].Contains('3', StringComparison.Ordinal) ? 2 : 1);
        }

        return ledger.Decide(new ActivateProtocol(long.Parse(row["from"]), int.Parse(row["version"])), Orgs(Four.Take(int.Parse(row["signed"]))));
    });

    [Fact]
    public void A_decision_holds_from_its_height_on_and_one_that_is_not_in_effect_gives_way()
    {
        var ledger = Open(Four);
        ledger.Protocol = 1;
        foreach (var node in Enumerable.Range(1, 3))
        {
            Say(ledger, node, 3);
        }

        ledger.Must(new ActivateProtocol(20, 2), Orgs(Four));
        ledger.Must(new ActivateProtocol(30, 2), Orgs(Four));
        Assert.Equal([1, 1, 1, 2, 2], new long[] { 10, 20, 29, 30, 1000 }.Select(h => Directory.FindProtocol(ledger, h)));
        (ledger.Height, ledger.Protocol) = (40, 2);
        ledger.Must(new ActivateProtocol(50, 3), Orgs(Four));
        Assert.Equal([1, 2, 2, 3], new long[] { 29, 30, 49, 50 }.Select(h => Directory.FindProtocol(ledger, h)));
    }

    [Fact]
    public void What_the_founders_sign_holds_from_the_next_block_and_counts_as_every_node_s_first_word()
    {
        var ledger = new TestLedger { Nodes = new NodeSet(Four), Height = 1 };
        ledger.Must(new FoundNodes(Ids.Hash(1), Four, 7), Orgs(Four));
        Assert.Equal([1, 7, 7], new long[] { 1, 2, 900 }.Select(h => Directory.FindProtocol(ledger, h)));
        Assert.All(Four, s => Assert.True(Directory.IsStated(ledger, ledger.Nodes, new ProtocolStatement(s.Node.Number, 7))));
        Assert.False(Directory.IsStated(ledger, ledger.Nodes, new ProtocolStatement(1, 8)));
        Assert.True(Directory.IsStated(ledger, ledger.Nodes, new ProtocolStatement(9, 8)));
    }

    [Fact]
    public void A_ledger_of_one_node_goes_on_by_what_its_program_carries_and_never_back()
    {
        var ledger = new TestLedger { Height = 5 };
        Assert.Null(ledger.Nodes.Seats);
        Assert.True(Directory.IsStated(ledger, ledger.Nodes, new ProtocolStatement(1, 1)));
        Say(ledger, 1, 2);
        Assert.Equal([1, 2], new long[] { 5, 6 }.Select(h => Directory.FindProtocol(ledger, h)));
        Assert.True(Directory.IsStated(ledger, ledger.Nodes, new ProtocolStatement(1, 1)));
        ledger.Height = 6;
        Say(ledger, 1, 4);
        Assert.Equal([1, 2, 4], new long[] { 5, 6, 7 }.Select(h => Directory.FindProtocol(ledger, h)));
    }

    private static void Say(TestLedger ledger, int node, int carries)
    {
        var statement = new ProtocolStatement(node, carries);
        if (!Directory.IsStated(ledger, ledger.Nodes, statement))
        {
            ledger.Write(writes => Directory.State(ledger, ledger.Nodes, ledger.Height, statement, writes));
        }
    }
}
