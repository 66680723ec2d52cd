using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Why a payment event cannot have come from the rules. Numbers are stable; declared in order of precedence.</summary>
public enum PaymentReviewFault
{
    None = 0,

    /// <summary>A value is outside what its field can hold.</summary>
    Malformed = 1,

    /// <summary>Deducted from pay or advanced by the organisation (Art. 14).</summary>
    Payer = 2,

    /// <summary>The months do not fit the basis (Arts 9 and 12).</summary>
    Basis = 3,

    /// <summary>The event names a rule that this version does not know, or another than the one in force that day for this matter.</summary>
    Rule = 4,

    /// <summary>No base of the class gives what the event says is due.</summary>
    AmountImpossible = 5,

    /// <summary>More paid than due, or sums that do not fit each other.</summary>
    Overpaid = 6,

    /// <summary>A voluntary payment assigned to the wrong fund (Art. 11).</summary>
    Fund = 7,
}

/// <summary>What anyone can re-check of a recorded payment from its event alone: no state, no ledger, the same rules.</summary>
/// <remarks>
/// Consents and the collector's post need the ledger's state and are not covered here; a quorum's checkpoint vouches for them.
/// </remarks>
public static class PaymentReview
{
    /// <summary>Re-checks a payment of assessed dues.</summary>
    public static PaymentReviewFault Check(PaymentRecorded recorded)
    {
        if (!Form.IsList(recorded.Items, RecordPaymentRules.MostItems))
        {
            return PaymentReviewFault.Malformed;
        }

        var command = new RecordPayment(
            recorded.Payment, recorded.Member, recorded.Branch, recorded.Date, recorded.Method, recorded.Payer, recorded.Basis,
            [.. recorded.Items.Select(i => new PaymentItem(i.Month, i.Amount))]);
        if (!RecordPaymentRules.IsWellFormed(command))
        {
            return PaymentReviewFault.Malformed;
        }

        if (RecordPaymentRules.CheckPayer(recorded.Payer) is not null)
        {
            return PaymentReviewFault.Payer;
        }

        if (RecordPaymentRules.CheckBasis(command) is not null)
        {
            return PaymentReviewFault.Basis;
        }

        if (RecordPaymentRules.RuleOf(command)?.Id != recorded.Rule)
        {
            return PaymentReviewFault.Rule;
        }

        foreach (var item in recorded.Items)
        {
            var fault = Check(item);
            if (fault != PaymentReviewFault.None)
            {
                return fault;
            }
        }

        return PaymentReviewFault.None;
    }

    /// <summary>Re-checks a voluntary payment.</summary>
    public static PaymentReviewFault Check(VoluntaryPaymentRecorded recorded)
    {
        if (!Form.IsDefined(recorded.Method) || !Form.IsDate(recorded.Date) || !Receiving.IsPayable(recorded.Amount))
        {
            return PaymentReviewFault.Malformed;
        }

        if (DuesRuleCatalog.InForce(DuesTopic.VoluntaryExtra, recorded.Date)?.Id != recorded.Rule)
        {
            return PaymentReviewFault.Rule;
        }

        return recorded.Fund == RecordVoluntaryPaymentRules.FundOf(recorded.Amount) ? PaymentReviewFault.None : PaymentReviewFault.Fund;
    }

    private static PaymentReviewFault Check(PaidMonth item)
    {
        var first = item.Month.FirstDay;
        if (!Form.IsDefined(item.Class) || DuesRuleCatalog.ForClass(item.Class, first)?.Id != item.Rule)
        {
            return PaymentReviewFault.Rule;
        }

        // Rounding is an organisation's setting that the event does not carry: any of them may have given the amount.
        if (!item.Reduced && !CanBeDue(item, first))
        {
            return PaymentReviewFault.AmountImpossible;
        }

        return item.Paid >= item.Amount && item.Paid <= item.Due ? PaymentReviewFault.None : PaymentReviewFault.Overpaid;
    }

    private static bool CanBeDue(PaidMonth item, DateOnly date)
    {
        return IsPossible(RoundingMode.HalfUp) || IsPossible(RoundingMode.Down) || IsPossible(RoundingMode.Up);

        bool IsPossible(RoundingMode mode) => DuesAmounts.IsPossible(item.Class, item.Due, mode, RoundingUnit.Fen, date)
            || DuesAmounts.IsPossible(item.Class, item.Due, mode, RoundingUnit.Jiao, date);
    }
}
