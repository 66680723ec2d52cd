using System.Globalization;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Engine.Agreement;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Nodes;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Networks;
using Mingjian.Views.Session;

namespace Mingjian.Server.Monitoring;

/// <inheritdoc/>
internal sealed class NetworkStatus(
    FinalLedger ledger, INodeStanding node, LedgerAccess access, ProjectionProgress progress, CheckRunner checks, ServerOptions options, TimeProvider clock, Genesis genesis,
    NodeCertificates? certificates = null)
    : INetworkStatus
{
    /// <summary>Most records of evidence on the page; a broken node can leave one for each block.</summary>
    private const int MostEvidence = 20;

    public async Task<NetworkView> ReadAsync(CancellationToken cancellationToken = default)
    {
        await RequireAsync(cancellationToken);
        await checks.LoadLastAsync(cancellationToken);
        var copy = (ledger as LedgerCopy)?.Status;
        var standing = node.Read();
        // A web process that has not heard of its node yet knows its own copy alone.
        var status = standing?.Status ?? new LedgerStatus(ledger.Head, 0, ledger.Head.Height, VoteHold.None, 0, 0, TimeSpan.Zero, [], null, ledger.Protocol, ledger.Carries);
        var shared = standing?.Order;
        var now = clock.GetUtcNow();
        var state = ledger.ReadState();
        var nodes = state.Nodes();
        var seats = nodes?.At(status.Head.Height + 1).Seats.ToDictionary(s => s.Node.Number, s => s.Organization) ?? [];
        var names = await access.OrganizationNamesAsync([.. seats.Values], cancellationToken);
        var view = new NetworkView(
            ledger.Network, status.Head.Height, status.Head.Size, status.Head.Time, LedgerTime.From(now), status.Lag,
            NodeSet.QuorumOf(status.Nodes.Count(n => n.IsMember)), status.InFlight, status.LongestWait, status.IsHalted,
            Math.Max(0, ledger.Head.Height - progress.Height),
            shared is null ? null : new OrderView(
                !standing!.IsOrderOutOfReach, shared.LastContact is { } contact ? LedgerTime.From(contact) : null, shared.Unconfirmed, shared.Skipped),
            status.LastPeerFault, checks.Last,
            [.. status.Nodes.Select(n => new NodeView(
                n.Number, seats.TryGetValue(n.Number, out var organization) ? names(organization) : null, n.Number == status.Self, n.IsMember,
                n.IsMember && (n.Number == status.Self ? !status.IsHalted : status.Head.Height - n.LastVote < NetworkAlerts.SilentBlocks), n.LastVote,
                n.Number == status.Self ? status.Head.Height : shared?.Heights.TryGetValue(n.Number, out var height) == true ? height : null,
                n.Skipped, n.Evidence, state.CarriedBy(n.Number)))],
            [.. (standing?.Evidence ?? []).OrderByDescending(e => e.Height).Take(MostEvidence).Select(Describe)], [],
            copy is null ? null : new WebView(
                copy.IsInTouch, copy.LastContact is { } heard ? LedgerTime.From(heard) : null, Math.Max(0, copy.NodeHeight - ledger.Head.Height),
                copy.Waiting, copy.Fault),
            new ProtocolView(
                ledger.Protocol, ledger.Carries,
                state.Get(NodesState.ProtocolKey)?.Pending(ledger.Head.Height + 1) is { } next ? new NextProtocolView(next.Version, next.From) : null),
            genesis.StateOf(state) == FoundingState.Foreign);
        return view with { Alerts = NetworkAlerts.Of(view, status.Hold, options.Limits.ReadyLag, certificates?.Until, DiskSpace.Of(options.NetworkDirectory)) };
    }

    public async Task<byte[]?> FindEvidenceAsync(string id, CancellationToken cancellationToken = default)
    {
        await RequireAsync(cancellationToken);
        return node.Read()?.Evidence.FirstOrDefault(e => string.Equals(IdOf(e), id, StringComparison.Ordinal))?.Encode();
    }

    // What nodes were caught at concerns all organisations, so the right is needed over the top one.
    private async Task RequireAsync(CancellationToken cancellationToken)
    {
        var top = ledger.ReadState().Get(OrganizationsState.TopKey) ?? throw new AccessDeniedException("账本尚未启用。");
        await access.RequireAsync(Right.ViewAudit, top.Committee, cancellationToken);
    }

    private static string IdOf(Evidence evidence) =>
        string.Create(CultureInfo.InvariantCulture, $"{evidence.Height}-{evidence.Epoch}-{evidence.Node}-{(int)evidence.Kind}");

    private static EvidenceView Describe(Evidence evidence)
    {
        var (what, first, second) = evidence.Kind switch
        {
            EvidenceKind.DoubleVote => ("对同一块签了两个不同的结果", "它的一个表决", "它的另一个表决"),
            EvidenceKind.WrongVote => ("签了与多数节点不同的结果", "它的表决", "多数节点签名的最终结果"),
            EvidenceKind.OwnDivergence => ("本节点算出的结果与多数节点不同", "本节点的结果", "多数节点签名的最终结果"),
            _ => ("互相矛盾的签名", "第一份", "第二份"),
        };
        return new EvidenceView(IdOf(evidence), evidence.Node, evidence.Height, evidence.Epoch, what, first, evidence.First, second, evidence.Second);
    }
}
