using System.Text.Json.Serialization;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Nodes;

/// <summary>Commands of the contract <c>nodes</c>. Organisations sign them with their network keys; no member can.</summary>
public abstract record NodesCommand : ICommand;

/// <summary>Events of the contract <c>nodes</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record NodesEvent : IEvent;

/// <summary>The contract <c>nodes</c>: the network agreement, the nodes and their keys, restarts of stalled heights, the protocol.</summary>
/// <remarks>One act more is a file of its own, one line in the list and one in the forms below.</remarks>
public sealed class NodesContract() : Contract("nodes", NodesJson.Forms,
[
    new Act<FoundNodes, NodesFounded>(FoundNodesRules.Decide, FoundNodesRules.Apply),
    new Act<ChangeNodes, NodesChanged>(ChangeNodesRules.Decide, ChangeNodesRules.Apply),
    new Act<RestartHeight, HeightRestarted>(RestartHeightRules.Decide, RestartHeightRules.Apply),
    new Act<ActivateProtocol, ProtocolActivated>(ActivateProtocolRules.Decide, ActivateProtocolRules.Apply),
]);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FoundNodes)), JsonSerializable(typeof(NodesFounded))]
[JsonSerializable(typeof(ChangeNodes)), JsonSerializable(typeof(NodesChanged))]
[JsonSerializable(typeof(RestartHeight)), JsonSerializable(typeof(HeightRestarted))]
[JsonSerializable(typeof(ActivateProtocol)), JsonSerializable(typeof(ProtocolActivated))]
[JsonSerializable(typeof(ProtocolRecord))]
[JsonSerializable(typeof(CarriedRecord))]
[JsonSerializable(typeof(NodesRecord))]
[JsonSerializable(typeof(Agreement))]
[JsonSerializable(typeof(NodeKeyRecord))]
internal sealed partial class NodesJson : JsonSerializerContext
{
    public static Forms Forms { get; } = new(new NodesJson());
}
