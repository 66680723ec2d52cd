using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member's own word on a payment entry; it changes no amount.</summary>
internal static class AnswerRules
{
    public static Decision Decide(IStateReader state, ConfirmPayment command, DecisionContext context)
    {
        if (Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        return payment!.Answer switch
        {
            MemberAnswer.Confirmed => DuesRules.Reject(DuesRejection.AlreadyConfirmed),
            MemberAnswer.Disputed => DuesRules.Reject(DuesRejection.AlreadyDisputed),
            _ => Decision.Accept(new PaymentConfirmed(command.Payment, payment.Member)),
        };
    }

    public static Decision Decide(IStateReader state, DisputePayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Reason))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        // A confirmed entry may still be disputed: who signed in haste keeps the right to object.
        return payment!.Answer == MemberAnswer.Disputed
            ? DuesRules.Reject(DuesRejection.AlreadyDisputed)
            : Decision.Accept(new PaymentDisputed(command.Payment, payment.Member, command.Reason));
    }

    public static Decision Decide(IStateReader state, WithdrawDispute command, DecisionContext context)
    {
        if (Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        return payment!.Answer == MemberAnswer.Disputed
            ? Decision.Accept(new DisputeWithdrawn(command.Payment, payment.Member))
            : DuesRules.Reject(DuesRejection.NotDisputed);
    }

    public static void Apply(IStateReader state, PaymentId id, MemberAnswer answer, DisputeReason? dispute, IStateWriter writes)
    {
        var payment = state.Payment(id)!;
        writes.Put(DuesState.Payments.Key(id), payment with { Answer = answer, Dispute = dispute });
    }

    /// <summary>A new dispute: what was answered to an earlier one is over.</summary>
    public static void Apply(IStateReader state, PaymentDisputed disputed, IStateWriter writes)
    {
        Apply(state, disputed.Payment, MemberAnswer.Disputed, disputed.Reason, writes);
        if (state.DisputeAnswer(disputed.Payment) is not null)
        {
            writes.Remove(DuesState.DisputeAnswers.Key(disputed.Payment));
        }
    }

    /// <summary>Whether the signer may say something of the entry: it is the member's own, and in force.</summary>
    internal static DuesRejection? Check(IStateReader state, PaymentId id, DecisionContext context, out PaymentRecord? payment)
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
}
