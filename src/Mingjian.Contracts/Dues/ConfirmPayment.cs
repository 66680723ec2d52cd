using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member agrees with a payment entry.</summary>
public sealed record ConfirmPayment(PaymentId Payment) : DuesCommand;

public sealed record PaymentConfirmed(PaymentId Payment, MemberId Member) : DuesEvent;

internal static class ConfirmPaymentRules
{
    public static Decision Decide(IStateReader state, ConfirmPayment command, DecisionContext context)
    {
        if (OwnPayment.Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return Reject(reason);
        }

        return payment!.Answer switch
        {
            MemberAnswer.Confirmed => Reject(DuesRejection.AlreadyConfirmed),
            MemberAnswer.Disputed => Reject(DuesRejection.AlreadyDisputed),
            _ => Decision.Accept(new PaymentConfirmed(command.Payment, payment.Member)),
        };
    }

    public static void Apply(IStateReader state, PaymentConfirmed confirmed, DecisionContext context, IStateWriter writes) =>
        OwnPayment.PutAnswer(state, confirmed.Payment, MemberAnswer.Confirmed, null, writes);
}
