using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Nodes;
using Mingjian.Server.Operations;
using Mingjian.Testing;

namespace Mingjian.Server.Tests;

/// <summary>A server that is configured as a node of a network; its etcd does not answer here.</summary>
public sealed class NodeConfigurationTests : IDisposable
{
    private static readonly NetworkId Network = NetworkId.Parse("nodes.mingjian.invalid/1");

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-node-").FullName;
    private readonly Es256Signer _organization = Es256Signer.Create();

    [Fact]
    public async Task An_act_that_is_not_final_in_time_is_answered_with_how_far_it_has_come()
    {
        await using var server = await StartAsync([Own]);
        using var browser = server.Open();
        var founding = PreparedActs.Create(
            [new FoundNodes(Hash32.Of("charter"u8), [Own], AllContracts.Protocol)], Network, _organization.Key.Id, server.Now, DisplayNames.None);
        var act = founding.Request.SignWith(_organization)[0].Encode();

        browser.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var posting = browser.PostAsync("/api/v1/network/acts", $"{{\"envelopes\":[{System.Text.Encoding.UTF8.GetString(act)}]}}");
        while (await Task.WhenAny(posting, Task.Delay(20, TestContext.Current.CancellationToken)) != posting)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        using var response = await posting;
        var id = Hash32.Of(founding.Request.Message).ToHex();
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/api/v1/transactions/{id}", response.Headers.Location!.OriginalString);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(answer.GetProperty("ok").GetBoolean());
        var result = answer.GetProperty("results")[0];
        Assert.Equal("accepted", result.GetProperty("status").GetString());
        Assert.Equal($"/api/v1/transactions/{id}", result.GetProperty("url").GetString());

        var report = JsonElement.Parse(await browser.Client.GetStringAsync("/ledger/node"));
        Assert.Equal((1, 0, true), (report.GetProperty("number").GetInt32(), report.GetProperty("height").GetInt32(), report.GetProperty("member").GetBoolean()));
        Assert.False(report.GetProperty("order").GetProperty("reached").GetBoolean());
    }

    [Fact]
    public async Task Only_acts_of_the_contract_nodes_come_in_by_the_organisations_door()
    {
        await using var server = await StartAsync([Own]);
        using var browser = server.Open();
        browser.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var signer = Es256Signer.Create();
        var act = PreparedActs.Create(
            [new Mingjian.Contracts.Organizations.FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of("name"u8), LedgerId.New<MemberId>(), signer.Key)],
            Network, signer.Key.Id, server.Now, DisplayNames.None).Request.SignWith(signer)[0].Encode();
        using var response = await browser.PostAsync("/api/v1/network/acts", $"{{\"envelopes\":[{System.Text.Encoding.UTF8.GetString(act)}]}}");
        Assert.Equal("network/not-of-nodes", await response.CodeAsync());

        // Neither does setup, before the agreement stands: block 1 belongs to it.
        using var setup = await browser.PostAsync("/api/v1/setup/names", "{\"code\":\"\",\"committee\":\"a\",\"officer\":\"b\"}");
        Assert.Equal("setup/code", await setup.CodeAsync());
    }

    [Theory]
    [InlineData("no keys", "does not hold log.key")]
    [InlineData("keys of another node", "node/2")]
    [InlineData("no network file", "missing.mjnet.json")]
    [InlineData("a network file without organisations", "names no organisations")]
    [InlineData("a later network file", "network file of the founding")]
    [InlineData("a demo on a real network", "Start=Demo")]
    [InlineData("etcd without certificates", "etcd endpoint")]
    [InlineData("half of the certificates", "belong together")]
    [InlineData("a certificate of another node", "node-2")]
    [InlineData("an expired certificate", "has expired")]
    [InlineData("no address of etcd", "Endpoints")]
    [InlineData("a peer that is no server", "Peers")]
    [InlineData("itself as a peer", "Peers:<number>")]
    [InlineData("a peer without a number", "Peers:<number>")]
    [InlineData("data of another ledger", "belongs to another ledger")]
    public void A_node_that_cannot_run_as_configured_is_refused_and_says_why(string what, string said)
    {
        var options = Options([Own]);
        var node = options.Node!;
        switch (what)
        {
            case "no keys": node.Keys = Path.Combine(_directory, "none"); break;
            case "keys of another node": node.Number = 2; break;
            case "no network file": node.Network = Path.Combine(_directory, "missing.mjnet.json"); break;
            case "a later network file":
                node.Network = Write(new NodeSet([Own]), new TrustAnchor(5, Hash32.Of("root"u8), 9, new LedgerTime(1)), "later");
                break;
            case "a network file without organisations": node.Network = Write(new NodeSet([Keys(1).Public]), TrustAnchor.Genesis, "alone"); break;
            case "a demo on a real network": options.Start = StartMode.Demo; break;
            case "etcd without certificates": node.Etcd.Endpoints = [new Uri("https://etcd.invalid:2379")]; break;
            case "half of the certificates": node.Etcd.Key = node.Network; break;
            case "a certificate of another node":
                using (var certificates = new TestCertificates())
                {
                    (node.Etcd.Certificate, node.Etcd.Key) = certificates.Issue("node-2");
                    node.Etcd.Authority = certificates.AuthorityFile;
                    AssertRefused(options, said);
                }

                return;
            case "an expired certificate":
                using (var certificates = new TestCertificates())
                {
                    (node.Etcd.Certificate, node.Etcd.Key) = certificates.Issue("node-1", until: DateTimeOffset.UtcNow.AddMinutes(-1));
                    node.Etcd.Authority = certificates.AuthorityFile;
                    AssertRefused(options, said);
                }

                return;
            case "no address of etcd": node.Etcd.Endpoints = [null!]; break;
            case "a peer that is no server": node.Peers = new Dictionary<int, Uri> { [2] = new("file:///etc/passwd") }; break;
            case "itself as a peer": node.Peers = new Dictionary<int, Uri> { [1] = new("https://node1.invalid/") }; break;
            case "a peer without a number": node.Peers = new Dictionary<int, Uri> { [0] = new("https://node2.invalid/") }; break;
            case "data of another ledger":
                File.WriteAllText(Path.Combine(Directory.CreateDirectory(options.NetworkDirectory).FullName, "network.txt"), "other.invalid/1\n");
                break;
        }

        AssertRefused(options, said);
    }

    [Fact]
    public async Task The_data_of_a_node_are_not_opened_without_its_network()
    {
        await (await StartAsync([Own])).DisposeAsync();
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.OpenAsync(demo: false, Path.Combine(_directory, "data")));
        Assert.Contains("Mingjian:Node", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _organization.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Seat Own => new(Keys(1).Public, new OrganizationId((UInt128)1u), _organization.Key);

    private string Token => File.ReadAllText(Path.Combine(_directory, "data", "network", OperatorToken.FileName)).Trim();

    private NodeKeys Keys(int number) => NodeKeys.LoadOrCreate(Path.Combine(_directory, $"keys-{number}"), Network, number);

    private string Write(NodeSet nodes, TrustAnchor anchor, string name)
    {
        var file = Path.Combine(_directory, name + ".mjnet.json");
        File.WriteAllBytes(file, NetworkFile.Create(Network, anchor, nodes, []).Encode());
        return file;
    }

    private static void AssertRefused(ServerOptions options, string said)
    {
        var fault = Assert.Throws<OptionsValidationException>(() =>
        {
            using var ordering = new NodeOrdering(NodeIdentity.Load(options, TimeProvider.System), new OrderHealth(), TimeProvider.System, NullLogger<EtcdOrdering>.Instance);
            ordering.Open();
        });
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    private ServerOptions Options(IReadOnlyList<Seat> seats) => new()
    {
        DataDirectory = Path.Combine(_directory, "data"),
        Node = new NodeOptions
        {
            Number = 1,
            Keys = Path.Combine(_directory, "keys-1"),
            Network = Write(new NodeSet(seats), TrustAnchor.Genesis, "network"),
            Etcd = new EtcdOptions { Endpoints = [new Uri("http://127.0.0.1:1")] },
        },
    };

    private Task<RunningServer> StartAsync(IReadOnlyList<Seat> seats, params IReadOnlyList<(string Key, string Value)> more) => RunningServer.OpenAsync(
        demo: false, Path.Combine(_directory, "data"), settings:
        [
            ("Mingjian:Node:Number", "1"),
            ("Mingjian:Node:Keys", Path.Combine(_directory, "keys-1")),
            ("Mingjian:Node:Network", Write(new NodeSet(seats), TrustAnchor.Genesis, "network")),
            ("Mingjian:Node:StopWait", "00:00:00"),
            // Nothing listens there.
            ("Mingjian:Node:Etcd:Endpoints:0", "http://127.0.0.1:1"),
            .. more,
        ]);
}
