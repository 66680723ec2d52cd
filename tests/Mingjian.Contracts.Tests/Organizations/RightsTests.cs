using Mingjian.Contracts.Organizations;
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
    public void Every_post_has_one_line_and_every_right_some_post()
    {
        Assert.Equal(Enum.GetValues<Post>(), Rights.Table.Select(l => l.Post));
        Assert.Empty(Enum.GetValues<Right>().Except(Rights.Table.SelectMany(l => l.Rights)));
    }

    [Fact]
    public void The_auditors_line_holds_nothing_but_reading() =>
        Assert.All(Rights.Table.Single(l => l.Post == Post.Auditor).Rights, r => Assert.StartsWith("View", r.ToString()));

    [Fact]
    public void A_right_in_ones_own_branch_costs_one_read()
    {
        var ledger = World.Open();
        var before = ledger.Reads;
        Assert.True(Rights.Allows(ledger, World.CollectorA, Right.RecordPayment, World.BranchA, D("2026-11-22")));
        Assert.Equal(1, ledger.Reads - before);
    }
}
