using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Views.Preview;
using Mingjian.Views.Session;

namespace Mingjian.Views.Dues;

/// <summary>Prepares acts on dues for signing. Preparing changes nothing on the ledger; rights are checked here and again by the contract.</summary>
/// <remarks>
/// All calls throw <see cref="AccessDeniedException"/> without the right, <see cref="ActRefusedException"/> for what the ledger would refuse, and
/// <see cref="DuesInputException"/> (Chinese, what is wrong and what to do) for input that makes no act.
/// </remarks>
public interface IDuesActs
{
    /// <summary>What assessing a month would give, member by member, with the acts for all that can be assessed.</summary>
    Task<AssessmentPreview> PreviewAssessmentAsync(
        IReadOnlyList<OrganizationId> branches, Month month, CancellationToken cancellationToken = default);

    /// <summary>Keeps the base (encrypted, with a salt) and prepares the standard from a month on.</summary>
    /// <param name="monthlyBase">Null for classes without a base.</param>
    /// <param name="flat">What a farmer pays; null for other classes.</param>
    Task<BaseChangePreview> PrepareBaseChangeAsync(
        MemberId member, Month from, DuesClass duesClass, Amount? monthlyBase, Amount? flat, CancellationToken cancellationToken = default);

    /// <summary>Members whose base the person may change, with the standard in force.</summary>
    Task<IReadOnlyList<StandardView>> ReadStandardsAsync(OrganizationId branch, CancellationToken cancellationToken = default);

    /// <summary>One payment of a month in full for each of the members, all with one gesture.</summary>
    Task<ActsToSign> PrepareCollectionAsync(
        OrganizationId branch, Month month, IReadOnlyList<MemberId> members, DateOnly date, PaymentMethod method,
        CancellationToken cancellationToken = default);

    /// <summary>One payment of one member for one or more months, each in full.</summary>
    Task<ActsToSign> PreparePaymentAsync(
        MemberId member, IReadOnlyList<Month> months, DateOnly date, PaymentMethod method, Payer payer,
        CancellationToken cancellationToken = default);

    /// <summary>A voluntary extra payment.</summary>
    Task<ActsToSign> PrepareVoluntaryAsync(
        MemberId member, Amount amount, DateOnly date, PaymentMethod method, CancellationToken cancellationToken = default);

    /// <summary>冲正.</summary>
    Task<ActsToSign> PrepareReversalAsync(PaymentId payment, ReversalReason reason, CancellationToken cancellationToken = default);

    /// <summary>The branch's answer to a member's objection.</summary>
    Task<ActsToSign> PrepareAnswerAsync(PaymentId payment, DisputeAnswer answer, CancellationToken cancellationToken = default);

    Task<ActsToSign> PrepareReductionAsync(
        MemberId member, Month from, Month until, Amount monthly, CancellationToken cancellationToken = default);

    Task<ActsToSign> PrepareDecisionAsync(MemberId member, Month from, bool approved, CancellationToken cancellationToken = default);

    /// <summary>How an organisation computes, with its table of components.</summary>
    Task<PolicyView> ReadPolicyAsync(OrganizationId organization, CancellationToken cancellationToken = default);

    /// <summary>Keeps the table of components and prepares the act that carries its hash.</summary>
    Task<ActsToSign> PreparePolicyAsync(
        OrganizationId organization, RoundingMode rounding, RoundingUnit unit, BaseChangeMode baseChange,
        IReadOnlyList<BaseComponent> components, CancellationToken cancellationToken = default);
}

/// <summary>Reminders in the product; sending them elsewhere comes later.</summary>
public interface IDuesReminders
{
    /// <summary>Reminds members of their open months; those without any are skipped. Returns how many were reminded.</summary>
    Task<int> RemindAsync(OrganizationId branch, IReadOnlyList<MemberId> members, CancellationToken cancellationToken = default);
}

/// <summary>Input that makes no act; the message is Chinese and says how to mend it.</summary>
public sealed class DuesInputException(string message) : ActInputException(message);

/// <summary>What assessing a month would give.</summary>
/// <param name="Acts">Null when nothing can be assessed.</param>
public sealed record AssessmentPreview(Month Month, IReadOnlyList<AssessmentLine> Lines, ActsToSign? Acts)
{
    public int Ready => Lines.Count(l => l.IsReady);

    public Amount Total => Lines.Where(l => l.IsReady).Aggregate(Amount.Zero, (sum, l) => sum + l.Due);
}

/// <param name="Class">Null where no standard is in force.</param>
/// <param name="Standard">Before any reduction.</param>
/// <param name="Due">What will be assessed; zero where not ready.</param>
/// <param name="Warning">Why not ready, or what to look at; null when all is well.</param>
public sealed record AssessmentLine(
    MemberId Member, string Name, OrganizationId Branch, string BranchName, DuesClass? Class, Amount Standard, Amount Due, bool Reduced,
    RuleId? Rule, bool IsReady, string? Warning);

/// <summary>What a change of base gives.</summary>
/// <param name="Before">Null where there was no standard.</param>
/// <param name="After">Monthly dues from the month on.</param>
public sealed record BaseChangePreview(Month From, Amount? Before, Amount After, RuleId Rule, ActsToSign Acts);

/// <summary>A member's standard in force.</summary>
/// <param name="Class">Null where there is none.</param>
/// <param name="Open">The first month, from this one on, that is not assessed yet: a new standard can begin there.</param>
public sealed record StandardView(
    MemberId Member, string Name, DuesClass? Class, Month? From, Amount? Monthly, Month Open, TrustMark? Mark);

/// <summary>How an organisation computes.</summary>
/// <param name="Inherited">The organisation has no policy of its own.</param>
/// <param name="Components">The table whose hash is on the ledger; the proposal where none is set.</param>
/// <param name="ComponentsMatch">False: the table on this server is not the one whose hash is on the ledger.</param>
public sealed record PolicyView(
    OrganizationId Organization, string Name, RoundingMode Rounding, RoundingUnit Unit, BaseChangeMode BaseChange, bool Inherited,
    IReadOnlyList<BaseComponent> Components, bool ComponentsMatch, TrustMark? Mark);

/// <summary>One item of pay and whether it belongs to the base (Art. 1 leaves items such as 五险一金 to the organisation).</summary>
/// <param name="Employer">Kind of employer, for example 机关.</param>
/// <param name="Item">For example 职务工资.</param>
public sealed record BaseComponent(string Employer, string Item, bool Included)
{
    public const int MaxLength = 40;

    public const int MaxCount = 60;

    /// <summary>The items that Art. 1 names, and three that it does not, left out until the organisation decides.</summary>
    public static IReadOnlyList<BaseComponent> Proposal { get; } =
    [
        new("机关", "职务工资", true),
        new("机关", "级别工资", true),
        new("机关", "津贴补贴", true),
        new("事业单位", "岗位工资", true),
        new("事业单位", "薪级工资", true),
        new("事业单位", "绩效工资", true),
        new("事业单位", "津贴补贴", true),
        new("机关工人", "岗位工资", true),
        new("机关工人", "技术等级（职务）工资", true),
        new("机关工人", "津贴补贴", true),
        new("企业", "基本工资、岗位工资", true),
        new("企业", "奖金（活的部分）", true),
        new("全部", "个人所得税", false),
        new("全部", "个人缴纳的五险一金", false),
        new("全部", "一次性奖金、年终奖", false),
    ];
}
