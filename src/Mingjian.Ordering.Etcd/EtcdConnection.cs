using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>One etcd member as this process reaches it.</summary>
internal sealed class EtcdPeer(Uri endpoint, GrpcChannel channel)
{
    public Uri Endpoint { get; } = endpoint;

    public GrpcChannel Channel { get; } = channel;

    public KV.KVClient Keys { get; } = new(channel);

    public Watch.WatchClient Watch { get; } = new(channel);

    public Auth.AuthClient Auth { get; } = new(channel);

    public Maintenance.MaintenanceClient Maintenance { get; } = new(channel);

    public Cluster.ClusterClient Cluster { get; } = new(channel);

    /// <summary>Not used before this time while another member can be had.</summary>
    public DateTimeOffset NotBefore { get; set; }
}

/// <summary>The way to an etcd cluster: the first member in the configured order that does not fail.</summary>
internal sealed class EtcdConnection : IDisposable
{
    /// <summary>How long a member that failed is left alone while there are others.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the first attempt waits of a call that is repeated until it succeeds: what a member has sent to a leader that died comes back only after
    /// seconds, and meanwhile another leader would have carried it out.
    /// </summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly List<EtcdPeer> _peers = [];
    private readonly EtcdMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TimeSpan _timeout;
    private readonly Lock _lock = new();
    private ulong _cluster;

    public EtcdConnection(
        IReadOnlyList<Uri> endpoints, EtcdTls? tls, TimeSpan timeout, int maxMessageBytes, EtcdMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _timeout = timeout;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;
        foreach (var endpoint in endpoints)
        {
#pragma warning disable CA2000 // Disposed with this.
            _peers.Add(new EtcdPeer(endpoint, Open(endpoint, tls, timeout, maxMessageBytes, clock)));
#pragma warning restore CA2000
        }
    }

    public IReadOnlyList<EtcdPeer> Peers => _peers;

    /// <summary>The member to use now.</summary>
    public EtcdPeer Current
    {
        get
        {
            lock (_lock)
            {
                var now = _clock.GetUtcNow();
                return _peers.Find(p => p.NotBefore <= now) ?? _peers.MinBy(p => p.NotBefore)!;
            }
        }
    }

    /// <summary>One call to one member.</summary>
    /// <exception cref="RpcException">Not answered, or refused. Whether it was carried out is unknown unless etcd says so.</exception>
    /// <exception cref="TimeoutException">Not answered in time.</exception>
    public Task<T> CallAsync<T>(Func<EtcdPeer, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) =>
        CallAsync(call, _timeout, cancellationToken);

    private async Task<T> CallAsync<T>(Func<EtcdPeer, CallOptions, AsyncUnaryCall<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var peer = Current;
        using var limit = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var pending = call(peer, new CallOptions(cancellationToken: either.Token));
            var answer = await pending;
            _metrics.Reached(_clock.GetUtcNow());
            return answer;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (e is RpcException { StatusCode: var code } && IsAnswer(code))
            {
                throw;
            }

            Failed(peer, e);
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"etcd at {peer.Endpoint} has not answered in {timeout}.", e);
            }

            throw;
        }
    }

    /// <summary>The same call, again and again over all members, until it is answered.</summary>
    /// <param name="what">For the log.</param>
    /// <param name="call">Harmless when carried out twice.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<T> InsistAsync<T>(string what, Func<EtcdPeer, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        Backoff? backoff = null;
        while (true)
        {
            try
            {
                return await CallAsync(call, backoff is null && FirstPatience < _timeout ? FirstPatience : _timeout, cancellationToken);
            }
            catch (Exception e) when (IsPassing(e))
            {
                _metrics.Retried(what);
                Log.Again(_logger, what, e.Message);
                backoff ??= CreateBackoff();
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>For attempts one after another: soon at first, then every other second.</summary>
    public Backoff CreateBackoff() => new(FirstPause, LongestPause, _clock, static () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20));

    /// <summary>Whether trying again later can help; refusals are among them, because an operator can mend rights and quotas.</summary>
    public static bool IsPassing(Exception e) => e is RpcException or TimeoutException or IOException or EtcdWatchEndedException;

    public void Failed(EtcdPeer peer, Exception e)
    {
        lock (_lock)
        {
            peer.NotBefore = _clock.GetUtcNow() + Rest;
        }

        _metrics.Failed(_peers.IndexOf(peer) + 1);
        Log.Failed(_logger, peer.Endpoint, e.Message);
    }

    /// <summary>Holds every answer to the cluster that answered first: members of another one must not be mixed into the order.</summary>
    /// <exception cref="EtcdWatchEndedException">Another cluster.</exception>
    public void CheckCluster(EtcdPeer peer, ResponseHeader header)
    {
        var known = Interlocked.CompareExchange(ref _cluster, header.ClusterId, 0);
        if (known != 0 && known != header.ClusterId)
        {
            throw new EtcdWatchEndedException($"{peer.Endpoint} belongs to another etcd cluster than the member that answered first.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in _peers)
        {
            peer.Channel.Dispose();
        }
    }

    /// <summary>Whether the member itself has decided: another member would say the same.</summary>
    private static bool IsAnswer(StatusCode code) => code
        is StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange
        or StatusCode.AlreadyExists or StatusCode.NotFound or StatusCode.Unimplemented or StatusCode.Unauthenticated
        or StatusCode.ResourceExhausted;

    private static GrpcChannel Open(Uri endpoint, EtcdTls? tls, TimeSpan timeout, int maxMessageBytes, TimeProvider clock)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = timeout,
            // etcd refuses pings that come more often than every 5 s.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        if (endpoint.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = Certificates(tls!, clock);
        }

        return GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = maxMessageBytes,
            MaxSendMessageSize = maxMessageBytes,
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromSeconds(2),
        });
    }

    private static SslClientAuthenticationOptions Certificates(EtcdTls tls, TimeProvider clock)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(tls.AuthorityFile);
        if (policy.CustomTrustStore.Count == 0)
        {
            throw new InvalidDataException($"{tls.AuthorityFile} holds no certificate.");
        }

        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        var own = new ClientCertificate(tls, clock);
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy,
            LocalCertificateSelectionCallback = (_, _, _, _, _) => own.Read(),
        };
    }

    /// <summary>The client's certificate as its files are now: a renewed one counts from the next connection on.</summary>
    private sealed class ClientCertificate
    {
        private readonly EtcdTls _tls;
        private readonly Lock _lock = new();
        private readonly TimeProvider _clock;
        private X509Certificate2 _current;
        private DateTime _written;

        public ClientCertificate(EtcdTls tls, TimeProvider clock)
        {
            _tls = tls;
            _clock = clock;
            _written = File.GetLastWriteTimeUtc(tls.CertificateFile);
            _current = X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile);
        }

        public X509Certificate2 Read()
        {
            lock (_lock)
            {
                var written = File.GetLastWriteTimeUtc(_tls.CertificateFile);
                if (written != _written)
                {
                    try
                    {
                        _current = X509Certificate2.CreateFromPemFile(_tls.CertificateFile, _tls.KeyFile);
                        _written = written;
                    }
                    catch (Exception e) when (e is CryptographicException or IOException or ArgumentException)
                    {
                        // Not there yet, or not of this key: the one before is as good as it was.
                    }
                }

                // etcd would refuse it as well, but nobody could read why.
                return _current.NotAfter.ToUniversalTime() >= _clock.GetUtcNow().UtcDateTime
                    ? _current
                    : throw new AuthenticationException($"{_tls.CertificateFile} has expired ({_current.NotAfter.ToUniversalTime():yyyy-MM-dd}).");
            }
        }
    }
}

/// <summary>A watch has come to an end that another attempt may mend; handled within the order.</summary>
public sealed class EtcdWatchEndedException(string message) : Exception(message);
