using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>What several acts of <c>dues</c> ask.</summary>
internal static class DuesRules
{
    /// <summary>The founding officer is in no branch: dues are a branch's matter.</summary>
    public static bool IsInBranch(MemberRecord member) => member.Import is not null;

    /// <summary>The bounds that every month of an assessment, standard or reduction keeps.</summary>
    public static DuesRejection? CheckMonth(Month month, MemberRecord member, DateOnly today)
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

    /// <summary>The member counts and belongs to a branch.</summary>
    public static DuesRejection? CheckPayer(IStateReader state, MemberId id, DecisionContext context, out MemberRecord? member)
    {
        member = null;
        if (!context.HasMember())
        {
            return DuesRejection.SignerNotAMember;
        }

        member = state.Member(id);
        if (member is null)
        {
            return DuesRejection.MemberUnknown;
        }

        if (!state.IsActive(member))
        {
            return DuesRejection.MemberWithdrawn;
        }

        return IsInBranch(member) ? null : DuesRejection.NotInBranch;
    }
}
