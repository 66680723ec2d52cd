using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Appoints a member to a post. Rights end with <paramref name="Until"/> (inclusive; null = until revoked).</summary>
public sealed record AppointToPost(MemberId Member, OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until)
    : OrganizationsCommand;

/// <param name="Until">Last day, inclusive; null = until ended.</param>
/// <param name="By">The officer who signed.</param>
public sealed record MemberAppointed(
    MemberId Member, OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until, MemberId By) : OrganizationsEvent;

internal static class AppointToPostRules
{
    private const int MostDaysAhead = 366;

    public static Decision Decide(IStateReader state, AppointToPost command, DecisionContext context, IPeople people)
    {
        if (!Form.IsDefined(command.Post) || !Form.IsDate(command.From) || !Form.IsDate(command.Until))
        {
            return Reject(OrganizationsRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (state.Organization(command.Organization) is not { } organization)
        {
            return Reject(OrganizationsRejection.OrganizationUnknown);
        }

        if (Appointer(state, context, organization) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotAppoint);
        }

        if (people.FindActive(state, command.Member) is not { } active)
        {
            return Reject(OrganizationsRejection.MemberUnknown);
        }

        if (!active)
        {
            return Reject(OrganizationsRejection.MemberWithdrawn);
        }

        if (!Fits(organization.Kind, command.Post))
        {
            return Reject(OrganizationsRejection.PostDoesNotFit);
        }

        return CheckTerm(state.PostsOf(command.Member), command, context.Today) is { } reason
            ? Reject(reason)
            : Decision.Accept(new MemberAppointed(command.Member, command.Organization, command.Post, command.From, command.Until, by));
    }

    public static void Apply(IStateReader state, MemberAppointed appointed, DecisionContext context, IStateWriter writes, IPeople people)
    {
        var appointments = new List<Appointment>();
        foreach (var held in state.PostsOf(appointed.Member)?.Appointments ?? [])
        {
            if (!held.HasEnded(context.Today))
            {
                appointments.Add(held);
            }
        }

        appointments.Add(new Appointment(appointed.Organization, appointed.Post, appointed.From, appointed.Until));
        writes.Put(appointed.Member, appointments);
        people.MarkInUse(state, appointed.Member, writes);
    }

    /// <summary>Posts are filled from above; the top committee has nobody above and fills its own.</summary>
    internal static MemberId? Appointer(IStateReader state, DecisionContext context, OrganizationRecord organization) =>
        OrganizationsRights.AppointToPost.Signer(state, context, organization.Higher ?? organization.Organization);

    private static OrganizationsRejection? CheckTerm(PostsRecord? posts, AppointToPost command, DateOnly today)
    {
        if (command.Until is { } until && (until < command.From || until < today))
        {
            return OrganizationsRejection.TermHasEnded;
        }

        if (command.From.DayNumber > today.DayNumber + MostDaysAhead)
        {
            return OrganizationsRejection.TermTooFarAhead;
        }

        var current = 0;
        foreach (var held in posts?.Appointments ?? [])
        {
            if (held.Organization == command.Organization && held.Post == command.Post
                && (held.Until is not { } heldUntil || heldUntil >= command.From)
                && (command.Until is not { } newUntil || newUntil >= held.From))
            {
                return OrganizationsRejection.AlreadyAppointed;
            }

            current += held.HasEnded(today) ? 0 : 1;
        }

        return current >= PostsRecord.MaxCurrent ? OrganizationsRejection.TooManyPosts : null;
    }

    private static bool Fits(OrganizationKind organization, Post post) => post switch
    {
        Post.BranchSecretary or Post.DuesCollector => organization == OrganizationKind.PartyBranch,
        Post.OrganizationOfficer => organization != OrganizationKind.PartyBranch,
        _ => true,
    };
}
