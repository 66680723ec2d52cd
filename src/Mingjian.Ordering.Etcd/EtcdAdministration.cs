using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Engine.Agreement;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>How one etcd member is.</summary>
/// <param name="Endpoint">Where it was asked.</param>
/// <param name="Version">Null when it did not answer; then <paramref name="Error"/> says why.</param>
/// <param name="DatabaseBytes">Size of its file.</param>
/// <param name="Revision">The newest position that it knows of.</param>
/// <param name="HasLeader">Whether it is in touch with a majority.</param>
public sealed record EtcdMemberStatus(Uri Endpoint, string? Version, long DatabaseBytes, long Revision, bool HasLeader, string? Error)
{
    /// <summary>
    /// Whether rights confine a node that wants to get around them. Before 3.4.42, 3.5.28 and 3.6.9 a nested transaction writes any key
    /// (CVE-2026-33343), and everybody may compact (CVE-2026-33413); Debian 12 has 3.4.23.
    /// </summary>
    public bool RightsHold => System.Version.TryParse(Version, out var v) && v.Build >= 0 && v >= (v.Major, v.Minor) switch
    {
        (3, <= 4) => new Version(3, 4, 42),
        (3, 5) => new Version(3, 5, 28),
        _ => new Version(3, 6, 9),
    };
}

/// <summary>What a member is to its cluster.</summary>
public enum EtcdMembership
{
    /// <summary>It copies what the others decide, or has not been started yet.</summary>
    Follows = 1,

    /// <summary>It is one of those of which a majority decides.</summary>
    Counts = 2,
}

/// <summary>Sets up and looks at a cluster, with the operators' root certificate.</summary>
public sealed class EtcdAdministration : IDisposable
{
    private readonly EtcdMetrics _metrics = new();
    private readonly EtcdConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;

    /// <param name="endpoints">Members' client addresses.</param>
    /// <param name="tls">The root user's certificate; null only for loopback <c>http</c>.</param>
    /// <param name="clock">For timeouts.</param>
    /// <param name="timeout">A call's; default 10 s.</param>
    public EtcdAdministration(IReadOnlyList<Uri> endpoints, EtcdTls? tls, TimeProvider clock, TimeSpan? timeout = null)
    {
        EtcdEndpoints.Check(endpoints, tls);
        _timeout = timeout ?? TimeSpan.FromSeconds(10);
        _clock = clock;
        _connection = new EtcdConnection(endpoints, tls, _timeout, 1024 * 1024, _metrics, clock, NullLogger.Instance);
    }

    /// <summary>Carries out changes in order; what is so already is left.</summary>
    /// <exception cref="RpcException">etcd refuses, or cannot be reached.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task ApplyAsync(IEnumerable<EtcdAccess> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            try
            {
                await _connection.CallAsync((peer, o) => Call(peer.Auth, change, o), cancellationToken);
            }
            catch (RpcException e) when (IsSoAlready(change, e.Status.Detail))
            {
            }
        }
    }

    /// <summary>Begins an order in a fresh cluster, in the place of one that was lost. No node may run meanwhile.</summary>
    /// <remarks>What a node or an old copy of etcd has left of the network is removed: it is of no order any more.</remarks>
    /// <returns>False, with nothing changed, when this cluster goes further than the newest final block: it is not lost.</returns>
    /// <exception cref="RpcException">etcd refuses, or cannot be reached.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<bool> BeginAsync(NetworkId network, OrderStart start, CancellationToken cancellationToken)
    {
        var keys = new EtcdKeys(network);
        var found = await _connection.CallAsync((peer, o) => peer.Keys.RangeAsync(new RangeRequest { Key = keys.Start }, o), cancellationToken);
        var before = found.Kvs is [var pair] ? EtcdOrigin.Decode(pair.Value)?.From ?? 0 : 0;
        if (before + found.Header.Revision >= Math.Max(1, start.After.Position))
        {
            return false;
        }

        var clear = new TxnRequest();
        clear.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = keys.All, RangeEnd = keys.AllEnd } });
        await _connection.CallAsync((peer, o) => peer.Keys.TxnAsync(clear, o), cancellationToken);
        var put = new PutRequest { Key = keys.Start, Value = ByteString.CopyFrom(EtcdOrigin.Encode(start)) };
        await _connection.CallAsync((peer, o) => peer.Keys.PutAsync(put, o), cancellationToken);
        return true;
    }

    /// <summary>Takes a member in: first as one that only follows, so that the cluster's majority does not hang on it; once it has caught up, for good.</summary>
    /// <remarks>Called again when the member runs. etcd takes one that follows at a time.</remarks>
    /// <exception cref="RpcException">etcd refuses, or cannot be reached.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<EtcdMembership> AddMemberAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        if (await FindAsync(member, cancellationToken) is not { } found)
        {
            var add = new MemberAddRequest { PeerUrls = { EtcdCluster.Text(member.Peer) }, IsLearner = true };
            await _connection.CallAsync((peer, o) => peer.Cluster.MemberAddAsync(add, o), cancellationToken);
            return EtcdMembership.Follows;
        }

        if (!found.IsLearner)
        {
            return EtcdMembership.Counts;
        }

        try
        {
            using var limit = new CancellationTokenSource(_timeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var leader = await FindLeaderAsync(cancellationToken);
            await leader.Cluster.MemberPromoteAsync(new MemberRequest { Id = found.Id }, new CallOptions(cancellationToken: either.Token));
            return EtcdMembership.Counts;
        }
        catch (RpcException e) when (e.Status.Detail.Contains("in sync with leader", StringComparison.Ordinal))
        {
            return EtcdMembership.Follows;
        }
    }

    /// <summary>Removes a member for good; its process ends by itself.</summary>
    /// <exception cref="RpcException">etcd refuses, or cannot be reached.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task RemoveMemberAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        if (await FindAsync(member, cancellationToken) is { } found)
        {
            await _connection.CallAsync((peer, o) => peer.Cluster.MemberRemoveAsync(new MemberRequest { Id = found.Id }, o), cancellationToken);
        }
    }

    /// <summary>Asks every member.</summary>
    public async Task<IReadOnlyList<EtcdMemberStatus>> StatusAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_connection.Peers.Select(p => StatusAsync(p, cancellationToken)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Only the leader itself promotes: another member asks it without saying for whom, which it refuses where rights are checked (3.4).</summary>
    private async Task<EtcdPeer> FindLeaderAsync(CancellationToken cancellationToken)
    {
        foreach (var peer in _connection.Peers)
        {
            using var limit = new CancellationTokenSource(_timeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                var status = await peer.Maintenance.StatusAsync(new StatusRequest(), new CallOptions(cancellationToken: either.Token));
                if (status.Leader == status.Header.MemberId)
                {
                    return peer;
                }
            }
            catch (RpcException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        throw new TimeoutException("No etcd member says that it leads.");
    }

    /// <summary>By its address: a member that has never run has no name.</summary>
    private async Task<Member?> FindAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        var list = await _connection.CallAsync((peer, o) => peer.Cluster.MemberListAsync(new MemberListRequest(), o), cancellationToken);
        return list.Members.FirstOrDefault(m => m.PeerUrls.Contains(EtcdCluster.Text(member.Peer), StringComparer.Ordinal));
    }

    private async Task<EtcdMemberStatus> StatusAsync(EtcdPeer peer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var status = await peer.Maintenance.StatusAsync(new StatusRequest(), new CallOptions(cancellationToken: either.Token));
            return new EtcdMemberStatus(
                peer.Endpoint, status.Version, status.DbSize, status.Header.Revision, status.Leader != 0, status.Errors.FirstOrDefault());
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new EtcdMemberStatus(peer.Endpoint, null, 0, 0, false, e.Status.Detail);
        }
    }

    private static AsyncUnaryCall<HeaderResponse> Call(Auth.AuthClient auth, EtcdAccess change, CallOptions options) => change switch
    {
        EtcdAccess.AddUser user => auth.UserAddAsync(
            new AuthUserAddRequest { Name = user.Name, Options = new UserAddOptions { NoPassword = true } }, options),
        EtcdAccess.RemoveUser user => auth.UserDeleteAsync(new AuthNameRequest { Name = user.Name }, options),
        EtcdAccess.AddRole role => auth.RoleAddAsync(new AuthNameRequest { Name = role.Name }, options),
        EtcdAccess.RemoveRole role => auth.RoleDeleteAsync(new AuthNameRequest { Name = role.Name }, options),
        EtcdAccess.Grant grant => auth.UserGrantRoleAsync(new AuthUserGrantRoleRequest { User = grant.User, Role = grant.Role }, options),
        EtcdAccess.Allow allow => auth.RoleGrantPermissionAsync(
            new AuthRoleGrantPermissionRequest
            {
                Name = allow.Role,
                Perm = new Permission
                {
                    PermType = allow.MayWrite ? Permission.Types.Type.Readwrite : Permission.Types.Type.Read,
                    Key = ByteString.CopyFromUtf8(allow.Prefix),
                    RangeEnd = EtcdKeys.End(allow.Prefix),
                },
            },
            options),
        EtcdAccess.Enable => auth.AuthEnableAsync(new AuthEnableRequest(), options),
        _ => throw new ArgumentException($"Unknown change: {change}", nameof(change)),
    };

    private static bool IsSoAlready(EtcdAccess change, string answer) => change switch
    {
        EtcdAccess.AddUser or EtcdAccess.AddRole => answer.Contains("already exists", StringComparison.Ordinal),
        EtcdAccess.RemoveUser or EtcdAccess.RemoveRole => answer.Contains("not found", StringComparison.Ordinal),
        _ => false,
    };
}
