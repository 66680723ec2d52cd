using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Views.Dues;

namespace Mingjian.Slices.Dues;

/// <summary>Which basis a payment of some months on a day has (Arts 9 and 12).</summary>
internal static class PaymentBasisChoice
{
    private const int BackPaymentMonths = 6;

    /// <param name="months">At least one, ascending.</param>
    /// <exception cref="DuesInputException">No basis allows it.</exception>
    public static PaymentBasis Of(DateOnly date, IReadOnlyList<Month> months)
    {
        var paid = Month.Of(date).Index;
        var first = months[0].Index;
        var last = months[^1].Index;
        return (first, last) switch
        {
            _ when first >= paid - 1 && last <= paid => PaymentBasis.Ordinary,
            _ when first / 3 == paid / 3 && last / 3 == paid / 3 => PaymentBasis.Quarterly,
            _ when last > paid => throw new DuesInputException("只能预交本季度内的月份；补交时不能同时预交。请分开登记。"),
            _ when first >= paid - BackPaymentMonths => PaymentBasis.BackPayment,
            _ => PaymentBasis.LongBackPayment,
        };
    }
}
