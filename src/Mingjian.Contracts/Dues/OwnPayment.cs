using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member's own word on a payment entry; it changes no amount.</summary>
internal static class OwnPayment
{
    /// <summary>Whether the signer may say something of the entry: it is the member's own, and in force.</summary>
    public static DuesRejection? Check(IStateReader state, PaymentId id, DecisionContext context, out PaymentRecord? payment)
    {
        payment = null;
        if (!context.HasMember())
        {
            return DuesRejection.SignerNotAMember;
        }

        payment = state.Payment(id);
        if (payment is null)
        {
            return DuesRejection.PaymentUnknown;
        }

        if (!context.IsSignedBy(payment.Member))
        {
            return DuesRejection.NotOwnPayment;
        }

        return payment.Reversed is not null ? DuesRejection.PaymentReversed : null;
    }

    public static void PutAnswer(IStateReader state, PaymentId id, MemberAnswer answer, DisputeReason? dispute, IStateWriter writes)
    {
        var payment = state.Payment(id)!;
        writes.Put(DuesState.Payments.Key(id), payment with { Answer = answer, Dispute = dispute });
    }
}
