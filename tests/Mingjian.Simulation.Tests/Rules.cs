using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Execution;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>The rules that simulated nodes run: a toy for the acts, the real contract for the nodes.</summary>
internal static class Rules
{
    public static IKeyDirectory Directory { get; } = new Both();

    /// <summary>By program: 0, or 1 for another version of it.</summary>
    public static IReadOnlyList<ContractSet> Programs { get; } = [new(LedgerFixture.Toy, new NodesContract()), new(new DeviantContract(), new NodesContract())];

    private sealed class Both : IKeyDirectory
    {
        private readonly KeyDirectory _nodes = new();

        public NodePlan? FindNodes(IStateReader state) => _nodes.FindNodes(state);

        public NodeSet? FindNodesAt(IStateReader state, long height) => _nodes.FindNodesAt(state, height);

        public Actor? Find(IStateReader state, KeyId key) => LedgerFixture.Toy.Find(state, key) ?? _nodes.Find(state, key);

        public bool MayFound(IStateReader state, ICommand command) =>
            LedgerFixture.Toy.MayFound(state, command) || _nodes.MayFound(state, command);
    }
}
