using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The branch answers a member's objection to a payment entry, in one of a few codes; what else there is to say is said off the ledger.</summary>
/// <remarks>Since protocol 2. Changes no amount and ends no dispute: the member does (<see cref="ReplyToAnswer"/>).</remarks>
public sealed record AnswerDispute(PaymentId Payment, DisputeAnswer Answer) : DuesCommand;

/// <summary>The objection has an answer.</summary>
/// <param name="By">Who collects in the branch, and is not the member.</param>
public sealed record DisputeAnswered(PaymentId Payment, MemberId Member, OrganizationId Branch, DisputeAnswer Answer, MemberId By) : DuesEvent;

/// <summary>What the branch says to an objection.</summary>
public enum DisputeAnswer
{
    /// <summary>Checked against the papers of the payment: the entry is right.</summary>
    EntryIsRight = 1,

    /// <summary>The entry is wrong and will be reversed (冲正).</summary>
    WillBeReversed = 2,

    /// <summary>The member is asked to bring the papers and look at them together.</summary>
    CheckTogether = 3,
}

/// <summary>The newest answer to the dispute of a payment, and the member's reply to it.</summary>
/// <param name="By">Who answered.</param>
/// <param name="Accepted">Null until the member has replied.</param>
public sealed record DisputeAnswerRecord(PaymentId Payment, DisputeAnswer Answer, MemberId By, bool? Accepted);

internal static class AnswerDisputeRules
{
    public static Decision Decide(IStateReader state, AnswerDispute command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Answer))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Payment(command.Payment) is not { } payment)
        {
            return Reject(DuesRejection.PaymentUnknown);
        }

        if (DuesRights.RecordPayment.Signer(state, context, payment.Branch) is not { } by)
        {
            return Reject(DuesRejection.NotEntitled);
        }

        if (payment.Reversed is not null)
        {
            return Reject(DuesRejection.PaymentReversed);
        }

        if (payment.Answer != MemberAnswer.Disputed)
        {
            return Reject(DuesRejection.NotDisputed);
        }

        if (by == payment.Member)
        {
            return Reject(DuesRejection.OwnDispute);
        }

        // One answer at a time: another is due only after the member has kept the dispute.
        return state.DisputeAnswer(command.Payment) is { Accepted: not false }
            ? Reject(DuesRejection.AlreadyAnswered)
            : Decision.Accept(new DisputeAnswered(command.Payment, payment.Member, payment.Branch, command.Answer, by));
    }

    public static void Apply(IStateReader state, DisputeAnswered answered, DecisionContext context, IStateWriter writes) => writes.Put(
        DuesState.DisputeAnswers.Key(answered.Payment), new DisputeAnswerRecord(answered.Payment, answered.Answer, answered.By, null));
}
