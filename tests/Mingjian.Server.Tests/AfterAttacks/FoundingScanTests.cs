using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mingjian.Acts.Networks;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;
using Mingjian.Server.Operations;
using Mingjian.Server.Tests.Crash;
using Mingjian.Testing;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>Attacks on the founding and the node set of real server processes that nobody has founded yet; then the search for what they left.</summary>
public sealed partial class FoundingScanTests : IDisposable
{
    private const string InBody = "body-j3q8fw5mzt";
    private const string InHeader = "head-v6c2ypk9rd";
    private const string InCode = "CODE-W7H4NB2XQE";

    private static readonly (string Key, string Value)[] Settings =
    [
        ("Mingjian:Limits:SignInsPerMinute", "10000"), ("Mingjian:Limits:SignInsPerBrowser", "10000"),
        ("Mingjian:Limits:WrongSignInsPerMinute", "10000"), ("Mingjian:Limits:RequestsPerMinute", "100000"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-founding-scan-");
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Es256Signer _thief = Es256Signer.Create();
    private readonly OrganizationId _nobody = LedgerId.New<OrganizationId>();
    private readonly Hash32 _charter = Hash32.Of(Guid.NewGuid().ToByteArray());

    private static LedgerTime Now => LedgerTime.From(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose()
    {
        _thief.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_that_strangers_tried_to_found_keeps_nothing_of_them()
    {
        await using var closed = await ServerProcess.StartAsync(empty: true, Data, Settings, Cancelled);
        using var stranger = await OpenAsync(closed, "stranger");
        var node = NetworkFile.Parse(await stranger.Client.GetByteArrayAsync("/ledger/network?anchor=genesis")).Nodes!.Single();

        // The operator's token in the wrong hands is no help: a server that is alone takes no agreement.
        var first = await TokenAsync(closed);
        await AttackAsync(closed, Acts(stranger, new Seat(node, _nobody, _thief.Key)), first);
        AssertRefused();
        Assert.Equal(0, await closed.TerminateAsync(Cancelled));

        // Then the true one, so that there is a ledger to search: after a start, because so many wrong codes have closed the set-up.
        await using var server = await ServerProcess.StartAsync(empty: true, Data, Settings, Cancelled);
        using var officer = await OpenAsync(server, "officer");
        var token = await TokenAsync(server);
        var code = await CodeAsync(server);
        var founding = officer.Sign(new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of("name"u8), LedgerId.New<MemberId>(), officer.Key.Key));
        using (var founded = await officer.PostAsync("/api/v1/setup", $"{{\"envelopes\":[{founding}]}}", code))
        {
            Assert.Equal(HttpStatusCode.OK, founded.StatusCode);
        }

        // Too late as well, and with a code that is worth nothing any more.
        await AttackAsync(server, Acts(stranger, new Seat(node, _nobody, _thief.Key)), token, code);
        Assert.Equal(0, await server.TerminateAsync(Cancelled));
        var report = await LedgerAudits.RunAsync(server.NetworkDirectory);
        Assert.Null(report.Fault);
        Assert.Equal(1, report.Transactions);

        var left = new LeftBehind(Planted().Add("the set-up code", code), Secret(token).Add("the operator's token of the first start", first));
        await left.LookAtLedgerAsync(server.NetworkDirectory, report.Entries);
        left.LookAtLog(closed.Output + server.Output);
        await left.LookAtFilesAsync(server.DataDirectory);
        left.LookAtAnswers(_answers);
        left.AssertNothing();
    }

    [Fact]
    public async Task A_node_that_strangers_tried_to_bring_into_their_network_keeps_nothing_of_them()
    {
        var network = NetworkId.Parse("nodes.mingjian.invalid/1");
        var keys = NodeKeys.LoadOrCreate(Path.Combine(_folder.FullName, "keys"), network, 1);
        using var organization = Es256Signer.Create();
        Seat own = new(keys.Public, LedgerId.New<OrganizationId>(), organization.Key);
        var file = Path.Combine(_folder.FullName, "network.mjnet.json");
        await File.WriteAllBytesAsync(file, NetworkFile.Create(network, TrustAnchor.Genesis, new NodeSet([own]), []).Encode(), Cancelled);
        await using var server = await ServerProcess.StartAsync(
            empty: true, Data,
            [
                .. Settings, ("Mingjian:Node:Number", "1"), ("Mingjian:Node:Keys", Path.Combine(_folder.FullName, "keys")), ("Mingjian:Node:Network", file),
                ("Mingjian:Node:StopWait", "00:00:00"), ("Mingjian:Node:Etcd:Endpoints:0", "http://127.0.0.1:1"), ("Mingjian:Node:Peers:2", "http://127.0.0.1:1/"),
            ],
            Cancelled);
        using var stranger = Browse(server, "stranger", network);
        var token = await TokenAsync(server);

        // The agreement itself as well, signed by those who should: who hands it in decides when the network begins, so that its signature is kept nowhere.
        var agreement = stranger.Sign(new FoundNodes(_charter, [own], AllContracts.Protocol), organization);
        await AttackAsync(server, [.. Acts(stranger, own with { Organization = _nobody, OrganizationKey = _thief.Key }), agreement], bearer: null);

        // And with the operator's token in the wrong hands all but that.
        await AttackAsync(server, Acts(stranger, own with { Organization = _nobody, OrganizationKey = _thief.Key }), token);
        AssertRefused();
        Assert.Equal(0, await server.TerminateAsync(Cancelled));

        var signature = JsonNode.Parse(agreement)!["signatures"]![0]!["sig"]!.GetValue<string>();
        Needles WithAgreement(Needles needles) => needles.AddBytes("the agreement's signature", Convert.FromBase64String(signature));
        var left = new LeftBehind(WithAgreement(Planted()), WithAgreement(Secret(token)));
        left.LookAtLog(server.Output);
        await left.LookAtFilesAsync(server.DataDirectory);
        left.LookAtAnswers(_answers);
        left.AssertNothing();
    }

    /// <summary>A network of one's own, changes of its nodes and a first officer, signed by the thief.</summary>
    private string[] Acts(Browser browser, Seat seat) =>
    [
        browser.Sign(new FoundNodes(_charter, [seat], AllContracts.Protocol), _thief),
        browser.Sign(new FoundNodes(_charter, [seat with { Organization = default }], AllContracts.Protocol), _thief),
        browser.Sign(new ChangeNodes(_charter, [seat]), _thief),
        browser.Sign(new RestartHeight(2, 1, [1], [new NodeStatement(1, _charter)]), _thief),
        browser.Sign(new FoundNetwork(_nobody, _charter, LedgerId.New<MemberId>(), _thief.Key), _thief),
        $"{{\"payload\":\"{InBody}\",\"note\":\"{InBody}\"}}",
        InBody,
    ];

    /// <summary>Every act at every door that takes one before there are members, with several headers and whatever shows a right.</summary>
    private async Task AttackAsync(ServerProcess server, IReadOnlyList<string> acts, string? bearer, string? code = null)
    {
        using var browser = await OpenAsync(server, "attacker");
        foreach (var door in new[] { "/api/v1/network/acts", "/api/v1/setup", "/api/v1/invitations/redeem", "/api/v1/transactions", "/api/v1/setup/names", "/api/v1/setup/passkey/options" })
        {
            foreach (var (act, accept) in acts.SelectMany(_ => new[] { "application/json", "text/html" }, (a, accept) => (a, accept)))
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"{door}?returnUrl=/{InBody}");
                request.Content = new StringContent($"{{\"envelopes\":[{act}],\"code\":\"{InCode}\",\"committee\":\"{InBody}\",\"officer\":\"{InBody}\"}}", new MediaTypeHeaderValue("application/json"));
                request.Headers.Add("X-CSRF-TOKEN", (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!);
                foreach (var (name, value) in new[]
                {
                    ("Accept", accept), ("User-Agent", InHeader), ("Referer", $"http://{InHeader}.invalid/"), ("X-Setup-Code", code ?? InCode),
                    ("Authorization", $"Bearer {bearer ?? InHeader}"),
                })
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }

                (await browser.Client.SendAsync(request, Cancelled)).Dispose();
            }
        }
    }

    private void AssertRefused()
    {
        var answers = _answers.Where(a => a.Asked.StartsWith("POST", StringComparison.Ordinal)).ToList();
        Assert.True(answers.Count >= 80, $"{answers.Count} answers");
        Assert.All(answers, a => Assert.True(a.Status is >= 400 and < 500, $"{a.Asked}: {a.Status}"));
    }

    private Needles Planted() => new Needles()
        .Add("in a body", InBody).Add("in a header of a request", InHeader).Add("a wrong set-up code", InCode)
        .Add("the thief's key id", _thief.Key.Id.ToString()).AddBytes("the thief's key", _thief.Key.Point)
        .Add("an organisation of nobody", _nobody.ToString()).AddBytes("a charter of nobody", _charter.ToArray());

    /// <summary>Whoever reads the console may set up; whoever reads the operator's file may operate: neither stands anywhere else.</summary>
    private Needles Secret(string token) => Planted().Add("the operator's token", token);

    private static async Task<string> TokenAsync(ServerProcess server) =>
        (await File.ReadAllTextAsync(Path.Combine(server.NetworkDirectory, OperatorToken.FileName), Cancelled)).Trim();

    /// <summary>The console's last line; it comes after the address, at which the server counts as started.</summary>
    private static async Task<string> CodeAsync(ServerProcess server)
    {
        for (var i = 0; i < 100 && !SetupLine().IsMatch(server.Output); i++)
        {
            await Task.Delay(100, Cancelled);
        }

        return SetupLine().Match(server.Output) is { Success: true } line ? line.Groups[1].Value : throw new TimeoutException($"No set-up code on the console:\n{server.Output}");
    }

    private async Task<Browser> OpenAsync(ServerProcess server, string who) =>
        Browse(server, who, NetworkId.Parse((await File.ReadAllTextAsync(Path.Combine(server.NetworkDirectory, "network.txt"), Cancelled)).Trim()));

    private Browser Browse(ServerProcess server, string who, NetworkId network) => new(server.Address, network, () => Now, inner => new AnswerRecorder(who, _answers, inner));

    [GeneratedRegex("setup code\\s+([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")]
    private static partial Regex SetupLine();
}
