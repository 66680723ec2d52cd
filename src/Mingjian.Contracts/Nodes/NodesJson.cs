using System.Text.Json.Serialization;

namespace Mingjian.Contracts.Nodes;

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FoundNodes))]
[JsonSerializable(typeof(ChangeNodes))]
[JsonSerializable(typeof(RestartHeight))]
[JsonSerializable(typeof(NodesFounded))]
[JsonSerializable(typeof(NodesChanged))]
[JsonSerializable(typeof(HeightRestarted))]
[JsonSerializable(typeof(ActivateProtocol))]
[JsonSerializable(typeof(ProtocolActivated))]
[JsonSerializable(typeof(ProtocolRecord))]
[JsonSerializable(typeof(CarriedRecord))]
[JsonSerializable(typeof(NodesRecord))]
[JsonSerializable(typeof(Agreement))]
[JsonSerializable(typeof(NodeKeyRecord))]
[JsonSerializable(typeof(OrganizationKeyRecord))]
internal sealed partial class NodesJson : JsonSerializerContext;
