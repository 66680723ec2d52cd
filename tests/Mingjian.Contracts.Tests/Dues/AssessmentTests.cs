using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class AssessmentTests
{
    internal const string Assessments = """
        members    | signed         | branch  | member      | month   | outcome
        0          | nobody         | unknown | unknown     | 2008-03 | Malformed
        61         | nobody         | unknown | unknown     | 2008-03 | Malformed
        1          | nobody         | unknown | unknown     | 2008-03 | SignerNotAMember
        1          | officerGeneral | unknown | unknown     | 2008-03 | OrganizationUnknown
        1          | officerGeneral | B       | unknown     | 2008-03 | MemberUnknown
        1          | officerGeneral | B       | withdrawn   | 2008-03 | MemberWithdrawn
        1          | officerGeneral | B       | noStandard  | 2008-03 | NotInBranch
        1          | officerGeneral | A       | noStandard  | 2008-03 | NotEntitled
        1          | collectorA     | A       | noStandard  | 2008-03 | NotEntitled
        twice      | officerTop     | A       | retired     | 2026-11 | Repeated
        1          | officerTop     | A       | noStandard  | 2008-03 | NoRuleInForce
        1          | officerTop     | A       | noStandard  | 2008-04 | BeforeAdmission
        1          | officerTop     | A       | noStandard  | 2020-07 | TooFarBack
        1          | officerTop     | A       | noStandard  | 2021-10 | TooFarBack
        1          | officerTop     | A       | noStandard  | 2027-03 | TooFarAhead
        1          | officerTop     | A       | noStandard  | 2021-11 | NoStandard
        1          | officerTop     | A       | retired     | 2025-12 | NoStandard
        1          | officerTop     | A       | retired     | 2026-10 | AlreadyAssessed
        1          | officerTop     | A       | retired     | 2026-01 | accepted
        1          | officerTop     | A       | retired     | 2027-02 | accepted
        1          | secretaryA     | A       | retired     | 2026-11 | accepted
        # a probationer from the month of the branch meeting, not earlier
        1          | officerTop     | A       | probationer | 2026-08 | BeforeAdmission
        1          | officerTop     | A       | probationer | 2026-09 | accepted
        # the founding officer is in no branch
        1          | founder        | top     | founder     | 2026-11 | NotInBranch
        """;

    internal const string Proposals = """
        monthly | signed     | member     | from    | until   | outcome
        -0.01   | nobody     | unknown    | 2008-03 | 2008-02 | Malformed
        52.00   | nobody     | unknown    | 2008-03 | 2008-02 | SignerNotAMember
        52.00   | secretaryD | unknown    | 2008-03 | 2008-02 | MemberUnknown
        52.00   | secretaryD | withdrawn  | 2008-03 | 2008-02 | MemberWithdrawn
        52.00   | secretaryA | founder    | 2008-03 | 2008-02 | NotInBranch
        52.00   | secretaryD | retired    | 2008-03 | 2008-02 | NotEntitled
        52.00   | officerTop | retired    | 2008-03 | 2008-02 | NotEntitled
        52.00   | secretaryA | retired    | 2008-03 | 2008-02 | NoRuleInForce
        52.00   | secretaryA | retired    | 2008-04 | 2008-02 | BeforeAdmission
        52.00   | secretaryA | retired    | 2021-10 | 2008-02 | TooFarBack
        52.00   | secretaryA | retired    | 2027-03 | 2008-02 | TooFarAhead
        52.00   | secretaryA | retired    | 2025-12 | 2008-02 | NoStandard
        52.00   | secretaryA | retired    | 2026-10 | 2026-09 | ReductionPeriod
        52.00   | secretaryA | retired    | 2026-10 | 2027-10 | ReductionPeriod
        52.00   | secretaryA | retired    | 2026-10 | 2027-09 | NotAReduction
        51.99   | secretaryA | retired    | 2026-10 | 2027-09 | ReductionMonthAssessed
        51.99   | secretaryA | retired    | 2026-09 | 2027-08 | ReductionMonthAssessed
        51.99   | secretaryA | retired    | 2026-11 | 2026-12 | ReductionOverlaps
        51.99   | secretaryA | retired    | 2027-02 | 2027-03 | ReductionOverlaps
        0.00    | secretaryA | retired    | 2026-11 | 2026-11 | accepted
        """;

    internal const string Deciding = """
        signed         | member     | from    | outcome
        nobody         | unknown    | 2026-11 | SignerNotAMember
        officerGeneral | unknown    | 2026-11 | MemberUnknown
        officerGeneral | withdrawn  | 2026-11 | MemberWithdrawn
        officerGeneral | founder    | 2026-11 | NotInBranch
        officerGeneral | retired    | 2026-11 | NotEntitled
        auditor        | retired    | 2026-11 | NotEntitled
        officerTop     | retired    | 2026-11 | ReductionNotProposed
        officerTop     | collectorA | 2026-11 | ReductionNotProposed
        secretaryA     | retired    | 2026-12 | ReductionNeedsAnotherPerson
        officerTop     | officerTop | 2026-11 | ReductionNeedsAnotherPerson
        # the founder invited the secretary who proposed
        founder        | retired    | 2026-12 | ReductionNotIndependent
        officerTop     | retired    | 2026-12 | accepted
        # a general branch is no Party committee: it does not approve
        officerGeneral | memberD    | 2026-11 | NotEntitled
        officerTop     | memberD    | 2026-11 | accepted
        """;

    [Fact]
    public void Assessments_are_refused_in_order_of_precedence() =>
        Table.Parse(Assessments).Check(row =>
        {
            var member = World.Person(row["member"]);
            IReadOnlyList<MemberId> members = row["members"] == "twice"
                ? [member, member]
                : Enumerable.Repeat(member, int.Parse(row["members"])).ToList();
            return World.Open().Decide(new AssessDues(World.Place(row["branch"]), M(row["month"]), members), World.Signed(row["signed"]));
        });

    [Fact]
    public void Proposals_are_refused_in_order_of_precedence() =>
        Table.Parse(Proposals).Check(row => World.Open().Decide(
            new ProposeReduction(World.Person(row["member"]), M(row["from"]), M(row["until"]), Y(row["monthly"])),
            World.Signed(row["signed"])));

    [Fact]
    public void Decisions_on_reductions_are_refused_in_order_of_precedence() =>
        Table.Parse(Deciding).Check(row => World.Open().Decide(
            new DecideReduction(World.Person(row["member"]), M(row["from"]), true), World.Signed(row["signed"])));

    [Fact]
    public void An_approved_reduction_lowers_the_months_it_covers_and_no_other()
    {
        var ledger = World.Open();
        ledger.Must(new DecideReduction(World.Retired, M("2026-12"), true), By(World.OfficerTop));
        Assert.Equal((Y("52.00"), false), Assess(ledger, "2026-11"));
        Assert.Equal((Y("10.00"), true), Assess(ledger, "2026-12"));
        Assert.Equal((Y("10.00"), true), Assess(ledger, "2027-02"));
    }

    [Fact]
    public void A_proposed_or_refused_reduction_lowers_nothing_and_a_refused_one_may_be_proposed_again()
    {
        var ledger = World.Open();
        Assert.Equal((Y("52.00"), false), Assess(ledger.Clone(), "2026-12"));
        ledger.Must(new DecideReduction(World.Retired, M("2026-12"), false), By(World.OfficerTop));
        Assert.Equal((Y("52.00"), false), Assess(ledger.Clone(), "2026-12"));
        ledger.Must(new ProposeReduction(World.Retired, M("2026-12"), M("2026-12"), Y("1.00")), By(World.SecretaryA));
        Assert.Equal(ReductionOutcome.Proposed, Assert.Single(ledger.ReductionsOf(World.Retired)!.Reductions).Outcome);
    }

    [Fact]
    public void A_reduction_never_raises_what_a_later_standard_asks_for()
    {
        var ledger = World.Open();
        ledger.Must(new DecideReduction(World.Retired, M("2026-12"), true), By(World.OfficerTop));
        ledger.Must(
            new SetStandards([new StandardLine(World.Retired, M("2026-12"), DuesClass.OnMinimumLiving, Y("0.20"), null)]), By(World.OfficerTop));
        Assert.Equal((Y("0.20"), false), Assess(ledger, "2026-12"));
    }

    [Fact]
    public void An_assessment_names_rule_class_and_base_for_each_member()
    {
        var ledger = World.Open();
        ledger.Must(new AssessDues(World.BranchA, M("2026-11"), [World.Retired, World.Probationer]), By(World.SecretaryA));
        Assert.Equal(
            [
                new DuesAssessed(
                    World.Retired, World.BranchA, M("2026-11"), DuesClass.Retired, Y("52.00"), Hash(61), RuleId.Parse("dues-2008/5@1"), false,
                    World.SecretaryA),
                new DuesAssessed(
                    World.Probationer, World.BranchA, M("2026-11"), DuesClass.Student, Y("0.20"), null, RuleId.Parse("dues-2008/6.2@1"), false,
                    World.SecretaryA),
            ],
            ledger.LastEvents.Cast<DuesAssessed>());
    }

    private static (Amount Due, bool Reduced) Assess(TestLedger ledger, string month)
    {
        ledger.Must(new AssessDues(World.BranchA, M(month), [World.Retired]), By(World.OfficerTop));
        var record = ledger.DuesMonth(World.Retired, M(month))!;
        return (record.Due, record.Reduced);
    }
}
