using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Ordering.Tests;

/// <summary>Who gets in, and what they may write.</summary>
public sealed class EtcdAccessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_reads_the_whole_network_and_writes_below_its_own_number_only()
    {
        using var certificates = new TestCertificates();
        await using var etcd = await EtcdFixture.StartAsync(1, certificates);
        var network = new EtcdNetwork(etcd.Endpoints);
        var root = Tls(certificates, EtcdCluster.RootUser);
        using var administration = new EtcdAdministration(etcd.Endpoints, root, TimeProvider.System);
        var cluster = new EtcdCluster(network.Network, [Member(1), Member(2), Member(11)]);
        await administration.ApplyAsync(cluster.Access(), Cancel);
        await administration.ApplyAsync(cluster.Access(), Cancel);

        await using var one = network.Open(1, o => o with { Tls = Tls(certificates, EtcdCluster.UserOf(1)) });
        await using var two = network.Open(2, o => o with { Tls = Tls(certificates, EtcdCluster.UserOf(2)) });
        await using var following = new Following(two);
        Assert.True(one.TrySubmit(Bytes.Act(1, 100)));
        Assert.True(two.TrySubmit(Bytes.Act(2, 100)));
        two.Publish(new Engine.Ordering.VoteMessage(1, 1, 2, "vote"));
        var items = await following.WaitForAsync(i => i.Count == 3, "both nodes' items");
        Assert.Equal([1, 2, 2], items.Select(i => i.Node).Order());

        // Node 1 removes and compacts its own with its own rights.
        one.Report(new OrderProgress(1, items[^1].Position));
        var keys = network.Keys;
        using var reader = Connect(etcd, root);
        await Eventually.BecomesTrueAsync(
            async () => (await EtcdScan.KeysAsync(reader, keys.All, keys.AllEnd, Cancel)).Keys.Any(k => k.Key == keys.Removed(1)), "removal");

        using var raw = Connect(etcd, Tls(certificates, EtcdCluster.UserOf(1)));
        await PutAsync(raw, keys.Batch(1, "own"));
        foreach (var foreign in new[]
                 {
                     keys.Batch(2, "x"), keys.Vote(2, 1, 1), keys.Progress(11), keys.Batch(11, "x"), ByteString.CopyFromUtf8(keys.Network + "x"),
                     ByteString.CopyFromUtf8("elsewhere"), new EtcdKeys(NetworkId.Parse("another.network")).Batch(1, "x"),
                 })
        {
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => PutAsync(raw, foreign))).StatusCode);
            var delete = new TxnRequest();
            delete.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = foreign } });
            Assert.Equal(
                StatusCode.PermissionDenied,
                (await Assert.ThrowsAsync<RpcException>(() => raw.CallAsync((p, o) => p.Keys.TxnAsync(delete, o), Cancel))).StatusCode);
        }

        // It may not make users either, or read what is not the network's.
        using var notRoot = new EtcdAdministration(etcd.Endpoints, Tls(certificates, EtcdCluster.UserOf(1)), TimeProvider.System);
        var refused = await Assert.ThrowsAsync<RpcException>(() => notRoot.ApplyAsync([new EtcdAccess.AddUser("me")], Cancel));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        refused = await Assert.ThrowsAsync<RpcException>(
            () => raw.CallAsync((p, o) => p.Keys.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("elsewhere") }, o), Cancel));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);

        // Somebody whose access was taken away, and somebody who never had any.
        await administration.ApplyAsync(EtcdCluster.Removal(1), Cancel);
        await Assert.ThrowsAsync<RpcException>(() => PutAsync(raw, keys.Batch(1, "after")));
        using var stranger = Connect(etcd, Tls(certificates, "stranger"));
        await Assert.ThrowsAsync<RpcException>(
            () => stranger.CallAsync((p, o) => p.Keys.RangeAsync(new RangeRequest { Key = keys.All, RangeEnd = keys.AllEnd }, o), Cancel));
        Assert.All(await administration.StatusAsync(Cancel), m => Assert.True(m is { HasLeader: true, Version: not null, Error: null }));
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_by_name_and_its_renewal_counts_without_a_restart()
    {
        using var certificates = new TestCertificates();
        await using var etcd = await EtcdFixture.StartAsync(1, certificates);
        var (good, key) = certificates.Issue("node-1");
        var (expired, expiredKey) = certificates.Issue("node-1", until: DateTimeOffset.UtcNow.AddMinutes(-1));
        var read = new RangeRequest { Key = ByteString.CopyFromUtf8("x") };
        using var node = Connect(etcd, new EtcdTls(certificates.AuthorityFile, expired, expiredKey));
        var refused = await Assert.ThrowsAsync<RpcException>(() => node.CallAsync((p, o) => p.Keys.RangeAsync(read, o), Cancel));
        Assert.Contains("has expired", refused.ToString(), StringComparison.Ordinal);

        File.Copy(key, expiredKey, overwrite: true);
        File.Copy(good, expired, overwrite: true);
        File.SetLastWriteTimeUtc(expired, DateTime.UtcNow.AddMinutes(1));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                try
                {
                    await node.CallAsync((p, o) => p.Keys.RangeAsync(read, o), Cancel);
                    return true;
                }
                catch (RpcException)
                {
                    return false;
                }
            },
            "the renewed certificate");
    }

    [Fact]
    public async Task Neither_side_speaks_with_a_certificate_of_another_authority()
    {
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        await using var etcd = await EtcdFixture.StartAsync(1, certificates);
        var (own, ownKey) = certificates.Issue("node-1");
        var (foreign, foreignKey) = others.Issue("node-1");
        var read = new RangeRequest { Key = ByteString.CopyFromUtf8("x") };
        using (var good = Connect(etcd, new EtcdTls(certificates.AuthorityFile, own, ownKey)))
        {
            await good.CallAsync((p, o) => p.Keys.RangeAsync(read, o), Cancel);
        }

        foreach (var tls in new[]
                 {
                     new EtcdTls(certificates.AuthorityFile, foreign, foreignKey), new EtcdTls(others.AuthorityFile, own, ownKey),
                 })
        {
            using var bad = Connect(etcd, tls);
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => bad.CallAsync((p, o) => p.Keys.RangeAsync(read, o), Cancel));
            Assert.True(refused is RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal }, refused.ToString());
        }
    }

    [Theory]
    [InlineData("3.4.23", false)]
    [InlineData("3.4.41", false)]
    [InlineData("3.4.42", true)]
    [InlineData("3.5.27", false)]
    [InlineData("3.5.28", true)]
    [InlineData("3.6.8", false)]
    [InlineData("3.6.9", true)]
    [InlineData("3.7.0", true)]
    [InlineData("3.6", false)]
    [InlineData("newest", false)]
    [InlineData(null, false)]
    public void A_member_too_old_to_confine_a_liar_is_told_by_its_version(string? version, bool holds) =>
        Assert.Equal(holds, new EtcdMemberStatus(new Uri("http://127.0.0.1"), version, 0, 0, true, null).RightsHold);

    [Theory]
    [InlineData("http://10.0.0.1:2379")]
    [InlineData("http://etcd.example:2379")]
    [InlineData("https://127.0.0.1:2379")]
    [InlineData("http://127.0.0.1.example:2379")]
    [InlineData("http://user@127.0.0.1:2379")]
    [InlineData("http://127.0.0.1:2379/v3")]
    [InlineData("ftp://127.0.0.1:2379")]
    public void Without_certificates_only_loopback_is_spoken_to(string endpoint) =>
        Assert.Throws<ArgumentException>(() => Options([endpoint]));

    [Fact]
    public void Endpoints_that_are_safe_are_taken()
    {
        Options(["http://127.0.0.1:2379", "http://localhost:2379", "http://[::1]:2379"]);
        EtcdOrderingOptions.Check(Plain(["https://etcd.example:2379"]) with { Tls = new EtcdTls("a", "b", "c") });
        Assert.Throws<ArgumentException>(() => Options([]));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        var good = Plain(["http://127.0.0.1:2379"]);
        EtcdOrderingOptions.Check(good);
        foreach (var bad in new[]
                 {
                     good with { Node = 0 }, good with { QueueLength = 0 }, good with { BatchBytes = 0 }, good with { BatchBytes = SignedBatch.MaxSize },
                     good with { MaxUnconfirmedBatches = 0 }, good with { MaxLag = 0 }, good with { CallTimeout = TimeSpan.Zero },
                     good with { MaxMessageBytes = SignedBatch.MaxSize },
                 })
        {
            Assert.Throws<ArgumentException>(() => EtcdOrderingOptions.Check(bad));
        }
    }

    [Fact]
    public async Task A_member_started_from_the_written_configuration_serves_a_network_over_mutual_TLS()
    {
        using var clients = new TestCertificates();
        using var peers = new TestCertificates();
        await using var etcd = EtcdFixture.Prepare(1);
        var network = new EtcdNetwork(etcd.Endpoints);
        var member = new EtcdMember(1, Https(etcd.Endpoints[0]), Https(etcd.Peers[0]));
        var cluster = new EtcdCluster(network.Network, [member]);
        var (clientCertificate, clientKey) = clients.Issue("etcd", server: true);
        var (peerCertificate, peerKey) = peers.Issue("etcd", server: true);
        await etcd.StartFromFileAsync(0, cluster.Configuration(1, new EtcdMemberFiles(
            etcd.DataDirectory(0), new EtcdTls(clients.AuthorityFile, clientCertificate, clientKey), new EtcdTls(peers.AuthorityFile, peerCertificate, peerKey))));
        using (var administration = new EtcdAdministration([member.Client], Tls(clients, EtcdCluster.RootUser), TimeProvider.System))
        {
            await administration.ApplyAsync(cluster.Access(), Cancel);
        }

        await using var ordering = network.Open(1, o => o with { Endpoints = [member.Client], Tls = Tls(clients, EtcdCluster.UserOf(1)) });
        await using var following = new Following(ordering);
        Assert.True(ordering.TrySubmit(Bytes.Act(1, Cryptography.Envelope.MaxSize)));
        await following.WaitForAsync(i => i.Count == 1, "one act");
    }

    /// <summary>Without a list, whoever was a member once speaks to the others' ports until the certificate ends, under any member's name.</summary>
    [Fact]
    public async Task A_dismissed_members_certificate_opens_no_connection_to_a_member_from_the_moment_that_the_list_names_it_and_without_the_list_none_does()
    {
        using var clients = new TestCertificates();
        using var peers = new TestCertificates();
        await using var etcd = EtcdFixture.Prepare(1);
        var member = new EtcdMember(1, Https(etcd.Endpoints[0]), Https(etcd.Peers[0]));
        var (clientCertificate, clientKey) = clients.Issue("etcd", server: true);
        var (peerCertificate, peerKey) = peers.Issue("etcd", server: true);
        var (present, presentKey) = peers.Issue("etcd-node-2");
        var (dismissed, dismissedKey) = peers.Issue("etcd-node-3");
        var list = Path.Combine(etcd.DataDirectory(0) + "-revoked.crl");
        peers.Revoke(list);
        await etcd.StartFromFileAsync(0, new EtcdCluster(new EtcdNetwork(etcd.Endpoints).Network, [member]).Configuration(1, new EtcdMemberFiles(
            etcd.DataDirectory(0), new EtcdTls(clients.AuthorityFile, clientCertificate, clientKey), new EtcdTls(peers.AuthorityFile, peerCertificate, peerKey), list)));
        Assert.True(await IsAnsweredAsync(member.Peer, present, presentKey));
        Assert.True(await IsAnsweredAsync(member.Peer, dismissed, dismissedKey));

        peers.Revoke(list, dismissed);
        Assert.True(await IsAnsweredAsync(member.Peer, present, presentKey));
        Assert.False(await IsAnsweredAsync(member.Peer, dismissed, dismissedKey));

        File.Delete(list);
        Assert.False(await IsAnsweredAsync(member.Peer, present, presentKey));
    }

    /// <summary>Whether a member tells another one who the members are.</summary>
    private static async Task<bool> IsAnsweredAsync(Uri peer, string certificate, string key)
    {
        using var own = X509Certificate2.CreateFromPemFile(certificate, key);
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { ClientCertificates = [own], RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null },
        };
        using var http = new HttpClient(handler);
        try
        {
            using var answer = await http.GetAsync(new Uri(peer, "/members"), Cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [Fact]
    public void A_configuration_is_refused_where_others_could_reach_an_open_port_or_a_client_could_become_a_member()
    {
        var tls = new EtcdTls("ca", "crt", "key");
        var cluster = new EtcdCluster(NetworkId.Parse("a.network"), [new EtcdMember(1, new Uri("https://a:1"), new Uri("https://a:2"))]);
        Assert.Throws<ArgumentException>(() => cluster.Configuration(1, new EtcdMemberFiles("/d", null, tls)));
        Assert.Throws<ArgumentException>(() => cluster.Configuration(1, new EtcdMemberFiles("/d", tls, null)));
        Assert.Throws<ArgumentException>(() => cluster.Configuration(1, new EtcdMemberFiles("/d", tls, tls)));
        var text = cluster.Configuration(1, new EtcdMemberFiles("/it's", tls, tls with { AuthorityFile = "other" }), joining: true);
        Assert.Contains("data-dir: '/it''s'\n", text, StringComparison.Ordinal);
        Assert.Contains("listen-client-urls: 'https://0.0.0.0:1'\n", text, StringComparison.Ordinal);
        Assert.Contains("initial-cluster-state: 'existing'\n", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("client-cert-auth: true").Length - 1);
    }

    [Fact]
    public void Access_reads_as_commands_for_an_operator() => Assert.Equal(
        [
            "etcdctl user add root --no-password", "etcdctl role add root", "etcdctl user grant-role root root", "etcdctl role add node-3",
            "etcdctl role grant-permission node-3 read --prefix /mingjian/a.network%2F7/",
            "etcdctl role grant-permission node-3 readwrite --prefix /mingjian/a.network%2F7/nodes/3/",
            "etcdctl user add node-3 --no-password", "etcdctl user grant-role node-3 node-3", "etcdctl auth enable",
        ],
        new EtcdCluster(NetworkId.Parse("a.network/7"), [Member(3)]).Access().Select(a => a.Command));

    private static void Options(string[] endpoints) => EtcdOrderingOptions.Check(Plain(endpoints));

    private static EtcdOrderingOptions Plain(string[] endpoints) =>
        new() { Network = NetworkId.Parse("a.network"), Node = 1, Endpoints = [.. endpoints.Select(e => new Uri(e))] };

    private static Uri Https(Uri uri) => new UriBuilder(uri) { Scheme = "https" }.Uri;

    private static EtcdMember Member(int node) => new(node, new Uri($"https://m{node}:2379"), new Uri($"https://m{node}:2380"));

    private static EtcdTls Tls(TestCertificates certificates, string user)
    {
        var (certificate, key) = certificates.Issue(user);
        return new EtcdTls(certificates.AuthorityFile, certificate, key);
    }

    private static EtcdConnection Connect(EtcdFixture etcd, EtcdTls tls) =>
        new(etcd.Endpoints, tls, TimeSpan.FromSeconds(5), 16 * 1024 * 1024, new EtcdMetrics(), TimeProvider.System, NullLogger.Instance);

    private static Task PutAsync(EtcdConnection raw, ByteString key) =>
        raw.CallAsync((p, o) => p.Keys.PutAsync(new PutRequest { Key = key, Value = ByteString.CopyFromUtf8("v") }, o), Cancel);
}
