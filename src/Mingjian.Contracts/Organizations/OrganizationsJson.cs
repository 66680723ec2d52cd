using System.Text.Json.Serialization;

namespace Mingjian.Contracts.Organizations;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FoundNetwork))]
[JsonSerializable(typeof(EstablishOrganization))]
[JsonSerializable(typeof(AppointToPost))]
[JsonSerializable(typeof(EndAppointment))]
[JsonSerializable(typeof(RegisterSite))]
[JsonSerializable(typeof(RemoveSite))]
[JsonSerializable(typeof(NetworkFounded))]
[JsonSerializable(typeof(OrganizationEstablished))]
[JsonSerializable(typeof(MemberAppointed))]
[JsonSerializable(typeof(AppointmentEnded))]
[JsonSerializable(typeof(SiteRegistered))]
[JsonSerializable(typeof(SiteRemoved))]
[JsonSerializable(typeof(NetworkRecord))]
[JsonSerializable(typeof(OrganizationRecord))]
[JsonSerializable(typeof(PostsRecord))]
[JsonSerializable(typeof(SitesRecord))]
internal sealed partial class OrganizationsJson : JsonSerializerContext;
