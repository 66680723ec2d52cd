using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Monthly dues from a base by the 2008 regulation: pure, used off the ledger by the server and by verifiers.</summary>
/// <remarks>
/// Exact integer arithmetic: base in fen times rate in thousandths, rounded once at the end to the policy's unit. The regulation states no
/// rounding rule, so mode and unit are an organisation's setting (facts 1.2).
/// </remarks>
public static class DuesAmounts
{
    /// <summary>What a student, an unemployed member or one on relief pays (Art. 6).</summary>
    public static readonly Amount Flat = new(20);

    /// <summary>Most that a farmer pays (Art. 6); the least is <see cref="Flat"/>.</summary>
    public static readonly Amount FarmerMost = new(100);

    /// <summary>True where the amount is computed from a base.</summary>
    public static bool HasBase(DuesClass duesClass) =>
        duesClass is DuesClass.SalariedMonthly or DuesClass.AnnualSalary or DuesClass.NoMonthlyIncome or DuesClass.Retired;

    /// <summary>The monthly dues of a base.</summary>
    /// <param name="duesClass">A class with a base.</param>
    /// <param name="monthlyBase">Zero or more, at most <see cref="DuesLimits.Largest"/>.</param>
    /// <param name="rounding">Applied once, at the end.</param>
    /// <param name="unit">Fen or jiao.</param>
    /// <param name="date">The rule in force on this day is used.</param>
    /// <exception cref="ArgumentException">The class has no base, no rule is in force, or the base is out of range.</exception>
    public static Amount Compute(DuesClass duesClass, Amount monthlyBase, RoundingMode rounding, RoundingUnit unit, DateOnly date)
    {
        if (monthlyBase < Amount.Zero || monthlyBase > DuesLimits.Largest)
        {
            throw new ArgumentException("A base lies between zero and ten million yuan.", nameof(monthlyBase));
        }

        var brackets = DuesRuleCatalog.ForClass(duesClass, date)?.Brackets
            ?? throw new ArgumentException("No bracket table of this class is in force.", nameof(duesClass));
        return Round(monthlyBase.Fen * RateOf(brackets, monthlyBase), rounding, unit);
    }

    /// <summary>As the policy in force computes it.</summary>
    public static Amount Compute(DuesClass duesClass, Amount monthlyBase, PolicyRecord policy, DateOnly date) =>
        Compute(duesClass, monthlyBase, policy.Rounding, policy.Unit, date);

    /// <summary>The average monthly net income of a quarter (Art. 4), half up to the fen; a loss counts as zero.</summary>
    public static Amount QuarterlyAverage(Amount first, Amount second, Amount third)
    {
        var total = (first + second + third).Fen;
        return total <= 0 ? Amount.Zero : new Amount(((total * 2) + 3) / 6);
    }

    /// <summary>Whether some base of the class gives exactly this amount under the policy.</summary>
    /// <remarks>
    /// Within a bracket one fen of base moves the amount by less than one fen, so every multiple of the unit between the bracket's ends occurs,
    /// and the cliffs between brackets occur never. An approved reduction is not asked here: it replaces the amount at assessment.
    /// </remarks>
    public static bool IsPossible(DuesClass duesClass, Amount monthly, RoundingMode rounding, RoundingUnit unit, DateOnly date)
    {
        if (DuesRuleCatalog.ForClass(duesClass, date) is not { } rule || monthly < Amount.Zero || monthly.Fen % UnitFen(unit) != 0)
        {
            return false;
        }

        if (rule.Brackets is not { } brackets)
        {
            return monthly >= Flat && monthly <= (duesClass == DuesClass.Farmer ? FarmerMost : Flat);
        }

        var lowest = 0L;
        foreach (var bracket in brackets)
        {
            var highest = (bracket.Top ?? DuesLimits.Largest).Fen;
            if (monthly >= Round(lowest * bracket.PerMille, rounding, unit) && monthly <= Round(highest * bracket.PerMille, rounding, unit))
            {
                return true;
            }

            lowest = highest + 1;
        }

        return false;
    }

    /// <summary>As the policy in force computes it.</summary>
    public static bool IsPossible(DuesClass duesClass, Amount monthly, PolicyRecord policy, DateOnly date) =>
        IsPossible(duesClass, monthly, policy.Rounding, policy.Unit, date);

    private static int RateOf(IReadOnlyList<Bracket> brackets, Amount monthlyBase)
    {
        foreach (var bracket in brackets)
        {
            if (bracket.Top is not { } top || monthlyBase <= top)
            {
                return bracket.PerMille;
            }
        }

        throw new InvalidOperationException("The last bracket has no top.");
    }

    /// <param name="thousandths">An amount in thousandths of a fen, zero or more.</param>
    private static Amount Round(long thousandths, RoundingMode rounding, RoundingUnit unit)
    {
        var step = 1000L * UnitFen(unit);
        var whole = thousandths / step;
        var rest = thousandths % step;
        var up = rounding switch
        {
            RoundingMode.HalfUp => rest * 2 >= step,
            RoundingMode.Up => rest > 0,
            RoundingMode.Down => false,
            _ => throw new ArgumentOutOfRangeException(nameof(rounding)),
        };
        return new Amount((up ? whole + 1 : whole) * UnitFen(unit));
    }

    private static int UnitFen(RoundingUnit unit) => unit switch
    {
        RoundingUnit.Fen => 1,
        RoundingUnit.Jiao => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };
}
