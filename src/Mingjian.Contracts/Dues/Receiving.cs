using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>What holds for money of either kind: assessed dues and voluntary payments.</summary>
internal static class Receiving
{
    public static bool IsPayable(Amount amount) => amount > Amount.Zero && amount <= DuesLimits.Largest;

    public static DuesRejection? CheckReceipt(
        IStateReader state, MemberId id, OrganizationId branch, DateOnly date, DecisionContext context, out MemberRecord? member,
        out MemberId collector)
    {
        member = null;
        collector = default;
        if (!context.HasMember())
        {
            return DuesRejection.SignerNotAMember;
        }

        member = state.Member(id);
        if (member is null)
        {
            return DuesRejection.MemberUnknown;
        }

        if (member.Branch != branch || !DuesRules.IsInBranch(member))
        {
            return DuesRejection.NotInBranch;
        }

        if (DuesRights.RecordPayment.Signer(state, context, branch) is not { } signer)
        {
            return DuesRejection.NotEntitled;
        }

        collector = signer;
        return DuesRuleCatalog.InForce(DuesTopic.MonthlyPayment, date) is null ? DuesRejection.NoRuleInForce : null;
    }

    public static DuesRejection? CheckDate(
        IStateReader state, PaymentId payment, DateOnly date, MemberRecord member, DecisionContext context)
    {
        if (state.Payment(payment) is not null)
        {
            return DuesRejection.PaymentExists;
        }

        if (date > context.Today)
        {
            return DuesRejection.PaidInFuture;
        }

        return date < member.Admitted ? DuesRejection.PaidBeforeAdmission : null;
    }
}
