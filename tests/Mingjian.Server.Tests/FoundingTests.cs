using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Acts.Networks;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Operations;
using Mingjian.Server.Setup;
using Mingjian.Server.Tests.Crash;

namespace Mingjian.Server.Tests;

/// <summary>Whoever reaches a server first tries to make it his: as a network with an organisation key of his own, or as the first officer.</summary>
public sealed class FoundingTests : IDisposable
{
    /// <summary>What a stranger may ask for; the answer's kind must not decide what happens.</summary>
    private static readonly string[] Accepts = ["application/json", "text/html", "*/*", "application/problem+json;q=0.1, text/html"];

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-founding-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_fresh_server_that_is_alone_is_founded_as_a_network_by_nobody()
    {
        using var thief = Es256Signer.Create();
        await using (var server = await RunningServer.OpenAsync(demo: false, _directory))
        {
            using var browser = server.Open();
            var node = NetworkFile.Parse(await browser.Client.GetByteArrayAsync("/ledger/network?anchor=genesis")).Nodes!.Single();
            Seat seat = new(node, LedgerId.New<OrganizationId>(), thief.Key);
            string[] acts =
            [
                browser.Sign(new FoundNodes(Hash32.Of("charter"u8), [seat], AllContracts.Protocol), thief),
                browser.Sign(new FoundNodes(Hash32.Of("charter"u8), [seat with { Organization = default }], AllContracts.Protocol), thief),
                browser.Sign(new ChangeNodes(Hash32.Of("charter"u8), [seat]), thief),
                browser.Sign(new RestartHeight(2, 1, [1], [new NodeStatement(1, null)]), thief),
            ];
            var token = await TokenAsync("network");

            // With the operator's token as without, whatever is asked for, and all at once.
            var tries = acts.SelectMany(_ => Accepts, (act, accept) => (act, accept)).SelectMany(_ => new[] { null, token, "0" }, (t, bearer) => (t.act, t.accept, bearer));
            var answers = await Task.WhenAll(tries.Select(async t => await PostAsync(server, "/api/v1/network/acts", t.act, t.bearer, t.accept)));
            Assert.All(answers, a => Assert.Equal((HttpStatusCode.UnprocessableEntity, "network/alone"), a));
            Assert.Equal("session/not-a-binding", (await PostAsync(server, "/api/v1/invitations/redeem", acts[0])).Code);
            Assert.Equal("setup/code", (await PostAsync(server, "/api/v1/setup", acts[0])).Code);
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(server, "/api/v1/transactions", acts[0])).Status);
            Assert.Equal((0, "NotSetUp"), await StandingAsync(server));

            // The first officer is whoever has the code, as before, in block 1.
            var officer = browser.Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), browser.Key.Key));
            var code = server.Services.GetRequiredService<SetupCode>().Text;
            using (var founding = await browser.PostAsync("/api/v1/setup", acts[0].Insert(0, "{\"envelopes\":[") + "]}", code))
            {
                Assert.Equal("setup/not-founding", await founding.CodeAsync());
            }

            using (var founding = await browser.PostAsync("/api/v1/setup", $"{{\"envelopes\":[{officer}]}}", code))
            {
                Assert.Equal(HttpStatusCode.OK, founding.StatusCode);
            }

            Assert.Equal((1, "Done"), await StandingAsync(server));

            // Nor does anybody who is signed in, with other acts under way in the same request.
            var committee = server.Ledger.ReadState().Get(OrganizationsState.TopKey)!.Committee;
            string[] mixed =
            [
                .. acts, browser.Sign(new EstablishOrganization(LedgerId.New<OrganizationId>(), committee, OrganizationKind.PartyBranch, Hash32.Of([2]))),
                browser.Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), browser.Key.Key)),
            ];
            using var submitted = await browser.SubmitAsync(mixed);
            var results = (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results").EnumerateArray()
                .Select(r => r.TryGetProperty("code", out var c) ? c.GetString() : null);
            Assert.Equal(["network/alone", "network/alone", "network/alone", "network/alone", null, "setup/other-door"], results);
            Assert.Equal((2, "Done"), await StandingAsync(server));
            for (var i = 0L; i < server.Ledger.Head.Size; i++)
            {
                Assert.DoesNotContain(thief.Key.ToString(), Encoding.UTF8.GetString(server.Ledger.ReadEntry(i)!), StringComparison.Ordinal);
            }
        }

        Assert.Null((await LedgerAudits.RunAsync(Path.Combine(_directory, "network"))).Fault);
    }

    [Fact]
    public async Task The_web_process_s_channel_brings_in_no_act_of_the_contract_nodes()
    {
        using var thief = Es256Signer.Create();
        await using var server = await RunningServer.OpenAsync(demo: false, _directory, null, ("Mingjian:Role", "Node"));
        using var browser = server.Open();
        var node = NetworkFile.Parse(await browser.Client.GetByteArrayAsync("/ledger/network?anchor=genesis")).Nodes!.Single();
        var act = browser.Sign(new FoundNodes(Hash32.Of("charter"u8), [new Seat(node, LedgerId.New<OrganizationId>(), thief.Key)], AllContracts.Protocol), thief);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/web/acts");
        request.Content = new StringContent($"{{\"envelopes\":[{act}]}}", new MediaTypeHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_directory, "network", ChannelToken.FileName))).Trim());
        using var answer = await browser.Client.SendAsync(request);
        var result = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0];
        Assert.Equal(("refused", "network/alone"), (result.GetProperty("status").GetString(), result.GetProperty("code").GetString()));
        Assert.Equal((0, "NotSetUp"), await StandingAsync(server));
    }

    [Fact]
    public async Task A_node_of_a_network_takes_the_founding_from_its_operator_alone_and_only_the_one_that_its_network_file_names()
    {
        var network = NetworkId.Parse("nodes.mingjian.invalid/1");
        var keys = NodeKeys.LoadOrCreate(Path.Combine(_directory, "keys"), network, 1);
        using var organization = Es256Signer.Create();
        using var thief = Es256Signer.Create();
        Seat own = new(keys.Public, LedgerId.New<OrganizationId>(), organization.Key);
        var file = Path.Combine(_directory, "network.mjnet.json");
        await File.WriteAllBytesAsync(file, NetworkFile.Create(network, TrustAnchor.Genesis, new NodeSet([own]), []).Encode());
        await using var server = await RunningServer.OpenAsync(
            demo: false, Path.Combine(_directory, "data"), settings:
            [
                ("Mingjian:Node:Number", "1"), ("Mingjian:Node:Keys", Path.Combine(_directory, "keys")), ("Mingjian:Node:Network", file),
                ("Mingjian:Node:StopWait", "00:00:00"), ("Mingjian:Node:Etcd:Endpoints:0", "http://127.0.0.1:1"),
                ("Mingjian:Node:Peers:2", "http://127.0.0.1:1/"),
            ]);
        using var browser = server.Open();
        string Founding(Seat seat, Es256Signer signer) => browser.Sign(new FoundNodes(Hash32.Of("charter"u8), [seat], AllContracts.Protocol), signer);
        var (right, stolen) = (Founding(own, organization), Founding(own with { OrganizationKey = thief.Key }, thief));

        // The true act as well: who submits it decides when the network begins.
        foreach (var act in new[] { stolen, right, "{}" })
        {
            foreach (var (accept, bearer) in Accepts.SelectMany(_ => new[] { null, "0", "" }, (a, b) => (a, b)))
            {
                Assert.Equal((HttpStatusCode.Unauthorized, "network/founding-token"), await PostAsync(server, "/api/v1/network/acts", act, bearer, accept));
            }
        }

        var token = await TokenAsync(Path.Combine("data", "network"));
        foreach (var act in new[] { stolen, Founding(own with { Organization = LedgerId.New<OrganizationId>() }, organization) })
        {
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "nodes/1102"), await PostAsync(server, "/api/v1/network/acts", act, token));
        }

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "admission/11"), await PostAsync(server, "/api/v1/network/acts", Founding(own, thief), token));

        // Nor does the first officer come before the agreement, by whatever door.
        var officer = browser.Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), browser.Key.Key));
        Assert.Equal("network/not-of-nodes", (await PostAsync(server, "/api/v1/network/acts", officer, token)).Code);
        using (var setup = await browser.PostAsync("/api/v1/setup", $"{{\"envelopes\":[{officer}]}}", server.Services.GetRequiredService<SetupCode>().Text))
        {
            Assert.Equal("setup/code", await setup.CodeAsync());
        }

        Assert.Equal((0, "AgreementMissing"), await StandingAsync(server));

        // Neither its order nor its peer can be reached, and nothing that it says to everybody names where they were looked for.
        var said = new StringBuilder(await browser.Client.GetStringAsync("/ledger/node"));
        said.Append(await (await browser.Client.GetAsync("/health/ready")).Content.ReadAsStringAsync());
        Assert.DoesNotContain("127.0.0.1", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(":1/", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_door_for_one_act_reads_no_more_than_one_act()
    {
        await using var server = await RunningServer.StartAsync(demo: false);
        using var browser = server.Open();
        var large = $"{{\"envelopes\":[{{\"payload\":\"{new string('A', 60_000)}\"}}]}}";
        using var answer = await browser.PostAsync("/api/v1/invitations/redeem", large);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("request/too-large", await answer.CodeAsync());
    }

    private async Task<string> TokenAsync(string network) => (await File.ReadAllTextAsync(Path.Combine(_directory, network, OperatorToken.FileName))).Trim();

    private static async Task<(long Height, string Founding)> StandingAsync(RunningServer server)
    {
        using var anybody = server.Open();
        var report = await anybody.Client.GetFromJsonAsync<JsonElement>("/ledger/node");
        return (report.GetProperty("height").GetInt64(), report.GetProperty("founding").GetString()!);
    }

    private static async Task<(HttpStatusCode Status, string Code)> PostAsync(
        RunningServer server, string path, string act, string? bearer = null, string accept = "application/json")
    {
        using var browser = server.Open();
        var csrf = (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent($"{{\"envelopes\":[{act}]}}", new MediaTypeHeaderValue("application/json"));
        request.Headers.Add("X-CSRF-TOKEN", csrf);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (bearer is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
        }

        using var answer = await browser.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? string.Empty : JsonElement.Parse(text).GetProperty("code").GetString()!);
    }
}
