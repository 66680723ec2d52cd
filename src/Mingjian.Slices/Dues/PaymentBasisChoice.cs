using Mingjian.Contracts.Dues;
using Mingjian.Primitives;

namespace Mingjian.Slices.Dues;

/// <summary>Which basis a payment of some months on a day has (Arts 9 and 12).</summary>
internal static class PaymentBasisChoice
{
    private const int BackPaymentMonths = 6;

    /// <param name="months">At least one, ascending.</param>
    public static PaymentBasis Of(DateOnly date, IReadOnlyList<Month> months)
    {
        var paid = Month.Of(date).Index;
        var first = months[0].Index;
        var last = months[^1].Index;
        return (first, last) switch
        {
            _ when first >= paid - 1 && last <= paid => PaymentBasis.Ordinary,
            // Beyond the quarter no basis allows a month that is still to come; the contract says so.
            _ when last > paid || (first / 3 == paid / 3 && last / 3 == paid / 3) => PaymentBasis.Quarterly,
            _ when first >= paid - BackPaymentMonths => PaymentBasis.BackPayment,
            _ => PaymentBasis.LongBackPayment,
        };
    }
}
