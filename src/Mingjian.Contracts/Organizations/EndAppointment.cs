using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>Ends an appointment; the last day it holds is <paramref name="LastDay"/>.</summary>
public sealed record EndAppointment(MemberId Member, OrganizationId Organization, Post Post, DateOnly LastDay)
    : OrganizationsCommand;

/// <param name="LastDay">Last day the appointment holds.</param>
/// <param name="By">The officer who signed.</param>
public sealed record AppointmentEnded(MemberId Member, OrganizationId Organization, Post Post, DateOnly LastDay, MemberId By)
    : OrganizationsEvent;

internal static class EndAppointmentRules
{
    public static Decision Decide(IStateReader state, EndAppointment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Post) || !Form.IsDate(command.LastDay))
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

        if (AppointToPostRules.Appointer(state, context, organization) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotAppoint);
        }

        if (Current(state.PostsOf(command.Member), command.Organization, command.Post, context.Today) is not { } held)
        {
            return Reject(OrganizationsRejection.NotAppointed);
        }

        if (command.LastDay.DayNumber < context.Today.DayNumber - 1)
        {
            return Reject(OrganizationsRejection.LastDayPast);
        }

        if (held.Until is { } until && command.LastDay >= until)
        {
            return Reject(OrganizationsRejection.EndsNoEarlier);
        }

        return by == command.Member
            ? Reject(OrganizationsRejection.OwnPost)
            : Decision.Accept(new AppointmentEnded(command.Member, command.Organization, command.Post, command.LastDay, by));
    }

    public static void Apply(IStateReader state, AppointmentEnded ended, DecisionContext context, IStateWriter writes)
    {
        var posts = state.PostsOf(ended.Member);
        var target = Current(posts, ended.Organization, ended.Post, context.Today);
        var appointments = new List<Appointment>();
        foreach (var held in posts?.Appointments ?? [])
        {
            if (held != target)
            {
                appointments.Add(held);
            }
            else if (held.From <= ended.LastDay)
            {
                appointments.Add(held with { Until = ended.LastDay });
            }
        }

        writes.Put(ended.Member, appointments);
    }

    private static Appointment? Current(PostsRecord? posts, OrganizationId organization, Post post, DateOnly today)
    {
        foreach (var held in posts?.Appointments ?? [])
        {
            if (held.Organization == organization && held.Post == post && !held.HasEnded(today))
            {
                return held;
            }
        }

        return null;
    }
}
