using Mingjian.Acts.Signing;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Server.Nodes;

namespace Mingjian.Server.LedgerApi;

/// <summary>The way by which an act reaches this process.</summary>
internal enum Door
{
    /// <summary>People who are signed in.</summary>
    People = 1,

    /// <summary>Whoever redeems an invitation.</summary>
    Invitation = 2,

    /// <summary>Whoever has the setup code.</summary>
    Setup = 3,

    /// <summary>Web processes of the node's own organisation, which have looked at their own doors.</summary>
    Web = 4,

    /// <summary>Organisations, with acts of the contract <c>nodes</c>.</summary>
    Organizations = 5,
}

/// <summary>Which acts may come in by which door. What founds a ledger, or changes who runs it, has one door each, with a guard of its own.</summary>
/// <remarks>Before the ledger sees the act: nothing is ordered or logged of what is refused here.</remarks>
internal sealed class Doors(Genesis genesis)
{
    private const string NodesPrefix = "nodes.";
    private const string Founding = "organizations.FoundNetwork";

    /// <summary>A ledger of one node takes no act of the contract <c>nodes</c>, from nobody.</summary>
    public static (string Code, string Message) Alone { get; } = (
        "network/alone", "这个服务器是单节点的，不属于任何多单位网络，不受理网络事项（协议、节点变更、重启）。要建立多单位网络，请用 mingjian network found 另建。");

    private static readonly (string Code, string Message) OtherDoor = (
        "network/other-door", "网络事项（协议、节点变更、重启）由各单位签名后用 mingjian network submit 提交，这里不受理。");

    private static readonly (string Code, string Message) SetupOnly = (
        "setup/other-door", "启用只能在启用页面凭启用码办理，这里不受理。");

    /// <summary>Whether this is an act of the contract <c>nodes</c>.</summary>
    public static bool IsOfNodes(string? command) => command?.StartsWith(NodesPrefix, StringComparison.Ordinal) == true;

    /// <summary>Why an act may not come in here; null when it is for the ledger to judge, as is everything that cannot be read.</summary>
    public (string Code, string Message)? Refuse(SubmittedAct act, Door door) => act.Command switch
    {
        var command when IsOfNodes(command) => genesis.IsAlone ? Alone : door == Door.Organizations ? null : OtherDoor,
        Founding => door is Door.Setup or Door.Web ? null : SetupOnly,
        _ => null,
    };
}
