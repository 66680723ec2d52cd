using System.Text.Json.Serialization;

namespace Mingjian.Contracts.Keys;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(KeyRecord))]
[JsonSerializable(typeof(MemberKeysRecord))]
[JsonSerializable(typeof(InvitationRecord))]
[JsonSerializable(typeof(OrganizationKeyRecord))]
internal sealed partial class KeysJson : JsonSerializerContext
{
    public static Forms Forms { get; } = new(new KeysJson());
}
