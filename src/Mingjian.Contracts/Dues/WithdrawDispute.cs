using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member withdraws the objection.</summary>
public sealed record WithdrawDispute(PaymentId Payment) : DuesCommand;

public sealed record DisputeWithdrawn(PaymentId Payment, MemberId Member) : DuesEvent;

internal static class WithdrawDisputeRules
{
    public static Decision Decide(IStateReader state, WithdrawDispute command, DecisionContext context)
    {
        if (OwnPayment.Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return Reject(reason);
        }

        return payment!.Answer == MemberAnswer.Disputed
            ? Decision.Accept(new DisputeWithdrawn(command.Payment, payment.Member))
            : Reject(DuesRejection.NotDisputed);
    }

    public static void Apply(IStateReader state, DisputeWithdrawn withdrawn, DecisionContext context, IStateWriter writes) =>
        OwnPayment.PutAnswer(state, withdrawn.Payment, MemberAnswer.None, null, writes);
}
