using Mingjian.Contracts.Nodes;
using Mingjian.Slices.Kernel;

namespace Mingjian.Slices.Nodes;

/// <summary>Who runs the network. It has no tables: there are few nodes, so their state is asked of the ledger, and no list of them is searched.</summary>
internal sealed class NodesSlice : ISlice
{
    public IReadOnlyCollection<Type> NotInTables { get; } = [typeof(NodesFounded), typeof(NodesChanged), typeof(ProtocolActivated), typeof(HeightRestarted)];

    public void AddServices(IServiceCollection services)
    {
        // Its pages ask the host, which runs the node.
    }
}
