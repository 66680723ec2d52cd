using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>Something that a post may allow.</summary>
public enum Right
{
    EstablishOrganization = 1,
    AppointToPost = 2,
    ImportMembers = 3,
    WithdrawImport = 4,
    IssueInvitation = 5,
    RevokeKey = 6,
    SetDuesPolicy = 7,
    SetStandards = 8,
    ProposeReduction = 9,
    DecideReduction = 10,
    AssessDues = 11,
    RecordPayment = 12,
    ReversePayment = 13,

    /// <summary>The branch's consent of Art. 12.</summary>
    ConsentForBranch = 14,

    /// <summary>The higher committee's consent to a long back payment.</summary>
    ConsentForCommittee = 15,

    /// <summary>Read the member list.</summary>
    ViewMembers = 16,

    /// <summary>Read dues of others.</summary>
    ViewDues = 17,

    /// <summary>Read access records and run checks.</summary>
    ViewAudit = 18,

    /// <summary>Register and remove the sites on which passkeys sign; asked of the top committee.</summary>
    ManageSites = 19,
}

/// <summary>How far down a post reaches.</summary>
public enum Reach
{
    /// <summary>The organisation of the post alone.</summary>
    Own = 1,

    /// <summary>The organisation of the post and all below it.</summary>
    Below = 2,
}

/// <summary>One line of the table: what a post may do, and how far.</summary>
public sealed record PostRights(Post Post, Reach Reach, IReadOnlyList<Right> Rights);

/// <summary>What posts may do. The table is code, so it changes only with a version that every node activates at one height.</summary>
/// <remarks>Everything fails closed: unknown organisations, unknown posts and ended appointments give no right.</remarks>
public static class Rights
{
    /// <summary>Version of <see cref="Table"/>.</summary>
    public const int Version = 1;

    public static IReadOnlyList<PostRights> Table { get; } =
    [
        new(Post.OrganizationOfficer, Reach.Below,
        [
            Right.EstablishOrganization, Right.AppointToPost, Right.ImportMembers, Right.WithdrawImport, Right.IssueInvitation,
            Right.RevokeKey, Right.SetDuesPolicy, Right.SetStandards, Right.DecideReduction, Right.AssessDues, Right.ReversePayment,
            Right.ConsentForCommittee, Right.ViewMembers, Right.ViewDues, Right.ViewAudit, Right.ManageSites,
        ]),
        new(Post.BranchSecretary, Reach.Own,
        [
            Right.IssueInvitation, Right.ProposeReduction, Right.AssessDues, Right.RecordPayment, Right.ReversePayment,
            Right.ConsentForBranch, Right.ViewMembers, Right.ViewDues,
        ]),
        new(Post.DuesCollector, Reach.Own, [Right.RecordPayment, Right.ReversePayment, Right.ViewMembers, Right.ViewDues]),
        new(Post.Auditor, Reach.Below, [Right.ViewMembers, Right.ViewDues, Right.ViewAudit]),
    ];

    /// <summary>Whether a member's posts give a right over an organisation on a day.</summary>
    /// <remarks>One read for the posts, and one for each level walked up. The day is the block's day for every act.</remarks>
    public static bool Allows(IStateReader state, MemberId member, Right right, OrganizationId organization, DateOnly date)
    {
        if (state.PostsOf(member) is not { } posts)
        {
            return false;
        }

        if (Holds(posts, right, organization, Reach.Own, date))
        {
            return true;
        }

        if (!HoldsAnywhere(posts, right, date))
        {
            return false;
        }

        OrganizationId? current = organization;
        for (var depth = 0; current is { } id && depth <= OrganizationRecord.MaxDepth; depth++)
        {
            if (state.Organization(id) is not { } record)
            {
                return false;
            }

            if (Holds(posts, right, id, Reach.Below, date))
            {
                return true;
            }

            current = record.Higher;
        }

        return false;
    }

    /// <summary>Whether the table gives a post a right, and how far; null when it does not.</summary>
    public static Reach? Granted(Post post, Right right)
    {
        foreach (var line in Table)
        {
            if (line.Post == post)
            {
                foreach (var granted in line.Rights)
                {
                    if (granted == right)
                    {
                        return line.Reach;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>The first signer who holds a right over an organisation on the block's day, or null.</summary>
    internal static MemberId? Signer(IStateReader state, DecisionContext context, Right right, OrganizationId organization)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.Member is { } member && Allows(state, member, right, organization, context.Today))
            {
                return member;
            }
        }

        return null;
    }

    private static bool Holds(PostsRecord posts, Right right, OrganizationId organization, Reach reach, DateOnly date)
    {
        foreach (var appointment in posts.Appointments)
        {
            if (appointment.Organization == organization && appointment.HoldsOn(date) && Granted(appointment.Post, right) == reach)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsAnywhere(PostsRecord posts, Right right, DateOnly date)
    {
        foreach (var appointment in posts.Appointments)
        {
            if (appointment.HoldsOn(date) && Granted(appointment.Post, right) == Reach.Below)
            {
                return true;
            }
        }

        return false;
    }
}
