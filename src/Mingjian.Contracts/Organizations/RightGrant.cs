using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>How far down a post reaches.</summary>
public enum Reach
{
    /// <summary>The organisation of the post alone.</summary>
    Own = 1,

    /// <summary>The organisation of the post and all below it.</summary>
    Below = 2,
}

/// <summary>A post that holds a right, and how far.</summary>
public sealed record RightHolder(Post Post, Reach Reach);

/// <summary>One line of the table of rights: who holds a right, how far it reaches, and since which protocol it exists.</summary>
/// <remarks>
/// A slice declares its lines in its own folder (<c>DuesRights</c>); <c>Rights.Table</c> has them all. Everything fails closed: unknown organisations,
/// unknown posts and ended appointments give no right. The day is the block's day for every act.
/// </remarks>
/// <param name="Right">What it is called.</param>
/// <param name="Since">First protocol that has it; before, nobody holds it.</param>
/// <param name="Holders">Each post once.</param>
public sealed record RightGrant(Right Right, int Since, params IReadOnlyList<RightHolder> Holders)
{
    /// <summary>How far a post's right reaches; null when the post does not hold it.</summary>
    public Reach? Of(Post post)
    {
        foreach (var holder in Holders)
        {
            if (holder.Post == post)
            {
                return holder.Reach;
            }
        }

        return null;
    }

    /// <summary>Whether a member's posts give the right over an organisation on a day.</summary>
    /// <remarks>One read for the posts, and one for each level walked up.</remarks>
    public bool Allows(IStateReader state, MemberId member, OrganizationId organization, DateOnly date)
    {
        if (state.PostsOf(member) is not { } posts)
        {
            return false;
        }

        if (IsHeld(posts, organization, Reach.Own, date))
        {
            return true;
        }

        if (!IsHeldAnywhere(posts, date))
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

            if (IsHeld(posts, id, Reach.Below, date))
            {
                return true;
            }

            current = record.Higher;
        }

        return false;
    }

    /// <summary>The first signer who holds the right over an organisation on the block's day, or null.</summary>
    public MemberId? Signer(IStateReader state, DecisionContext context, OrganizationId organization)
    {
        if (context.Protocol < Since)
        {
            return null;
        }

        foreach (var actor in context.Actors)
        {
            if (actor.Member is { } member && Allows(state, member, organization, context.Today))
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a signer's right covers every organisation in which somebody holds a post: whoever hands out or takes away a key hands out or
    /// takes away the posts behind it.
    /// </summary>
    internal bool Covers(IStateReader state, MemberId signer, MemberId other, DateOnly today)
    {
        foreach (var held in state.PostsOf(other)?.Appointments ?? [])
        {
            if (!held.HasEnded(today) && !Allows(state, signer, held.Organization, today))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsHeld(PostsRecord posts, OrganizationId organization, Reach reach, DateOnly date)
    {
        foreach (var appointment in posts.Appointments)
        {
            if (appointment.Organization == organization && appointment.HoldsOn(date) && Of(appointment.Post) == reach)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsHeldAnywhere(PostsRecord posts, DateOnly date)
    {
        foreach (var appointment in posts.Appointments)
        {
            if (appointment.HoldsOn(date) && Of(appointment.Post) == Reach.Below)
            {
                return true;
            }
        }

        return false;
    }
}
