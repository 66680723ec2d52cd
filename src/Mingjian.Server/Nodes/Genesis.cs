using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Server.Nodes;

/// <summary>How far the founding of a ledger has come, as a node sees it. Names are stable: <c>/ledger/node</c> gives them out.</summary>
internal enum FoundingState
{
    /// <summary>Another agreement stands on the ledger than this process is configured with: the data are old, or not this network's.</summary>
    Foreign = 1,

    /// <summary>A node of a network whose organisations have not signed the agreement yet.</summary>
    AgreementMissing = 2,

    /// <summary>Nobody has founded the top committee yet: the setup page is open to whoever has the code.</summary>
    NotSetUp = 3,

    /// <summary>In use.</summary>
    Done = 4,
}

/// <summary>What this process's configuration says of the founding; what the ledger says is judged by it.</summary>
/// <param name="Nodes">Those that make block 1 final: the seats of the network file, or this node without any organisation.</param>
internal sealed record Genesis(NodeSet Nodes)
{
    /// <summary>A ledger of one node that belongs to no network: no act of the contract <c>nodes</c> can ever be meant for it.</summary>
    public bool IsAlone => Nodes.Seats is null;

    public FoundingState StateOf(IStateReader state) => (state.Agreement(1), state.Get(OrganizationsState.TopKey)) switch
    {
        ({ } agreement, _) when !agreement.ToNodeSet().Equals(Nodes) => FoundingState.Foreign,
        (null, _) when !IsAlone => FoundingState.AgreementMissing,
        (_, null) => FoundingState.NotSetUp,
        _ => FoundingState.Done,
    };
}
