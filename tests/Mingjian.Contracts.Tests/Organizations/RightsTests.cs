using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Organizations;

public sealed class RightsTests
{
    private const string Answers = """
        member         | right              | organization | date       | allowed
        # an officer reaches everything below, nothing above or beside
        officerTop     | ImportMembers      | top          | 2026-11-22 | yes
        officerTop     | ImportMembers      | D            | 2026-11-22 | yes
        officerTop     | ImportMembers      | deepest      | 2026-11-22 | yes
        officerGeneral | ImportMembers      | D            | 2026-11-22 | yes
        officerGeneral | ImportMembers      | A            | 2026-11-22 | no
        officerGeneral | ImportMembers      | top          | 2026-11-22 | no
        # rights end with the term, and do not begin before it
        officerTop     | ImportMembers      | A            | 2026-12-30 | yes
        officerTop     | ImportMembers      | A            | 2026-12-31 | yes
        officerTop     | ImportMembers      | A            | 2027-01-01 | no
        officerTop     | ImportMembers      | A            | 2025-12-31 | no
        officerTop     | ImportMembers      | A            | 2026-01-01 | yes
        # secretaries and collectors act in the one branch
        secretaryD     | ConsentForBranch   | D            | 2026-11-22 | yes
        secretaryD     | ConsentForBranch   | A            | 2026-11-22 | no
        secretaryD     | ConsentForBranch   | general      | 2026-11-22 | no
        collectorA     | RecordPayment      | A            | 2026-11-22 | yes
        collectorA     | RecordPayment      | B            | 2026-11-22 | no
        collectorA     | ConsentForBranch   | A            | 2026-11-22 | no
        collectorA     | AssessDues         | A            | 2026-11-22 | no
        # an officer does not take money
        officerTop     | RecordPayment      | A            | 2026-11-22 | no
        officerTop     | ReversePayment     | A            | 2026-11-22 | yes
        # an auditor reads everything below and changes nothing
        auditor        | ViewDues           | D            | 2026-11-22 | yes
        auditor        | ViewAudit          | A            | 2026-11-22 | yes
        auditor        | SetStandards       | A            | 2026-11-22 | no
        auditor        | RecordPayment      | A            | 2026-11-22 | no
        # whoever holds no post has no right; what does not exist gives none
        wang           | ViewMembers        | A            | 2026-11-22 | no
        unknown        | ViewMembers        | A            | 2026-11-22 | no
        officerTop     | ViewMembers        | unknown      | 2026-11-22 | no
        """;

    [Fact]
    public void Rights_follow_the_table_the_tree_and_the_term()
    {
        var ledger = World.Open();
        var faults = Table.Parse(Answers).Rows
            .Where(r => Rights.Allows(
                ledger, World.Person(r["member"]), Enum.Parse<Right>(r["right"]), World.Place(r["organization"]), D(r["date"]))
                != (r["allowed"] == "yes"))
            .Select(r => string.Join(' ', r.Cells.Values));
        Assert.Empty(faults);
    }

    [Fact]
    public void An_undefined_right_is_never_allowed() =>
        Assert.False(Rights.Allows(World.Open(), World.Founder, (Right)99, World.Top, D("2026-11-22")));

    [Fact]
    public void Every_right_has_one_line_which_says_since_when_and_names_each_post_once()
    {
        Assert.Equal(Enum.GetValues<Right>(), Rights.Table.Select(g => g.Right));
        Assert.All(Rights.Table, g => Assert.InRange(g.Since, 1, AllContracts.Protocol));
        Assert.All(Rights.Table, g => Assert.NotEmpty(g.Holders));
        Assert.All(Rights.Table, g => Assert.Equal(g.Holders.DistinctBy(h => h.Post), g.Holders));
        Assert.Empty(Enum.GetValues<Post>().Except(Rights.Table.SelectMany(g => g.Holders).Select(h => h.Post)));
    }

    [Fact]
    public void A_right_is_nobodys_before_its_protocol()
    {
        var ledger = World.Open();
        var grant = DuesRights.RecordPayment with { Since = 2 };
        Assert.Null(grant.Signer(ledger, Context(1), World.BranchA));
        Assert.Equal(World.CollectorA, grant.Signer(ledger, Context(2), World.BranchA));

        DecisionContext Context(int protocol) => new(
            ledger.Time, ledger.Height, TestLedger.Network, [By(World.CollectorA)], ledger.Nodes, 1, protocol);
    }

    [Fact]
    public void An_auditor_holds_nothing_but_reading() => Assert.All(
        Rights.Table.Where(g => g.Of(Post.Auditor) is not null), g => Assert.StartsWith("View", g.Right.ToString()));

    [Fact]
    public void A_right_in_ones_own_branch_costs_one_read()
    {
        var ledger = World.Open();
        var before = ledger.Reads;
        Assert.True(Rights.Allows(ledger, World.CollectorA, Right.RecordPayment, World.BranchA, D("2026-11-22")));
        Assert.Equal(1, ledger.Reads - before);
    }
}
