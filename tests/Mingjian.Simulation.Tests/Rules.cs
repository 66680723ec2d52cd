using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>The rules that simulated nodes run: a toy for the acts, the real contract for the nodes.</summary>
internal static class Rules
{
    public static IKeyDirectory Directory { get; } = new Both();

    /// <summary>The program that carries the second protocol.</summary>
    public const int Upgraded = 2;

    /// <summary>By program: 0, which carries the first protocol alone; 1, which has its rules wrong; <see cref="Upgraded"/>.</summary>
    public static IReadOnlyList<ContractSet> Programs { get; } =
        [new([LedgerFixture.Toy, new NodesContract()], 1), new([new DeviantContract(), new NodesContract()], 1), new([LedgerFixture.Toy, new NodesContract()], 2)];

    private sealed class Both : IKeyDirectory
    {
        private readonly KeyDirectory _nodes = new();

        public NodePlan? FindNodes(IStateReader state) => _nodes.FindNodes(state);

        public NodeSet? FindNodesAt(IStateReader state, long height) => _nodes.FindNodesAt(state, height);

        public int FindProtocol(IStateReader state, long height) => _nodes.FindProtocol(state, height);

        public bool IsStated(IStateReader state, NodeSet nodes, ProtocolStatement statement) => _nodes.IsStated(state, nodes, statement);

        public void State(IStateReader state, NodeSet nodes, long height, ProtocolStatement statement, IStateWriter writes) =>
            _nodes.State(state, nodes, height, statement, writes);

        public Actor? Find(IStateReader state, KeyId key) => LedgerFixture.Toy.Find(state, key) ?? _nodes.Find(state, key);

        public bool MayFound(IStateReader state, ICommand command) =>
            LedgerFixture.Toy.MayFound(state, command) || _nodes.MayFound(state, command);
    }
}
