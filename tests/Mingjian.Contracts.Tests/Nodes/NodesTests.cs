using CsCheck;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Nodes;

public sealed class NodesTests
{
    /// <summary>Each row mends one fault of the row above.</summary>
    internal const string Founding = """
        list      | height | founded | signed | keyOf  | outcome
        none      | 2      | yes     | 3      | member | Malformed
        32        | 2      | yes     | 3      | member | Malformed
        unordered | 2      | yes     | 3      | member | Malformed
        sameKey   | 2      | yes     | 3      | member | Malformed
        sameOrg   | 2      | yes     | 3      | member | Malformed
        sameOrgKey| 2      | yes     | 3      | member | Malformed
        passkey   | 2      | yes     | 3      | member | Malformed
        other     | 2      | yes     | 3      | member | AlreadyFounded
        other     | 1      | yes     | 3      | member | AlreadyFounded
        other     | 2      | no      | 3      | member | NotTheFoundingNodes
        other     | 1      | no      | 3      | member | NotTheFoundingNodes
        otherOrg  | 1      | no      | 3      | member | NotTheFoundingNodes
        otherKey  | 1      | no      | 3      | member | NotTheFoundingNodes
        alone     | 1      | no      | 3      | member | NotTheFoundingNodes
        numbered5 | 1      | no      | 3      | member | NotTheFoundingNodes
        founders  | 1      | no      | 3      | member | FounderDidNotSign
        founders  | 1      | no      | 4      | member | OrganizationKeyTaken
        founders  | 1      | no      | 4      | nobody | accepted
        founders  | 2      | no      | 4      | nobody | accepted
        """;

    /// <summary>Four nodes; the columns say who signs, how long after the last change, and the new list.</summary>
    internal const string Changing = """
        list         | agreed | quorum | since | joined | outcome
        none         | no     | 2      | 1     | no     | Malformed
        replaced     | no     | 2      | 1     | no     | NotFounded
        unchanged    | yes    | 2      | 1     | no     | QuorumMissing
        unchanged    | yes    | 3      | 1     | no     | ChangePending
        unchanged    | yes    | 3      | 2     | no     | NothingChanges
        # a fifth node, with every fault mended one by one
        five6        | yes    | 3      | 2     | no     | NumberNotNext
        moved2       | yes    | 3      | 2     | no     | NumberOfAnother
        replaced     | yes    | 3      | 2     | no     | TooManyDiffer
        twoNew       | yes    | 3      | 2     | no     | TooManyDiffer
        twoKeys      | yes    | 3      | 2     | no     | TooManyDiffer
        swapped      | yes    | 3      | 2     | no     | NodeKeyUsed
        five5member  | yes    | 3      | 2     | no     | OrganizationKeyTaken
        five5        | yes    | 3      | 2     | no     | NewcomerDidNotSign
        five5        | yes    | 3      | 2     | yes    | accepted
        removed      | yes    | 3      | 2     | no     | accepted
        newNodeKeys  | yes    | 3      | 2     | no     | accepted
        newNodeKeys4 | yes    | 3      | 2     | no     | NewcomerDidNotSign
        newNodeKeys4 | yes    | 3      | 2     | yes    | accepted
        newOrgKey4   | yes    | 3      | 2     | no     | NewcomerDidNotSign
        newOrgKey4   | yes    | 3      | 2     | yes    | accepted
        charter      | yes    | 3      | 2     | no     | accepted
        charter      | yes    | 2      | 2     | no     | QuorumMissing
        """;

    private static readonly IReadOnlyList<Seat> Four = Founders(4);

    [Fact]
    public void Founding_is_refused_in_order_of_precedence() => Table.Parse(Founding).Check(row =>
    {
        var ledger = new TestLedger { Nodes = GenesisOf(row) };
        if (row["founded"] == "yes")
        {
            ledger.Must(new FoundNodes(Hash(1), Four, ProtocolRecord.First), Orgs(Four));
        }

        if (row["keyOf"] == "member")
        {
            // A ledger of several organisations knows no member before its agreement; here one is put there all the same.
            var genesis = ledger.Nodes;
            ledger.Nodes = new TestLedger().Nodes;
            ledger.Must(new FoundNetwork(World.Top, Hash(1), World.Founder, Four[1].OrganizationKey), Speaking(Four[1]));
            ledger.Nodes = genesis;
        }

        ledger.Height = long.Parse(row["height"]);
        var list = Named(row["list"]);
        return ledger.Decide(new FoundNodes(Hash(1), list, ProtocolRecord.First), Orgs((list.Count == 4 ? list : Four).Take(int.Parse(row["signed"]))));
    });

    [Fact]
    public void Who_knows_every_node_key_cannot_put_another_organisation_or_another_key_of_it_in_a_seat()
    {
        // Of every seat, each thing that an outsider could choose for himself; all organisations that the list names do sign.
        foreach (var at in Enumerable.Range(0, Four.Count))
        {
            foreach (var stolen in new[] { Four[at] with { Organization = Organization(999) }, Four[at] with { OrganizationKey = Key(999) }, Seat(at + 1, organization: 999) })
            {
                IReadOnlyList<Seat> list = [.. Four.Take(at), stolen, .. Four.Skip(at + 1)];
                var ledger = new TestLedger { Nodes = new NodeSet(Four) };
                Assert.Equal("NotTheFoundingNodes", ledger.Decide(new FoundNodes(Hash(1), list, ProtocolRecord.First), Orgs(list)).Rejection?.Name);
                Assert.NotEqual(new NodeSet(Four).Hash, new NodeSet(list).Hash);
            }
        }
    }

    [Fact]
    public void A_node_that_is_alone_is_never_founded_as_a_network_by_whatever_list()
    {
        IReadOnlyList<Seat> own = [Seat(1)];
        foreach (var height in new[] { 1L, 2, 1000 })
        {
            var ledger = new TestLedger { Height = height };
            Assert.Equal(ledger.Nodes.Nodes, [own[0].Node]);
            Assert.Equal("NotTheFoundingNodes", ledger.Decide(new FoundNodes(Hash(1), own, ProtocolRecord.First), Orgs(own)).Rejection?.Name);
            Assert.Equal("NotFounded", ledger.Decide(new ChangeNodes(Hash(1), own), Orgs(own)).Rejection?.Name);
            Assert.Equal("NotFounded", ledger.Decide(new RestartHeight(2, 1, [], [new NodeStatement(1, null)]), Orgs(own)).Rejection?.Name);
        }
    }

    [Fact]
    public void The_agreement_counts_from_block_1_also_where_something_was_refused_before_it()
    {
        var ledger = new TestLedger { Nodes = new NodeSet(Four), Height = 3 };
        ledger.Must(new FoundNodes(Hash(1), Four, ProtocolRecord.First), Orgs(Four));
        Assert.Equal(1, ledger.Nodes()!.Current.From);
        Assert.Equal(HashOf(Four), new KeyDirectory().FindNodesAt(ledger, 1)!.Hash);
    }

    [Fact]
    public void Changes_are_refused_in_order_of_precedence() => Table.Parse(Changing).Check(row =>
    {
        // The last change took nothing but a charter, so that the table's lists stay simple.
        var ledger = row["agreed"] == "yes" ? Open(Four) : new TestLedger();
        if (row["agreed"] == "yes")
        {
            ledger.Height = 1;
            ledger.Must(new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1)), Unbound(1));
            ledger.Height = 10;
            ledger.Must(new ChangeNodes(Hash(2), Four), Orgs(Four.Take(3)));
            ledger.Height = 10 + long.Parse(row["since"]);
        }

        var list = Named(row["list"]);
        var signers = Orgs(Four.Take(int.Parse(row["quorum"]))).ToList();
        if (row["joined"] == "yes")
        {
            signers.Add(Speaking(list[^1]));
        }

        return ledger.Decide(new ChangeNodes(Hash(row["list"] == "charter" ? 3 : 2), list), [.. signers]);
    });

    [Fact]
    public void A_change_takes_effect_two_blocks_later_and_the_keys_of_both_sets_are_known_meanwhile()
    {
        var ledger = Open(Four);
        IReadOnlyList<Seat> five = [.. Four, Seat(5)];
        Assert.Null(new KeyDirectory().Find(ledger, five[4].OrganizationKey.Id));

        ledger.Must(new ChangeNodes(Hash(2), five), [.. Orgs(Four.Take(3)), Speaking(five[4])]);

        var plan = new KeyDirectory().FindNodes(ledger)!;
        Assert.Equal(HashOf(Four), plan.At(11).Hash);
        Assert.Equal(HashOf(five), plan.At(12).Hash);
        Assert.Null(new KeyDirectory().Find(ledger, five[4].OrganizationKey.Id)!.Member);
        Assert.Equal(2, ledger.Nodes()!.At(12).Version);
    }

    [Fact]
    public void From_its_first_block_on_the_new_quorum_decides_and_a_removed_organisation_does_not()
    {
        var ledger = Open(Four);
        IReadOnlyList<Seat> three = [.. Four.Take(3)];
        ledger.Must(new ChangeNodes(Hash(1), three), Orgs(Four.Skip(1)));
        ledger.Height = 12;
        var back = new ChangeNodes(Hash(1), [.. three, Seat(5, organization: 904)]);

        Assert.Equal("QuorumMissing", ledger.Decide(back, Orgs(Four.Skip(1))).Rejection?.Name);
        Assert.Null(ledger.Decide(back, [.. Orgs(three), Speaking(Seat(5, organization: 904))]).Rejection);
        Assert.Equal("NumberNotNext", ledger.Decide(back with { Nodes = Four }, Orgs(Four)).Rejection?.Name);
    }

    [Fact]
    public void What_a_node_or_an_organisation_has_given_up_never_becomes_anothers()
    {
        var ledger = Open(Four);
        IReadOnlyList<Seat> rotated = [Seat(1, generation: 1, organizationKey: 1), .. Four.Skip(1)];
        ledger.Must(new ChangeNodes(Hash(1), rotated), [.. Orgs(Four.Skip(1)), Speaking(rotated[0])]);
        ledger.Height = 12;

        Assert.Equal("NodeKeyUsed", Outcome(Seat(5) with { Node = NodeOf(5) with { VoteKey = NodeKey(1, 0, 3) } }));
        Assert.Equal("NodeKeyUsed", Outcome(Seat(5) with { Node = NodeOf(5) with { VoteKey = NodeKey(1, 0, 1) } }));
        Assert.Equal("OrganizationKeyTaken", Outcome(Seat(5) with { OrganizationKey = Four[0].OrganizationKey }));
        Assert.Equal("accepted", Outcome(Seat(5)));
        Assert.Equal(
            "NodeKeyUsed",
            ledger.Decide(new ChangeNodes(Hash(1), [Four[0], .. rotated.Skip(1)]), [.. Orgs(rotated), Speaking(Four[0])]).Rejection?.Name);

        string Outcome(Seat fifth) =>
            ledger.Decide(new ChangeNodes(Hash(1), [.. rotated, fifth]), [.. Orgs(rotated), Speaking(fifth)]).Rejection?.Name ?? "accepted";
    }

    [Fact]
    public void A_network_key_signs_for_no_member_and_cannot_be_bound_to_one()
    {
        var ledger = World.Open();
        ledger.Height = 1;
        ledger.Nodes = new NodeSet(Four);
        ledger.Must(new FoundNodes(Hash(1), Four, ProtocolRecord.First), Orgs(Four));
        Assert.Equal(
            "SignerNotAMember",
            ledger.Decide(new EstablishOrganization(Organization(77), World.Top, OrganizationKind.PartyBranch, Hash(1)), Speaking(Four[0])).Rejection?.Name);

        ledger.Must(new IssueInvitation(World.Wang, Code(77), ledger.Time.AddMilliseconds(1000)), By(World.Founder));
        Assert.Equal("KeyTaken", ledger.Decide(new BindKey(World.Wang, Four[0].OrganizationKey), [.. Redeeming(77, 300), Speaking(Four[0])]).Rejection?.Name);
    }

    [Fact]
    public void Any_quorums_of_adjacent_sets_share_a_node_that_did_not_change_and_numbers_and_keys_are_never_given_again() =>
        Gen.ULong.Sample(
            seed =>
            {
                var history = NodesHistory.Run(seed);
                foreach (var (before, after) in history.Sets.Zip(history.Sets.Skip(1)))
                {
                    var unchanged = before.Nodes.Count(n => after.Find(n.Number) == n);

                    // The smallest overlap of a quorum here and a quorum there, counted over the nodes that are the same in both.
                    var overlap = before.Quorum - (before.Nodes.Count - unchanged) + after.Quorum - (after.Nodes.Count - unchanged) - unchanged;
                    Assert.True(overlap >= 1 || before.Nodes.Count == 1, $"seed {seed}: {before.Nodes.Count} to {after.Nodes.Count} nodes, overlap {overlap}");
                }

                var numbers = history.Sets.SelectMany(s => s.Nodes).GroupBy(n => n.Number);
                Assert.All(numbers, g => Assert.Single(g.Select(n => history.OrganizationOf(n)).Distinct()));
                Assert.All(numbers, g => Assert.True(IsOneRun(history.Sets, g.Key), $"seed {seed}: number {g.Key} came back"));
                var owners = history.Sets.SelectMany(s => s.Nodes)
                    .SelectMany(n => new[] { (n.BatchKey, n.Number, 1), (n.LogKey, n.Number, 2), (n.VoteKey, n.Number, 3) })
                    .Distinct().GroupBy(k => k.Item1);
                Assert.All(owners, g => Assert.Single(g));
            },
            iter: 100);

    [Fact]
    public void Random_changes_reach_joins_removals_rotations_and_most_refusals()
    {
        var outcomes = Enumerable.Range(1, 60).SelectMany(s => NodesHistory.Run((ulong)s).Outcomes).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "join", "leave", "rotate", "accepted", "TooManyDiffer", "ChangePending", "QuorumMissing", "NumberNotNext", "NodeKeyUsed", "NewcomerDidNotSign",
                "RestartHeight", "EpochNotNext", "TooFewStatements", "ActivateProtocol", "TooFewNodesCarry", "ProtocolNotNewer", "ProtocolFromOutOfRange",
            },
            outcomes);
    }

    private static bool IsOneRun(List<NodeSet> sets, int number)
    {
        var present = sets.Select(s => s.Find(number) is not null).ToList();
        return present.SkipWhile(p => !p).SkipWhile(p => p).All(p => !p);
    }

    /// <summary>What the nodes were founded with.</summary>
    private static NodeSet GenesisOf(Row row) => row["list"] switch
    {
        "numbered5" => new NodeSet(Named("numbered5")),
        "alone" => new NodeSet([.. Four.Select(s => s.Node)]),
        _ => new NodeSet(Four),
    };

    private static IReadOnlyList<Seat> Named(string name) => name switch
    {
        "otherOrg" => [Four[0] with { Organization = Organization(999) }, Four[1], Four[2], Four[3]],
        "otherKey" => [Four[0], Four[1], Four[2], Four[3] with { OrganizationKey = OrganizationKey(904, 1) }],
        "alone" => Four,
        "none" => [],
        "32" => Founders(32),
        "unordered" => [Four[1], Four[0], Four[2], Four[3]],
        "sameKey" => [Four[0], Four[1] with { Node = Four[1].Node with { VoteKey = Four[0].Node.BatchKey } }, Four[2], Four[3]],
        "sameOrg" => [Four[0], Four[1] with { Organization = Four[0].Organization }, Four[2], Four[3]],
        "sameOrgKey" => [Four[0], Four[1] with { OrganizationKey = Four[0].OrganizationKey }, Four[2], Four[3]],
        "passkey" => [Four[0] with { OrganizationKey = PublicKeyValue.From("webauthn-es256", Four[0].OrganizationKey.Point) }, Four[1], Four[2], Four[3]],
        "other" => [Seat(1, generation: 1), Four[1], Four[2], Four[3]],
        "numbered5" => [Four[0], Four[1], Four[2], Seat(5)],
        "founders" or "unchanged" or "charter" => Four,
        "replaced" => [Four[0], Four[1], Four[2], Seat(5)],
        "twoNew" => [.. Four, Seat(5), Seat(6)],
        "twoKeys" => [Seat(1, 1), Seat(2, 1), Four[2], Four[3]],
        "five6" => [.. Four, Seat(6)],
        "moved2" => [Four[0], Seat(2, organization: 950), Four[2], Four[3]],
        "swapped" => [Four[0], Four[1], Four[2], Four[3] with { Node = Four[3].Node with { BatchKey = Four[3].Node.VoteKey, VoteKey = Four[3].Node.BatchKey } }],
        "five5member" => [.. Four, Seat(5) with { OrganizationKey = Key(1) }],
        "five5" => [.. Four, Seat(5)],
        "removed" => [Four[0], Four[1], Four[3]],
        "newNodeKeys" => [Seat(1, generation: 1), Four[1], Four[2], Four[3]],
        "newNodeKeys4" => [Four[0], Four[1], Four[2], Seat(4, generation: 1)],
        "newOrgKey4" => [Four[0], Four[1], Four[2], Seat(4, organizationKey: 1)],
        _ => throw new ArgumentException(name, nameof(name)),
    };
}
