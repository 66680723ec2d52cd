using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>The rules of <c>dues</c>; checks stand in the order of <see cref="DuesRejection"/>.</summary>
internal static class DuesRules
{
    public static Decision Decide(IStateReader state, DuesCommand command, DecisionContext context) => command switch
    {
        SetDuesPolicy set => StandardRules.Decide(state, set, context),
        SetStandards set => StandardRules.Decide(state, set, context),
        ProposeReduction propose => ReductionRules.Decide(state, propose, context),
        DecideReduction decide => ReductionRules.Decide(state, decide, context),
        AssessDues assess => AssessmentRules.Decide(state, assess, context),
        RecordPayment record => PaymentRules.Decide(state, record, context),
        RecordVoluntaryPayment record => PaymentRules.Decide(state, record, context),
        ReversePayment reverse => ReversalRules.Decide(state, reverse, context),
        ConfirmPayment confirm => AnswerRules.Decide(state, confirm, context),
        DisputePayment dispute => AnswerRules.Decide(state, dispute, context),
        WithdrawDispute withdraw => AnswerRules.Decide(state, withdraw, context),
        AnswerDispute answer => AnswerDisputeRules.Decide(state, answer, context),
        ReplyToAnswer reply => ReplyToAnswerRules.Decide(state, reply, context),
        _ => throw new ArgumentException("Not a command of this contract.", nameof(command)),
    };

    public static void Apply(IStateReader state, DuesEvent happened, DecisionContext context, IStateWriter writes)
    {
        switch (happened)
        {
            case DuesPolicySet set:
                StandardRules.Apply(set, writes);
                break;
            case StandardSet set:
                StandardRules.Apply(state, set, context, writes);
                break;
            case ReductionProposed proposed:
                ReductionRules.Apply(state, proposed, context, writes);
                break;
            case ReductionDecided decided:
                ReductionRules.Apply(state, decided, writes);
                break;
            case DuesAssessed assessed:
                AssessmentRules.Apply(state, assessed, writes);
                break;
            case PaymentRecorded recorded:
                PaymentRules.Apply(state, recorded, writes);
                break;
            case VoluntaryPaymentRecorded recorded:
                PaymentRules.Apply(state, recorded, writes);
                break;
            case PaymentReversed reversed:
                ReversalRules.Apply(state, reversed, writes);
                break;
            case PaymentConfirmed confirmed:
                AnswerRules.Apply(state, confirmed.Payment, MemberAnswer.Confirmed, null, writes);
                break;
            case PaymentDisputed disputed:
                AnswerRules.Apply(state, disputed, writes);
                break;
            case DisputeWithdrawn withdrawn:
                AnswerRules.Apply(state, withdrawn.Payment, MemberAnswer.None, null, writes);
                break;
            case DisputeAnswered answered:
                AnswerDisputeRules.Apply(answered, writes);
                break;
            case AnswerReplied replied:
                ReplyToAnswerRules.Apply(state, replied, writes);
                break;
            default:
                throw new ArgumentException("Not an event of this contract.", nameof(happened));
        }
    }

    internal static Decision Reject(DuesRejection reason) => Decision.Reject(DuesContract.ContractName, reason);

    /// <summary>The founding officer is in no branch: dues are a branch's matter.</summary>
    internal static bool IsInBranch(MemberRecord member) => member.Import is not null;

    /// <summary>The bounds that every month of an assessment, standard or reduction keeps.</summary>
    internal static DuesRejection? CheckMonth(Month month, MemberRecord member, DateOnly today)
    {
        if (DuesRuleCatalog.InForce(DuesTopic.MonthlyPayment, month.FirstDay) is null)
        {
            return DuesRejection.NoRuleInForce;
        }

        var current = Month.Of(today).Index;
        if (month < Month.Of(member.Admitted))
        {
            return DuesRejection.BeforeAdmission;
        }

        if (month.Index < current - DuesLimits.MonthsBack)
        {
            return DuesRejection.TooFarBack;
        }

        return month.Index > current + DuesLimits.MonthsAhead ? DuesRejection.TooFarAhead : null;
    }
}
