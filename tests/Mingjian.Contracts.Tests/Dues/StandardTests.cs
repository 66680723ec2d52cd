using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Tests.Support;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class StandardTests
{
    internal const string Policies = """
        rounding | unit | change | signed         | organization | outcome
        0        | 1    | 1      | nobody         | unknown      | Malformed
        4        | 1    | 1      | nobody         | unknown      | Malformed
        1        | 3    | 1      | nobody         | unknown      | Malformed
        1        | 1    | 3      | nobody         | unknown      | Malformed
        1        | 1    | 1      | nobody         | unknown      | SignerNotAMember
        1        | 1    | 1      | wang           | unknown      | OrganizationUnknown
        1        | 1    | 1      | wang           | A            | NotEntitled
        1        | 1    | 1      | officerGeneral | A            | NotEntitled
        3        | 2    | 2      | officerTop     | A            | accepted
        """;

    internal const string Standards = """
        lines | class | signed         | member     | from    | monthly     | base | outcome
        0     | 1     | nobody         | unknown    | 2008-03 | 20.00       | no   | Malformed
        61    | 1     | nobody         | unknown    | 2008-03 | 20.00       | no   | Malformed
        null  | 1     | nobody         | unknown    | 2008-03 | 20.00       | no   | Malformed
        1     | 10    | nobody         | unknown    | 2008-03 | 20.00       | no   | Malformed
        1     | 0     | nobody         | unknown    | 2008-03 | 20.00       | no   | Malformed
        1     | 1     | nobody         | unknown    | 2008-03 | -0.01       | no   | Malformed
        1     | 1     | nobody         | unknown    | 2008-03 | 10000000.01 | no   | Malformed
        1     | 1     | nobody         | unknown    | 2008-03 | 20.00       | no   | SignerNotAMember
        1     | 1     | officerGeneral | unknown    | 2008-03 | 20.00       | no   | MemberUnknown
        1     | 1     | officerGeneral | withdrawn  | 2008-03 | 20.00       | no   | MemberWithdrawn
        1     | 1     | officerGeneral | founder    | 2008-03 | 20.00       | no   | NotInBranch
        1     | 1     | officerGeneral | noStandard | 2008-03 | 20.00       | no   | NotEntitled
        twice | 1     | officerTop     | noStandard | 2026-11 | 10.00       | yes  | Repeated
        1     | 1     | officerTop     | noStandard | 2008-03 | 20.00       | no   | NoRuleInForce
        1     | 1     | officerTop     | noStandard | 2008-04 | 20.00       | no   | BeforeAdmission
        1     | 1     | officerTop     | noStandard | 2020-06 | 20.00       | no   | BeforeAdmission
        1     | 1     | officerTop     | noStandard | 2020-07 | 20.00       | no   | TooFarBack
        1     | 1     | officerTop     | noStandard | 2021-10 | 20.00       | no   | TooFarBack
        1     | 1     | officerTop     | noStandard | 2027-03 | 20.00       | no   | TooFarAhead
        1     | 1     | officerTop     | noStandard | 2027-02 | 20.00       | no   | BaseMissing
        1     | 6     | officerTop     | noStandard | 2021-11 | 20.00       | yes  | BaseNotExpected
        1     | 1     | officerTop     | noStandard | 2021-11 | 20.00       | yes  | AmountImpossible
        1     | 6     | officerTop     | noStandard | 2021-11 | 0.21        | no   | AmountImpossible
        1     | 1     | officerTop     | wang       | 2025-12 | 30.00       | yes  | StandardOutOfOrder
        1     | 1     | officerTop     | wang       | 2026-12 | 30.00       | yes  | StandardMonthAssessed
        1     | 1     | officerTop     | wang       | 2027-01 | 30.00       | yes  | accepted
        1     | 1     | officerTop     | noStandard | 2021-11 | 15.00       | yes  | accepted
        1     | 1     | officerTop     | noStandard | 2027-02 | 15.00       | yes  | accepted
        # the year's amount stands until January; a correction and a change of class are open
        1     | 1     | officerTop     | collectorB | 2026-12 | 48.00       | yes  | FixedForYear
        1     | 1     | officerTop     | collectorB | 2027-02 | 48.00       | yes  | FixedForYear
        1     | 1     | officerTop     | collectorB | 2027-01 | 48.00       | yes  | accepted
        1     | 1     | officerTop     | collectorB | 2026-01 | 48.00       | yes  | accepted
        1     | 4     | officerTop     | collectorB | 2026-12 | 52.00       | yes  | accepted
        # a probationer is charged from the month of the branch meeting
        1     | 6     | officerTop     | probationer | 2026-08 | 0.20       | no   | BeforeAdmission
        1     | 6     | officerTop     | probationer | 2026-09 | 0.20       | no   | accepted
        """;

    [Fact]
    public void Policies_are_refused_in_order_of_precedence() =>
        Table.Parse(Policies).Check(row => World.Open().Decide(
            new SetDuesPolicy(
                World.Place(row["organization"]), (RoundingMode)int.Parse(row["rounding"]), (RoundingUnit)int.Parse(row["unit"]),
                (BaseChangeMode)int.Parse(row["change"]), Hash(1)),
            World.Signed(row["signed"])));

    [Fact]
    public void Standards_are_refused_in_order_of_precedence() =>
        Table.Parse(Standards).Check(row => World.Open().Decide(Build(row), World.Signed(row["signed"])));

    [Fact]
    public void A_policy_holds_for_all_below_that_have_none_of_their_own()
    {
        var ledger = World.Open();
        Assert.Equal(PolicyRecord.Default, ledger.PolicyFor(World.BranchD));

        ledger.Must(
            new SetDuesPolicy(World.Top, RoundingMode.Down, RoundingUnit.Jiao, BaseChangeMode.MonthFirstReceived, Hash(1)), By(World.Founder));
        Assert.Equal(RoundingMode.Down, ledger.PolicyFor(World.BranchD).Rounding);
        Assert.Equal(BaseChangeMode.FixedForYear, ledger.PolicyFor(World.BranchB).BaseChange);

        var half = new StandardLine(World.NoStandard, M("2026-11"), DuesClass.SalariedMonthly, Y("48.05"), Hash(1));
        Assert.Equal("AmountImpossible", ledger.Decide(new SetStandards([half]), By(World.Founder)).Rejection?.Name);
        Assert.Null(ledger.Decide(new SetStandards([half with { Monthly = Y("48.00") }]), By(World.Founder)).Rejection);
    }

    [Fact]
    public void The_standard_of_a_month_is_the_last_that_began()
    {
        var record = new StandardsRecord(
        [
            new Standard(M("2026-01"), DuesClass.Student, Y("0.20"), null), new Standard(M("2026-07"), DuesClass.Farmer, Y("1.00"), null),
        ]);
        Assert.Null(record.InForce(M("2025-12")));
        Assert.Equal(DuesClass.Student, record.InForce(M("2026-01"))!.Class);
        Assert.Equal(DuesClass.Student, record.InForce(M("2026-06"))!.Class);
        Assert.Equal(DuesClass.Farmer, record.InForce(M("2026-07"))!.Class);
    }

    [Fact]
    public void A_correction_before_assessment_replaces_the_standard()
    {
        var ledger = World.Open();
        ledger.Must(
            new SetStandards([new StandardLine(World.Retired, M("2026-11"), DuesClass.Retired, Y("53.00"), Hash(1))]), By(World.Founder));
        ledger.Must(
            new SetStandards([new StandardLine(World.Retired, M("2026-11"), DuesClass.Retired, Y("54.00"), Hash(2))]), By(World.Founder));
        Assert.Equal([Y("52.00"), Y("54.00")], ledger.StandardsOf(World.Retired)!.Standards.Select(s => s.Monthly));
    }

    [Fact]
    public void Standards_older_than_any_open_month_are_dropped_save_the_one_in_force_then()
    {
        var ledger = World.Open();
        for (var month = M("2021-11"); month <= M("2022-02"); month = month.AddMonths(1))
        {
            ledger.Must(new SetStandards([new StandardLine(World.NoStandard, month, DuesClass.Student, Y("0.20"), null)]), By(World.Founder));
        }

        ledger.Time = TestLedger.At(2027, 1, 10);
        ledger.Must(
            new SetStandards([new StandardLine(World.NoStandard, M("2027-01"), DuesClass.Student, Y("0.20"), null)]), By(World.Founder));
        Assert.Equal(
            [M("2022-01"), M("2022-02"), M("2027-01")], ledger.StandardsOf(World.NoStandard)!.Standards.Select(s => s.From));
        Assert.NotNull(ledger.StandardsOf(World.NoStandard)!.InForce(M("2022-01")));
    }

    private static SetStandards Build(Row row)
    {
        var line = new StandardLine(
            World.Person(row["member"]), M(row["from"]), (DuesClass)int.Parse(row["class"]), Y(row["monthly"]),
            row["base"] == "yes" ? Hash(1) : null);
        return new SetStandards(row["lines"] switch
        {
            "null" => [line, null!],
            "twice" => [line, line],
            var count => Enumerable.Repeat(line, int.Parse(count)).ToList(),
        });
    }
}
