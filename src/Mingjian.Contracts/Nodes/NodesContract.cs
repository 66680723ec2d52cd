using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Nodes;

/// <summary>The contract <c>nodes</c>: the network agreement, the nodes and their keys, restarts of stalled heights, the protocol.</summary>
public sealed class NodesContract : IContract
{
    internal const string ContractName = "nodes";

    public string Name => ContractName;

    public IReadOnlyList<MessageType> Commands { get; } =
    [
        ContractsJson.Message<FoundNodes>(ContractName),
        ContractsJson.Message<ChangeNodes>(ContractName),
        ContractsJson.Message<RestartHeight>(ContractName),
        ContractsJson.Message<ActivateProtocol>(ContractName),
    ];

    public IReadOnlyList<MessageType> Events { get; } =
    [
        ContractsJson.Message<NodesFounded>(ContractName),
        ContractsJson.Message<NodesChanged>(ContractName),
        ContractsJson.Message<HeightRestarted>(ContractName),
        ContractsJson.Message<ProtocolActivated>(ContractName),
    ];

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) =>
        NodesRules.Decide(state, (NodesCommand)command, context);

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        NodesRules.Apply(state, (NodesEvent)happened, context, writes);
}
