using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Nodes;

public sealed class RestartTests
{
    /// <summary>Four nodes, block 10, epoch 1. A vote is a letter for a root, 0 for none, - where the node stated nothing.</summary>
    internal const string Restarting = """
        epoch | height | skip | votes | unsigned | agreed | outcome
        1     | 7      | 5    | AB    | 1        | no     | Malformed
        2     | 0      | 5    | AB    | 1        | no     | Malformed
        2     | 7      | 5,5  | AB    | 1        | no     | Malformed
        2     | 7      | 0    | AB    | 1        | no     | Malformed
        2     | 7      | 5    | ----  | 1        | no     | Malformed
        2     | 7      | 5    | AB--  | 1        | no     | NotFounded
        66    | 7      | 5    | AB--  | 1        | yes    | EpochNotNext
        2     | 11     | 5    | AB--  | 1        | yes    | WrongHeight
        2     | 10     |      | AB--  | 1        | yes    | WrongHeight
        2     | 10     | 5    | AB--  | 1        | yes    | StatementNotSigned
        2     | 10     | 5    | AB--  | none     | yes    | TooFewStatements
        2     | 10     | 5    | AB0-  | none     | yes    | MayBeFinal
        65    | 10     | 5    | AB00  | none     | yes    | accepted
        # skipping: nothing may be final
        2     | 10     | 5    | 000-  | none     | yes    | accepted
        2     | 10     | 5,9  | ABC0  | none     | yes    | accepted
        2     | 10     | 5    | ABCD  | none     | yes    | accepted
        2     | 10     | 5    | A00-  | none     | yes    | MayBeFinal
        2     | 10     | 5    | AA0-  | none     | yes    | MayBeFinal
        2     | 10     | 5    | AAB-  | none     | yes    | MayBeFinal
        # skipping what only a liar could have made final: all must have stated
        2     | 10     | 5    | AAB0  | none     | yes    | accepted
        2     | 10     | 5    | AABB  | none     | yes    | accepted
        2     | 10     | 5    | AAA0  | none     | yes    | MayBeFinal
        2     | 10     | 5    | AAAA  | none     | yes    | MayBeFinal
        # recorded only blocks later: batches that were ordered before it went first
        2     | 7      | 5    | 000-  | none     | yes    | accepted
        2     | 7      |      | AAA-  | none     | yes    | accepted
        # voting again
        2     | 9      |      | AAA-  | none     | yes    | accepted
        2     | 9      |      | AB0-  | none     | yes    | MayBeFinal
        2     | 9      |      | AABB  | none     | yes    | accepted
        2     | 9      |      | AABC  | none     | yes    | accepted
        """;

    private static readonly IReadOnlyList<Seat> Four = Founders(4);

    [Fact]
    public void Restarts_are_refused_in_order_of_precedence() => Table.Parse(Restarting).Check(row =>
    {
        var ledger = row["agreed"] == "yes" ? Open(Four) : new TestLedger { Height = 10 };
        var statements = Statements(row["votes"]);
        var command = new RestartHeight(
            int.Parse(row["epoch"]), long.Parse(row["height"]), [.. row["skip"].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)], statements);
        return ledger.Decide(command, Orgs(Four.Where(s => s.Node.Number.ToString() != row["unsigned"])));
    });

    [Fact]
    public void A_restart_moves_the_epoch_and_says_what_may_be_voted_for()
    {
        var ledger = Open(Four);
        ledger.Must(new RestartHeight(2, 9, [], Statements("AA0-")), Orgs(Four));
        Assert.Equal(RootOf('A'), Assert.IsType<HeightRestarted>(Assert.Single(ledger.LastEvents)).Root);
        Assert.Equal(2, ledger.Nodes()!.Epoch);
        Assert.Equal(2, new KeyDirectory().FindNodes(ledger)!.Epoch);
        Assert.Equal("EpochNotNext", ledger.Decide(new RestartHeight(2, 9, [], Statements("AA0-")), Orgs(Four)).Rejection?.Name);

        ledger.Must(new RestartHeight(4, 10, [5], Statements("AB00")), Orgs(Four));
        Assert.Null(Assert.IsType<HeightRestarted>(Assert.Single(ledger.LastEvents)).Root);
    }

    [Fact]
    public void Heights_that_stood_still_before_the_first_restart_was_recorded_are_recorded_too_each_once()
    {
        // Height 5 is restarted; before that is recorded in block 10, heights 7 and 8 stand still, and each begins its own epoch 2.
        var ledger = Open(Four);
        ledger.Must(new RestartHeight(2, 5, [3], Statements("0000")), Orgs(Four));
        ledger.Height = 11;
        ledger.Must(new RestartHeight(2, 7, [8], Statements("0000")), Orgs(Four));
        ledger.Must(new RestartHeight(3, 7, [9], Statements("0000")), Orgs(Four));
        ledger.Height = 12;
        ledger.Must(new RestartHeight(2, 8, [12], Statements("0000")), Orgs(Four));
        Assert.Equal(3, ledger.Nodes()!.Epoch);
        Assert.Equal(new RestartRecord(2, 8, 11), ledger.Nodes()!.Restart);

        // The same again, an earlier one, and a height that was voted on when the epoch was 3.
        Assert.All(
            new (int Epoch, long Height)[] { (2, 8), (3, 7), (2, 5), (3, 12) },
            r => Assert.Equal("EpochNotNext", ledger.Decide(new RestartHeight(r.Epoch, r.Height, [13], Statements("0000")), Orgs(Four)).Rejection?.Name));
    }

    [Fact]
    public void Before_the_agreement_is_signed_the_founding_nodes_organisations_restart()
    {
        var ledger = new TestLedger { Height = 2, Nodes = new NodeSet(Four) };
        Assert.Null(ledger.Decide(new RestartHeight(2, 1, [1], Statements("000-")), Orgs(Four)).Rejection);
        Assert.Equal("StatementNotSigned", ledger.Decide(new RestartHeight(2, 1, [1], Statements("000-")), Orgs(Four.Take(2))).Rejection?.Name);
        Assert.Equal("EpochNotNext", ledger.Decide(new RestartHeight(66, 1, [1], Statements("000-")), Orgs(Four)).Rejection?.Name);
    }

    [Fact]
    public void The_statements_of_a_removed_node_and_of_one_still_to_come_do_not_count()
    {
        var ledger = Open(Four);
        IReadOnlyList<Seat> next = [.. Four.Take(3)];
        ledger.Must(new ChangeNodes(Hash(1), next), Orgs(Four));

        // Block 11 is still signed by all four, block 12 by three.
        ledger.Height = 11;
        Assert.Null(ledger.Decide(new RestartHeight(2, 11, [5], Statements("0000")), Orgs(Four)).Rejection);
        ledger.Height = 12;
        Assert.Equal("StatementNotSigned", ledger.Decide(new RestartHeight(2, 12, [5], Statements("0000")), Orgs(Four)).Rejection?.Name);
        Assert.Null(ledger.Decide(new RestartHeight(2, 12, [5], Statements("000")), Orgs(Four)).Rejection);
    }

    /// <summary>
    /// Every way in which honest nodes may have voted and liars may lie, for up to seven nodes and two roots: whatever is skipped had no certificate
    /// and can get none, and whatever is voted on again is the one that may have had one. Only the unanimous way out trusts the statements.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void No_restart_contradicts_what_fewer_than_a_third_of_liars_could_have_made_final(int nodes)
    {
        var quorum = NodeSet.QuorumOf(nodes);
        var liars = nodes - quorum;
        var judged = 0;

        // Nodes are alike, so only numbers count: honest ones that voted A, B or nothing, those of them that stated, and what liars state.
        foreach (var (honestA, honestB) in Pairs(nodes - liars))
        {
            var honestNone = nodes - liars - honestA - honestB;
            foreach (var (lieA, lieB) in Pairs(liars))
            {
                for (var lieNone = 0; lieNone <= liars - lieA - lieB; lieNone++)
                {
                    foreach (var (silentA, silentB) in Pairs(liars))
                    {
                        for (var silentNone = 0; silentNone <= liars - silentA - silentB; silentNone++)
                        {
                            if (silentA > honestA || silentB > honestB || silentNone > honestNone)
                            {
                                continue;
                            }

                            var (a, b) = (honestA - silentA + lieA, honestB - silentB + lieB);
                            var none = honestNone - silentNone + lieNone;
                            if (a + b + none >= quorum)
                            {
                                Check(a, b, none, honestA + liars, honestB + liars);
                            }
                        }
                    }
                }
            }
        }

        Assert.True(judged > 0);

        void Check(int a, int b, int none, int mostA, int mostB)
        {
            judged++;
            var statements = Statements(new string('A', a) + new string('B', b) + new string('0', none));
            var unanimous = statements.Count == nodes;
            var (canA, canB) = (mostA >= quorum, mostB >= quorum);
            var skipping = RestartRule.Judge(nodes, statements, skips: true);
            var voting = RestartRule.Judge(nodes, statements, skips: false);

            Assert.True(!skipping.Allowed || unanimous || (!canA && !canB), $"skipped: n={nodes} a={a} b={b} 0={none}");
            Assert.True(
                !voting.Allowed || unanimous || ((!canA || voting.Root == RootOf('A')) && (!canB || voting.Root == RootOf('B'))),
                $"voted again: n={nodes} a={a} b={b} 0={none} {voting.Root}");

            // Even all organisations together cannot skip what the statements themselves show to be final.
            Assert.True(!skipping.Allowed || (a < quorum && b < quorum));
        }
    }

    [Fact]
    public void A_split_that_only_a_liar_could_have_resolved_needs_every_statement()
    {
        Assert.False(RestartRule.Judge(4, Statements("AAB"), skips: true).Allowed);
        Assert.True(RestartRule.Judge(4, Statements("AABB"), skips: true).Allowed);
        Assert.Equal(new RestartVerdict(true, RootOf('A')), RestartRule.Judge(7, Statements("AAA00"), skips: false));
    }

    private static IEnumerable<(int, int)> Pairs(int most) =>
        from a in Enumerable.Range(0, most + 1)
        from b in Enumerable.Range(0, most - a + 1)
        select (a, b);

    private static List<NodeStatement> Statements(string votes) =>
        [.. votes.Select((v, i) => (v, i)).Where(p => p.v != '-').Select(p => new NodeStatement(p.i + 1, p.v == '0' ? null : RootOf(p.v)))];

    private static Hash32 RootOf(char letter) => Hash(letter);
}
