using Mingjian.Contracts.Organizations;
using static Mingjian.Contracts.Organizations.Holders;

namespace Mingjian.Contracts.Dues;

/// <summary>The rights of <c>dues</c>.</summary>
public static class DuesRights
{
    public static RightGrant SetDuesPolicy { get; } = new(Right.SetDuesPolicy, 1, Officer);

    public static RightGrant SetStandards { get; } = new(Right.SetStandards, 1, Officer);

    public static RightGrant ProposeReduction { get; } = new(Right.ProposeReduction, 1, Secretary);

    public static RightGrant DecideReduction { get; } = new(Right.DecideReduction, 1, Officer);

    public static RightGrant AssessDues { get; } = new(Right.AssessDues, 1, Officer, Secretary);

    public static RightGrant RecordPayment { get; } = new(Right.RecordPayment, 1, Secretary, Collector);

    public static RightGrant ReversePayment { get; } = new(Right.ReversePayment, 1, Officer, Secretary, Collector);

    public static RightGrant ConsentForBranch { get; } = new(Right.ConsentForBranch, 1, Secretary);

    public static RightGrant ConsentForCommittee { get; } = new(Right.ConsentForCommittee, 1, Officer);

    public static RightGrant ViewDues { get; } = new(Right.ViewDues, 1, Officer, Secretary, Collector, Auditor);

    public static IReadOnlyList<RightGrant> All { get; } =
    [
        SetDuesPolicy, SetStandards, ProposeReduction, DecideReduction, AssessDues, RecordPayment, ReversePayment, ConsentForBranch,
        ConsentForCommittee, ViewDues,
    ];
}
