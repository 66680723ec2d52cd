using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member objects to a payment entry; it stays in force and shows as disputed until reversed or settled.</summary>
public sealed record DisputePayment(PaymentId Payment, DisputeReason Reason) : DuesCommand;

public enum DisputeReason
{
    NotPaid = 1,
    WrongAmount = 2,
    WrongMonth = 3,
    WrongDate = 4,
}

public sealed record PaymentDisputed(PaymentId Payment, MemberId Member, DisputeReason Reason) : DuesEvent;

internal static class DisputePaymentRules
{
    public static Decision Decide(IStateReader state, DisputePayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Reason))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (OwnPayment.Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return Reject(reason);
        }

        // A confirmed entry may still be disputed: who signed in haste keeps the right to object.
        return payment!.Answer == MemberAnswer.Disputed
            ? Reject(DuesRejection.AlreadyDisputed)
            : Decision.Accept(new PaymentDisputed(command.Payment, payment.Member, command.Reason));
    }

    /// <summary>A new dispute: what was answered to an earlier one is over.</summary>
    public static void Apply(IStateReader state, PaymentDisputed disputed, DecisionContext context, IStateWriter writes)
    {
        OwnPayment.PutAnswer(state, disputed.Payment, MemberAnswer.Disputed, disputed.Reason, writes);
        if (state.DisputeAnswer(disputed.Payment) is not null)
        {
            writes.Remove(DuesState.DisputeAnswers.Key(disputed.Payment));
        }
    }
}
