using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>The rules of <c>organizations</c>; checks stand in the order of <see cref="OrganizationsRejection"/>.</summary>
internal static class OrganizationsRules
{
    private const int MostDaysAhead = 366;

    public static Decision Decide(IStateReader state, OrganizationsCommand command, DecisionContext context) => command switch
    {
        FoundNetwork found => Decide(state, found, context),
        EstablishOrganization establish => Decide(state, establish, context),
        AppointToPost appoint => Decide(state, appoint, context),
        EndAppointment end => Decide(state, end, context),
        RegisterSite register => Decide(state, register, context),
        RemoveSite remove => Decide(state, remove, context),
        _ => throw new ArgumentException("Not a command of this contract.", nameof(command)),
    };

    public static void Apply(IStateReader state, OrganizationsEvent happened, DecisionContext context, IStateWriter writes)
    {
        switch (happened)
        {
            case NetworkFounded founded:
                Apply(founded, context, writes);
                break;
            case OrganizationEstablished established:
                var depth = state.Organization(established.Higher)!.Depth + 1;
                Put(writes, new(established.Organization, established.Higher, established.Kind, depth, established.Name));
                break;
            case MemberAppointed appointed:
                Apply(state, appointed, context, writes);
                break;
            case AppointmentEnded ended:
                Apply(state, ended, context, writes);
                break;
            case SiteRegistered registered:
                PutSites(writes, With(SitesOf(state), registered.Site));
                break;
            case SiteRemoved removed:
                PutSites(writes, Without(SitesOf(state), removed.Site));
                break;
            default:
                throw new ArgumentException("Not an event of this contract.", nameof(happened));
        }
    }

    private static Decision Decide(IStateReader state, FoundNetwork command, DecisionContext context)
    {
        if (state.Get(OrganizationsState.TopKey) is not null)
        {
            return Reject(OrganizationsRejection.AlreadyFounded);
        }

        if (!context.IsSignedBy(command.Key))
        {
            return Reject(OrganizationsRejection.KeyDidNotSign);
        }

        // In a network any node's operator could bring a key; the agreement says whose it is to do: the first organisation's, through its node.
        if (context.Nodes.Seats is not null)
        {
            if (state.Nodes() is not { } nodes)
            {
                return Reject(OrganizationsRejection.AgreementMissing);
            }

            if (nodes.At(context.Height).Seats[0].Node.Number != context.Proposer)
            {
                return Reject(OrganizationsRejection.NotTheFirstNode);
            }
        }

        return Decision.Accept(new NetworkFounded(command.Committee, command.Name, command.Officer, command.Key, command.Site));
    }

    private static void Apply(NetworkFounded founded, DecisionContext context, IStateWriter writes)
    {
        var today = context.Today;
        writes.Put(OrganizationsState.TopKey, new NetworkRecord(founded.Committee, today));
        Put(writes, new(founded.Committee, null, OrganizationKind.PrimaryPartyCommittee, 0, founded.Name));
        if (founded.Site is { } site)
        {
            PutSites(writes, With([], site));
        }

        Put(writes, founded.Officer, [new Appointment(founded.Committee, Post.OrganizationOfficer, today, null)]);

        // The first officer has no roster row: the first transaction makes the member record and binds the key.
        MembersRules.PutFounder(writes, founded, context);
    }

    private static Decision Decide(IStateReader state, EstablishOrganization command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Kind))
        {
            return Reject(OrganizationsRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (state.Organization(command.Higher) is not { } higher)
        {
            return Reject(OrganizationsRejection.HigherUnknown);
        }

        if (Rights.Signer(state, context, Right.EstablishOrganization, command.Higher) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotEstablish);
        }

        if (state.Organization(command.Organization) is not null)
        {
            return Reject(OrganizationsRejection.OrganizationExists);
        }

        if (!Fits(higher.Kind, command.Kind))
        {
            return Reject(OrganizationsRejection.KindDoesNotFit);
        }

        return higher.Depth >= OrganizationRecord.MaxDepth
            ? Reject(OrganizationsRejection.TooDeep)
            : Decision.Accept(new OrganizationEstablished(command.Organization, command.Higher, command.Kind, command.Name, by));
    }

    private static Decision Decide(IStateReader state, AppointToPost command, DecisionContext context)
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

        if (state.Member(command.Member) is not { } member)
        {
            return Reject(OrganizationsRejection.MemberUnknown);
        }

        if (!state.IsActive(member))
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

            current += HasEnded(held, today) ? 0 : 1;
        }

        return current >= PostsRecord.MaxCurrent ? OrganizationsRejection.TooManyPosts : null;
    }

    private static void Apply(IStateReader state, MemberAppointed appointed, DecisionContext context, IStateWriter writes)
    {
        var appointments = new List<Appointment>();
        foreach (var held in state.PostsOf(appointed.Member)?.Appointments ?? [])
        {
            if (!HasEnded(held, context.Today))
            {
                appointments.Add(held);
            }
        }

        appointments.Add(new Appointment(appointed.Organization, appointed.Post, appointed.From, appointed.Until));
        Put(writes, appointed.Member, appointments);
        MembersState.MarkInUse(state, appointed.Member, writes);
    }

    private static Decision Decide(IStateReader state, EndAppointment command, DecisionContext context)
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

        if (Appointer(state, context, organization) is not { } by)
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

    private static void Apply(IStateReader state, AppointmentEnded ended, DecisionContext context, IStateWriter writes)
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

        Put(writes, ended.Member, appointments);
    }

    private static Decision Decide(IStateReader state, RegisterSite command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (SiteManager(state, context) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotManageSites);
        }

        if (state.IsSite(command.Site))
        {
            return Reject(OrganizationsRejection.AlreadyRegistered);
        }

        return SitesOf(state).Count >= SitesRecord.Max
            ? Reject(OrganizationsRejection.TooManySites)
            : Decision.Accept(new SiteRegistered(command.Site, by));
    }

    private static Decision Decide(IStateReader state, RemoveSite command, DecisionContext context)
    {
        if (!context.HasMember())
        {
            return Reject(OrganizationsRejection.SignerNotAMember);
        }

        if (SiteManager(state, context) is not { } by)
        {
            return Reject(OrganizationsRejection.MayNotManageSites);
        }

        return state.IsSite(command.Site)
            ? Decision.Accept(new SiteRemoved(command.Site, by))
            : Reject(OrganizationsRejection.SiteUnknown);
    }

    /// <summary>Sites are the whole network's, so only an officer of the top committee names them.</summary>
    private static MemberId? SiteManager(IStateReader state, DecisionContext context) =>
        state.Get(OrganizationsState.TopKey) is { } top ? Rights.Signer(state, context, Right.ManageSites, top.Committee) : null;

    private static IReadOnlyList<Hash32> SitesOf(IStateReader state) => state.Get(OrganizationsState.SitesKey)?.Sites ?? [];

    private static List<Hash32> With(IReadOnlyList<Hash32> sites, Hash32 added)
    {
        var all = new List<Hash32>(sites);
        all.Add(added);
        return all;
    }

    private static List<Hash32> Without(IReadOnlyList<Hash32> sites, Hash32 removed)
    {
        var left = new List<Hash32>(sites.Count);
        foreach (var site in sites)
        {
            if (site != removed)
            {
                left.Add(site);
            }
        }

        return left;
    }

    private static void PutSites(IStateWriter writes, List<Hash32> sites)
    {
        if (sites.Count == 0)
        {
            writes.Remove(OrganizationsState.SitesKey);
        }
        else
        {
            writes.Put(OrganizationsState.SitesKey, new SitesRecord(sites));
        }
    }

    /// <summary>Posts are filled from above; the top committee has nobody above and fills its own.</summary>
    private static MemberId? Appointer(IStateReader state, DecisionContext context, OrganizationRecord organization) =>
        Rights.Signer(state, context, Right.AppointToPost, organization.Higher ?? organization.Organization);

    private static Appointment? Current(PostsRecord? posts, OrganizationId organization, Post post, DateOnly today)
    {
        foreach (var held in posts?.Appointments ?? [])
        {
            if (held.Organization == organization && held.Post == post && !HasEnded(held, today))
            {
                return held;
            }
        }

        return null;
    }

    private static bool HasEnded(Appointment appointment, DateOnly today) => appointment.Until is { } until && until < today;

    private static bool Fits(OrganizationKind higher, OrganizationKind lower) => higher switch
    {
        OrganizationKind.PrimaryPartyCommittee => true,
        OrganizationKind.GeneralBranch => lower == OrganizationKind.PartyBranch,
        _ => false,
    };

    private static bool Fits(OrganizationKind organization, Post post) => post switch
    {
        Post.BranchSecretary or Post.DuesCollector => organization == OrganizationKind.PartyBranch,
        Post.OrganizationOfficer => organization != OrganizationKind.PartyBranch,
        _ => true,
    };

    private static void Put(IStateWriter writes, OrganizationRecord record) =>
        writes.Put(OrganizationsState.Organizations.Key(record.Organization), record);

    private static void Put(IStateWriter writes, MemberId member, IReadOnlyList<Appointment> appointments) =>
        writes.Put(OrganizationsState.Posts.Key(member), new PostsRecord(appointments));

    private static Decision Reject(OrganizationsRejection reason) => Decision.Reject(OrganizationsContract.ContractName, reason);
}
