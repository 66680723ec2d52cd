using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The member accepts the answer to an objection, or keeps the dispute.</summary>
/// <remarks>
/// Since protocol 2. Accepting ends the dispute and confirms the entry; where the answer promises a reversal, the dispute stays until that comes. Who keeps
/// the dispute gets another answer.
/// </remarks>
public sealed record ReplyToAnswer(PaymentId Payment, bool Accepted) : DuesCommand;

/// <summary>The member has replied to the branch's answer.</summary>
/// <param name="Settled">The dispute is over, and the entry confirmed.</param>
public sealed record AnswerReplied(PaymentId Payment, MemberId Member, bool Accepted, bool Settled) : DuesEvent;

internal static class ReplyToAnswerRules
{
    public static Decision Decide(IStateReader state, ReplyToAnswer command, DecisionContext context)
    {
        if (OwnPayment.Check(state, command.Payment, context, out var payment) is { } reason)
        {
            return Reject(reason);
        }

        if (payment!.Answer != MemberAnswer.Disputed)
        {
            return Reject(DuesRejection.NotDisputed);
        }

        return state.DisputeAnswer(command.Payment) switch
        {
            null => Reject(DuesRejection.NotAnswered),
            { Accepted: not null } => Reject(DuesRejection.AlreadyReplied),
            { Answer: var answer } => Decision.Accept(
                new AnswerReplied(command.Payment, payment.Member, command.Accepted, command.Accepted && answer != DisputeAnswer.WillBeReversed)),
        };
    }

    public static void Apply(IStateReader state, AnswerReplied replied, DecisionContext context, IStateWriter writes)
    {
        var answer = state.DisputeAnswer(replied.Payment)!;
        writes.Put(DuesState.DisputeAnswers.Key(replied.Payment), answer with { Accepted = replied.Accepted });
        if (replied.Settled)
        {
            OwnPayment.PutAnswer(state, replied.Payment, MemberAnswer.Confirmed, null, writes);
        }
    }
}
