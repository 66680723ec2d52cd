using System.Text.Json;
using CsCheck;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Testing;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class DuesAmountsTests
{
    private static readonly DateOnly Day = D("2026-11-01");
    private static readonly DuesClass[] WithBase = [.. Enum.GetValues<DuesClass>().Where(DuesAmounts.HasBase)];

    private static readonly Gen<(DuesClass Class, RoundingMode Rounding, RoundingUnit Unit)> Settings = Gen.Select(
        Gen.OneOf(WithBase), Gen.OneOf(Enum.GetValues<RoundingMode>()), Gen.OneOf(Enum.GetValues<RoundingUnit>()));

    /// <summary>Bases around the cliffs as well as anywhere.</summary>
    private static readonly Gen<long> Fen = Gen.OneOf(
        Gen.Long[0, 2_000_000],
        Gen.Long[0, 1_000_000_000],
        Gen.Select(Gen.OneOf(0L, 300_000L, 500_000L, 1_000_000L), Gen.Long[-120, 120], (cliff, near) => Math.Max(0, cliff + near)));

    [Fact]
    public void Amounts_follow_the_vectors()
    {
        using var vectors = Vectors();
        foreach (var vector in vectors.RootElement.GetProperty("computed").EnumerateArray())
        {
            var due = DuesAmounts.Compute(ClassOf(vector), Y(Text(vector, "base")), PolicyRecord.Default, Day);
            Assert.Equal((vector.ToString(), Text(vector, "due")), (vector.ToString(), due.ToString()));
        }
    }

    [Fact]
    public void Rounding_follows_the_vectors()
    {
        using var vectors = Vectors();
        foreach (var vector in vectors.RootElement.GetProperty("rounded").EnumerateArray())
        {
            var due = DuesAmounts.Compute(
                DuesClass.SalariedMonthly, Y(Text(vector, "base")), Enum.Parse<RoundingMode>(Text(vector, "rounding")),
                Enum.Parse<RoundingUnit>(Text(vector, "unit")), Day);
            Assert.Equal((vector.ToString(), Text(vector, "due")), (vector.ToString(), due.ToString()));
        }
    }

    [Fact]
    public void Possible_amounts_follow_the_vectors()
    {
        using var vectors = Vectors();
        foreach (var vector in vectors.RootElement.GetProperty("possible").EnumerateArray())
        {
            var possible = DuesAmounts.IsPossible(ClassOf(vector), Y(Text(vector, "monthly")), PolicyRecord.Default, Day);
            Assert.Equal((vector.ToString(), vector.GetProperty("possible").GetBoolean()), (vector.ToString(), possible));
        }
    }

    [Fact]
    public void Every_computed_amount_is_possible() =>
        Gen.Select(Settings, Fen).Sample((s, fen) =>
            DuesAmounts.IsPossible(s.Class, DuesAmounts.Compute(s.Class, new Amount(fen), s.Rounding, s.Unit, Day), s.Rounding, s.Unit, Day));

    [Fact]
    public void Every_possible_amount_is_computed_from_some_base() =>
        Gen.Select(Settings, Gen.Long[0, 40_000]).Sample((s, fen) =>
        {
            var monthly = new Amount(fen);
            return DuesAmounts.IsPossible(s.Class, monthly, s.Rounding, s.Unit, Day) == HasSomeBase(s.Class, monthly, s.Rounding, s.Unit);
        });

    [Fact]
    public void A_higher_base_never_gives_a_lower_amount() =>
        Gen.Select(Settings, Fen, Fen).Sample((s, one, two) =>
            DuesAmounts.Compute(s.Class, new Amount(Math.Min(one, two)), s.Rounding, s.Unit, Day)
            <= DuesAmounts.Compute(s.Class, new Amount(Math.Max(one, two)), s.Rounding, s.Unit, Day));

    [Fact]
    public void Amounts_equal_exact_decimal_arithmetic() =>
        Gen.Select(Gen.OneOf(WithBase), Fen).Sample((c, fen) =>
        {
            var yuan = fen / 100m;
            var rate = c == DuesClass.Retired
                ? (yuan <= 5000m ? 0.005m : 0.01m)
                : yuan <= 3000m ? 0.005m : yuan <= 5000m ? 0.01m : yuan <= 10000m ? 0.015m : 0.02m;
            return DuesAmounts.Compute(c, new Amount(fen), PolicyRecord.Default, Day).Yuan
                == Math.Round(yuan * rate, 2, MidpointRounding.AwayFromZero);
        });

    [Theory]
    [InlineData("0.00", "0.00", "0.01", "0.00")]
    [InlineData("0.00", "0.01", "0.01", "0.01")]
    [InlineData("9000.00", "0.00", "0.02", "3000.01")]
    [InlineData("9000.00", "0.00", "0.01", "3000.00")]
    [InlineData("-100.00", "50.00", "20.00", "0.00")]
    public void The_quarterly_average_is_rounded_half_up_to_the_fen(string first, string second, string third, string average) =>
        Assert.Equal(Y(average), DuesAmounts.QuarterlyAverage(Y(first), Y(second), Y(third)));

    [Theory]
    [InlineData(DuesClass.Student, "100.00", "2026-11-01")]
    [InlineData(DuesClass.SalariedMonthly, "-0.01", "2026-11-01")]
    [InlineData(DuesClass.SalariedMonthly, "10000000.01", "2026-11-01")]
    [InlineData(DuesClass.SalariedMonthly, "100.00", "2008-03-31")]
    public void What_has_no_base_or_no_rule_is_not_computed(DuesClass duesClass, string monthlyBase, string day) =>
        Assert.Throws<ArgumentException>(() => DuesAmounts.Compute(duesClass, Y(monthlyBase), PolicyRecord.Default, D(day)));

    [Fact]
    public void Before_the_regulation_nothing_is_possible() =>
        Assert.All(Enum.GetValues<DuesClass>(), c => Assert.False(DuesAmounts.IsPossible(c, Y("0.20"), PolicyRecord.Default, D("2008-03-31"))));

    [Fact]
    public void The_catalogue_names_each_rule_once_and_covers_every_topic()
    {
        var rules = DuesRuleCatalog.Rules;
        Assert.Equal(rules.Count, rules.Select(r => r.Id).Distinct().Count());
        Assert.Empty(Enum.GetValues<DuesTopic>().Except(rules.Select(r => r.Topic)));
        Assert.All(rules, r =>
        {
            Assert.EndsWith($"@{r.Version}", r.Id.ToString());
            Assert.Same(r, DuesRuleCatalog.Find(r.Id));
            Assert.Same(r, DuesRuleCatalog.InForce(r.Topic, r.EffectiveFrom));
            Assert.Null(DuesRuleCatalog.InForce(r.Topic, r.EffectiveFrom.AddDays(-1)));
            Assert.EndsWith("。", r.Text);
        });
        Assert.All(rules.Where(r => r.Brackets is not null), r => Assert.Null(r.Brackets![^1].Top));
    }

    private static bool HasSomeBase(DuesClass duesClass, Amount monthly, RoundingMode rounding, RoundingUnit unit)
    {
        // The amount grows with the base, so a base that gives it is found by halving.
        long low = 0, high = DuesLimits.Largest.Fen;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (DuesAmounts.Compute(duesClass, new Amount(middle), rounding, unit, Day) < monthly)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return DuesAmounts.Compute(duesClass, new Amount(low), rounding, unit, Day) == monthly;
    }

    private static JsonDocument Vectors() => JsonDocument.Parse(File.ReadAllBytes(Repository.File("vectors", "dues", "amounts.json")));

    private static DuesClass ClassOf(JsonElement vector) => Enum.Parse<DuesClass>(Text(vector, "class"));

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;
}
