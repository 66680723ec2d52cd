using System.Text.Json.Serialization;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Organizations;

/// <summary>Commands of the contract <c>organizations</c>.</summary>
public abstract record OrganizationsCommand : ICommand;

/// <summary>Events of the contract <c>organizations</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record OrganizationsEvent : IEvent;

/// <summary>The contract <c>organizations</c>: the tree of Party organisations, the posts in it, and the sites on which passkeys sign.</summary>
/// <remarks>One act more is a file of its own, one line in the list and one in the forms below.</remarks>
public sealed class OrganizationsContract : Contract
{
    internal OrganizationsContract(IPeople people)
        : base("organizations", OrganizationsJson.Forms,
        [
            new Act<FoundNetwork, NetworkFounded>(FoundNetworkRules.Decide, (_, founded, context, writes) => FoundNetworkRules.Apply(founded, context, writes, people)),
            new Act<EstablishOrganization, OrganizationEstablished>(EstablishOrganizationRules.Decide, EstablishOrganizationRules.Apply),
            new Act<AppointToPost, MemberAppointed>(
                (state, appoint, context) => AppointToPostRules.Decide(state, appoint, context, people),
                (state, appointed, context, writes) => AppointToPostRules.Apply(state, appointed, context, writes, people)),
            new Act<EndAppointment, AppointmentEnded>(EndAppointmentRules.Decide, EndAppointmentRules.Apply),
            new Act<RegisterSite, SiteRegistered>(RegisterSiteRules.Decide, RegisterSiteRules.Apply),
            new Act<RemoveSite, SiteRemoved>(RemoveSiteRules.Decide, RemoveSiteRules.Apply),
        ])
    {
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FoundNetwork)), JsonSerializable(typeof(NetworkFounded))]
[JsonSerializable(typeof(EstablishOrganization)), JsonSerializable(typeof(OrganizationEstablished))]
[JsonSerializable(typeof(AppointToPost)), JsonSerializable(typeof(MemberAppointed))]
[JsonSerializable(typeof(EndAppointment)), JsonSerializable(typeof(AppointmentEnded))]
[JsonSerializable(typeof(RegisterSite)), JsonSerializable(typeof(SiteRegistered))]
[JsonSerializable(typeof(RemoveSite)), JsonSerializable(typeof(SiteRemoved))]
[JsonSerializable(typeof(NetworkRecord))]
[JsonSerializable(typeof(OrganizationRecord))]
[JsonSerializable(typeof(PostsRecord))]
[JsonSerializable(typeof(SitesRecord))]
internal sealed partial class OrganizationsJson : JsonSerializerContext
{
    public static Forms Forms { get; } = new(new OrganizationsJson());
}
