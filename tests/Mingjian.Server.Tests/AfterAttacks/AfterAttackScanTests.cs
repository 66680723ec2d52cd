using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mingjian.Acts.Networks;
using Mingjian.Contracts;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Server.Tests.Crash;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>
/// All attacks on one real server process, with real ids of other people and organisations, a page open, several Accept headers and other acts under
/// way; then the audit, and one search of ledger, data directory, log output and answers for everything that was planted or must stay secret.
/// </summary>
public sealed partial class AfterAttackScanTests : IAsyncLifetime
{
    private static readonly string?[] Accepts = [null, "text/html", "application/json", "application/problem+json", "*/*", "image/png"];

    // One text for each way in, so that a find says where it came in.
    private const string InCommand = "cmd-7f3kq9x2vw";
    private const string InUnknownMember = "extra-p4m8zt6rla";
    private const string InAssertion = "assert-c2n5yd9hgk";
    private const string InUrl = "url-w6b3xs8jqe";
    private const string InHeader = "head-t9v4ku7mpz";
    private const string InBody = "body-r5g2fh8ncy";
    private const string InFileName = "file-x8d6lb3qtw";
    private const string InChinese = "无人写过的句子";

    // Of a network that nobody agreed on.
    private static readonly OrganizationId Nobody = LedgerId.New<OrganizationId>();
    private static readonly Hash32 Charter = Hash32.Of("a charter that nobody signed"u8);

    /// <summary>Of one member in a day: about 60 acts, so that the quota is met while nothing else needs it.</summary>
    private const int MemberBytes = 64 << 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-after-attacks-");
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Es256Signer _stranger = Es256Signer.Create();
    private readonly SoftPasskey _passkey = new();
    private ServerProcess _server = null!;
    private NetworkId _network;
    private DemoPlan _plan = null!;
    private readonly List<string> _failed = [];
    private int _turn;

    private static LedgerTime Now => LedgerTime.From(TimeProvider.System.GetUtcNow());

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(
            empty: false, Path.Combine(_folder.FullName, "data"),
            [
                ("Mingjian:Limits:SignInsPerMinute", "10000"), ("Mingjian:Limits:SignInsPerBrowser", "10000"),
                ("Mingjian:Limits:WrongSignInsPerMinute", "10000"), ("Mingjian:Limits:RequestsPerMinute", "100000"),
                ("Mingjian:Limits:MemberBytesPerDay", MemberBytes.ToString(CultureInfo.InvariantCulture)),
            ],
            TestContext.Current.CancellationToken);
        _network = NetworkId.Parse((await File.ReadAllTextAsync(Path.Combine(_server.NetworkDirectory, "network.txt"))).Trim());
        _plan = DemoPlan.LoadOrCreate(_server.NetworkDirectory);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _stranger.Dispose();
        _passkey.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task After_all_attacks_the_audit_is_clean_and_nothing_planted_or_secret_stands_anywhere()
    {
        using var member = await SignInAsync("member");
        using var officer = await SignInAsync("officer");
        using var secretary = await SignInAsync("secretary");
        using var anonymous = Open("anonymous");
        await using var page = await Circuit.OpenAsync(officer, "/staff/members");
        var live = InvitationCode.New();
        var own = member.Sign(new IssueInvitation(member.Member, live.Key, Now.AddMilliseconds(3_000_000)));
        var real = await RealPayloadsAsync();
        Assert.True(real.Select(p => p["command"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Count() >= 8, "The demo has too few kinds of acts.");
        var attacks = new Dictionary<Browser, IReadOnlyList<string>> { [member] = ActAttacks(member, real), [officer] = ActAttacks(officer, real) };

        // Each is told of acts that are about to come: one's own, what one will be refused, and what others will be refused.
        (string, string)[] planted = [("Last-Event-ID", InHeader), ("User-Agent", InHeader), ("Referer", $"http://{InHeader}.invalid/")];
        await using var first = await OpenStream.OpenAsync("member", member, OpenStream.IdsOf([own, .. attacks[member].Take(49)]), planted);
        await using var second = await OpenStream.OpenAsync("officer", officer, OpenStream.IdsOf([.. attacks[officer].Take(25), .. attacks[member].Take(25)]), planted);
        OpenStream[] streams = [first, second];
        using (var issued = await member.SubmitAsync(own))
        {
            Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
        }

        using var stop = new CancellationTokenSource();
        var others = OtherActsAsync(secretary, stop.Token);
        foreach (var attacker in new[] { member, officer })
        {
            await AttackByActsAsync(attacker, attacks[attacker]);
            await AttackByAssertionsAsync(attacker);
            await AttackByFoundingAsync(attacker);
        }

        await AttackByFoundingAsync(anonymous);
        var late = await AttackByQuotaAsync(member);
        await AttackByCodeAsync(anonymous, member, live);
        foreach (var (who, browser) in new[] { ("anonymous", anonymous), ("member", member), ("officer", officer) })
        {
            await AttackByRequestsAsync(who, browser, live);
        }

        await AttackByUploadAsync(officer);
        foreach (var request in RawRequests)
        {
            await AttackByBytesAsync(request);
        }

        await stop.CancelAsync();
        Assert.True(await others > 20, "Nobody else's acts were under way.");
        Assert.True(_answers.Count > 800 && _answers.Count(a => a.Status >= 400) > 500, $"{_answers.Count} answers");

        foreach (var stream in streams)
        {
            _answers.Enqueue(await stream.EndAsync());
            // Blocks of others went by, and word of acts came: it was read while something happened.
            Assert.True(stream.Received.Split("event: head").Length > 10 && stream.Received.Contains("\"status\":\"unknown\"", StringComparison.Ordinal), stream.Received);
        }

        Assert.Contains("\"status\":\"final\"", streams[0].Received, StringComparison.Ordinal);
        var received = page.Received;
        Assert.Equal(0, await _server.TerminateAsync(TestContext.Current.CancellationToken));
        var report = await LedgerAudits.RunAsync(_server.NetworkDirectory);
        Assert.Null(report.Fault);

        var left = new LeftBehind(Planted(live, late), Secret(Planted(live, late)));
        left.Add(_failed);
        await left.LookAtLedgerAsync(_server.NetworkDirectory, report.Entries);
        left.LookAtLog(_server.Output);
        left.LookAt("the open page's circuit", Encoding.Latin1.GetBytes(received));
        await left.LookAtFilesAsync(_server.DataDirectory);
        left.LookAtAnswers(_answers);
        left.AssertNothing();
    }

    private Needles Planted(InvitationCode live, IReadOnlyList<InvitationCode> late) => late.Aggregate(
        new Needles(),
        (needles, code) => needles.Add("a key that came over the quota", code.Key.ToString()).Add("a code that came over the quota", code.ToString()))
        .Add("in a command", InCommand).Add("in an unknown member", InUnknownMember).Add("in an assertion", InAssertion).Add("in the address", InUrl)
        .Add("in a header of a request", InHeader).Add("in a body", InBody).Add("in a file's name", InFileName).Add("Chinese", InChinese)
        .Add("a live invitation code", live.ToString()).AddBytes("a live invitation code", Base64Url.DecodeFromChars(live.ToString()))
        .Add("an unknown key's id", _stranger.Key.Id.ToString()).AddBytes("an unknown key", _stranger.Key.Point)
        .Add("an unknown passkey's id", _passkey.Key.Id.ToString()).AddBytes("an unknown passkey", _passkey.Key.Point)
        .Add("an organisation of nobody", Nobody.ToString()).AddBytes("a charter of nobody", Charter.ToArray());

    /// <summary>What no ledger, log and error answer may hold besides: who the people are.</summary>
    private Needles Secret(Needles needles)
    {
        foreach (var (person, index) in _plan.People.Select((p, i) => (p, i)))
        {
            needles.Add("an ID number", person.IdNumber(index));
            // The accounts' own names stand above their own pages, those that say "not found" included.
            if (index is not (DemoPlan.Member or DemoPlan.Officer or DemoPlan.Secretary))
            {
                needles.Add("a name", person.Name);
            }
        }

        return needles;
    }

    /// <summary>Payloads of the demo's own acts: real members, organisations and payments, mostly of others.</summary>
    private async Task<IReadOnlyList<JsonObject>> RealPayloadsAsync()
    {
        await using var source = new RocksDbLedgerSource(Path.Combine(_server.NetworkDirectory, "ledger"));
        await source.OpenAsync(default);
        var size = await LeftBehind.SizeAsync(source);
        var kinds = new Dictionary<string, List<JsonObject>>(StringComparer.Ordinal);
        await foreach (var entry in LeftBehind.EntriesAsync(source, size))
        {
            if (LogEntry.Decode(entry) is TransactionEntry { Envelope.Payload: var bytes } && JsonNode.Parse(bytes) is JsonObject payload)
            {
                var command = payload["command"]!.GetValue<string>();
                (kinds.TryGetValue(command, out var known) ? known : kinds[command] = []).Add(payload);
            }
        }

        // The kinds that the demo never does have their members' names at least.
        foreach (var type in AllContracts.Create().SelectMany(c => c.Commands).Where(t => !kinds.ContainsKey(t.Name)))
        {
            var body = new JsonObject();
            foreach (var property in type.Json.Properties)
            {
                body[property.Name] = InCommand;
            }

            kinds[type.Name] = [new JsonObject { ["command"] = type.Name, ["body"] = body }];
        }

        return [.. kinds.Values.SelectMany(p => p.Take(2))];
    }

    /// <summary>Free text in every string, in members that nobody knows, at every depth of envelope and payload, over known and unknown keys.</summary>
    private List<string> ActAttacks(Browser attacker, IReadOnlyList<JsonObject> real)
    {
        var envelopes = new List<string>();
        foreach (var payload in real)
        {
            var bodies = new List<JsonObject> { (JsonObject)payload["body"]!.DeepClone() };
            bodies.AddRange(Variants(bodies[0]));
            foreach (var body in bodies)
            {
                envelopes.Add(Envelop(attacker, payload["command"]!.GetValue<string>(), body, attacker.Key));
            }

            envelopes.Add(Envelop(attacker, payload["command"]!.GetValue<string>(), bodies[0], _stranger));
            envelopes.Add(Envelop(attacker, payload["command"]!.GetValue<string>(), bodies[0], _passkey.Key.Id, more: InUnknownMember));
            envelopes.Add(Envelop(attacker, InCommand, bodies[0], attacker.Key));
            envelopes.Add(Envelop(attacker, "members." + InCommand, bodies[0], _stranger));
            var whole = JsonNode.Parse(Envelop(attacker, payload["command"]!.GetValue<string>(), bodies[0], attacker.Key))!.AsObject();
            foreach (var change in new Action<JsonObject>[]
            {
                e => e["note"] = InUnknownMember, e => e["payloadType"] = InUnknownMember,
                e => e["signatures"]![0]!["note"] = InUnknownMember, e => e["signatures"]![0]!["scheme"] = InUnknownMember,
                e => e["signatures"]![0]!["keyid"] = _stranger.Key.Id.ToString(), e => e["signatures"]![0]!["keyid"] = InUnknownMember,
                e => e["payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(InUnknownMember)),
                e => e["signatures"]!.AsArray().Add(JsonNode.Parse($"{{\"keyid\":\"{_stranger.Key.Id}\",\"scheme\":\"es256\",\"sig\":\"{Convert.ToBase64String(new byte[64])}\"}}")),
            })
            {
                var copy = whole.DeepClone().AsObject();
                change(copy);
                envelopes.Add(Canonical(copy));
            }
        }

        return envelopes;
    }

    /// <summary>All at the door for acts, and some at doors where they do not belong.</summary>
    private static async Task AttackByActsAsync(Browser attacker, IReadOnlyList<string> envelopes)
    {
        foreach (var chunk in envelopes.Chunk(40))
        {
            (await attacker.SubmitAsync(chunk)).Dispose();
        }

        foreach (var (path, index) in new[] { "/api/v1/pending", "/api/v1/network/acts", "/api/v1/invitations/redeem", "/api/v1/setup" }.SelectMany(p => Enumerable.Range(0, 25).Select(i => (p, i))))
        {
            (await attacker.PostAsync(path, $"{{\"envelopes\":[{envelopes[index * envelopes.Count / 25]}]}}")).Dispose();
        }
    }

    private static IEnumerable<JsonObject> Variants(JsonObject body)
    {
        foreach (var name in body.Select(p => p.Key).ToList())
        {
            var changed = (JsonObject)body.DeepClone();
            changed[name] = InCommand;
            yield return changed;
        }

        var more = (JsonObject)body.DeepClone();
        more["note"] = InUnknownMember;
        yield return more;
        var chinese = (JsonObject)body.DeepClone();
        chinese["备注"] = InChinese;
        yield return chinese;
        foreach (var (name, list) in body.Where(p => p.Value is JsonArray { Count: > 0 } a && a[0] is JsonObject))
        {
            var inner = (JsonObject)body.DeepClone();
            inner[name]![0]!["note"] = InUnknownMember;
            yield return inner;
            var first = (JsonObject)body.DeepClone();
            first[name]![0]![((JsonObject)list![0]!).First().Key] = InCommand;
            yield return first;
        }
    }

    private string Envelop(Browser browser, string command, JsonObject body, ISigner signer) =>
        Browser.SignAll(Payload(command, body, signer.Key.Id, null), signer);

    // Under the attacker's good signature, with another signer's name.
    private string Envelop(Browser browser, string command, JsonObject body, KeyId named, string more) =>
        Browser.SignAll(Payload(command, body, named, more), browser.Key);

    private byte[] Payload(string command, JsonObject body, KeyId signer, string? more)
    {
        var payload = new JsonObject
        {
            ["command"] = command,
            ["body"] = body.DeepClone(),
            ["expires"] = Now.AddMilliseconds(3_600_000).Milliseconds,
            ["network"] = _network.ToString(),
            ["nonce"] = LedgerId.New<Nonce>().ToString(),
            ["signer"] = signer.ToString(),
        };
        if (more is not null)
        {
            payload["note"] = more;
        }

        return Encoding.UTF8.GetBytes(Canonical(payload));
    }

    /// <summary>Members in order, no space: what is refused is refused for what it says.</summary>
    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(',', o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"\"{p.Key}\":{Canonical(p.Value)}")) + "}",
        JsonArray a => "[" + string.Join(',', a.Select(Canonical)) + "]",
        null => "null",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => $"\"{v.GetValue<string>()}\"",
        var v => v.ToJsonString(),
    };

    private async Task AttackByAssertionsAsync(Browser attacker)
    {
        var origin = _server.Address.GetLeftPart(UriPartial.Authority);
        var command = new RevokeKey(attacker.Key.Key.Id, KeyRevocationReason.Lost);
        Func<Hash32, WebAuthnAssertion>[] made =
        [
            c => SoftPasskey.Honest(c, origin, more: $",\"note\":\"{InAssertion}\""),
            c => SoftPasskey.Honest(c, $"http://{InAssertion}.invalid"),
            c => SoftPasskey.Honest(c, origin) with { ClientDataJson = Encoding.UTF8.GetBytes(InAssertion) },
            c => SoftPasskey.Honest(c, origin) is var honest ? honest with { AuthenticatorData = [.. honest.AuthenticatorData, .. Encoding.UTF8.GetBytes(InAssertion)] } : null!,
            c => SoftPasskey.Honest(c, origin, flags: 0xC5) is var honest ? honest with { AuthenticatorData = [.. honest.AuthenticatorData, .. Encoding.UTF8.GetBytes(InAssertion)] } : null!,
            c => SoftPasskey.Honest(c, origin),
        ];
        foreach (var assertion in made)
        {
            (await attacker.SubmitAsync(_passkey.Sign(attacker, command, assertion))).Dispose();
            (await attacker.SubmitAsync(_passkey.Sign(attacker, new BindKey(attacker.Member, _passkey.Key), assertion))).Dispose();
            var challenge = await attacker.ChallengeAsync();
            var answer = assertion(Hash32.Of(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", challenge)));
            (await attacker.PostAsync("/api/v1/session/passkey", new
            {
                challenge = JsonDocument.Parse(challenge).RootElement.GetProperty("challenge").GetString(),
                credential = Base64Url.EncodeToString(_passkey.CredentialId),
                authenticatorData = Convert.ToBase64String(answer.AuthenticatorData),
                clientDataJson = Convert.ToBase64String(answer.ClientDataJson),
                signature = Convert.ToBase64String(_passkey.SignOver(answer)),
            })).Dispose();
        }
    }

    /// <summary>A network and a node set of one's own, on a ledger that has been founded and whose only node is alone.</summary>
    private async Task AttackByFoundingAsync(Browser attacker)
    {
        var node = NetworkFile.Parse(await attacker.Client.GetByteArrayAsync("/ledger/network?anchor=genesis")).Nodes!.Single();
        var seat = new Seat(node, Nobody, _stranger.Key);
        string[] acts =
        [
            attacker.Sign(new FoundNodes(Charter, [seat], AllContracts.Protocol), _stranger), attacker.Sign(new ChangeNodes(Charter, [seat]), _stranger),
            attacker.Sign(new RestartHeight(2, 1, [1], [new NodeStatement(1, Charter)]), _stranger),
            attacker.Sign(new FoundNetwork(Nobody, Charter, LedgerId.New<MemberId>(), _stranger.Key), _stranger),
        ];
        foreach (var path in new[] { "/api/v1/network/acts", "/api/v1/setup", "/api/v1/invitations/redeem", "/api/v1/transactions" })
        {
            foreach (var act in acts)
            {
                using var answer = await attacker.PostAsync(path, $"{{\"envelopes\":[{act}]}}", setupCode: InHeader);
                Assert.True((int)answer.StatusCode >= 400 || path == "/api/v1/transactions", $"{path}: {answer.StatusCode}");
            }
        }
    }

    /// <summary>More than a member may have ordered in a day, everything right otherwise.</summary>
    /// <returns>The codes of invitations that were refused.</returns>
    private static async Task<IReadOnlyList<InvitationCode>> AttackByQuotaAsync(Browser member)
    {
        var late = new List<InvitationCode>();
        for (var turn = 0; turn < 40; turn++)
        {
            var codes = Enumerable.Range(0, 5).Select(_ => InvitationCode.New()).ToArray();
            using var answer = await member.SubmitAsync([.. codes.Select(c => member.Sign(new IssueInvitation(member.Member, c.Key, Now.AddMilliseconds(600_000))))]);
            var results = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["results"]!.AsArray();
            late.AddRange(codes.Where((_, i) => (string?)results[i]!["code"] == "admission/17"));
            if (late.Count >= 20)
            {
                return late;
            }
        }

        Assert.Fail("A member met no quota.");
        return late;
    }

    /// <summary>A live code where it does not belong, and what it may not sign; it must not be used up, so that it stays live.</summary>
    private async Task AttackByCodeAsync(Browser anonymous, Browser member, InvitationCode live)
    {
        var bind = new BindKey(member.Member, _stranger.Key);
        string[] envelopes =
        [
            Browser.SignAll(anonymous.Payload(bind, signer: _stranger.Key.Id), _stranger), Browser.SignAll(member.Payload(bind, signer: live.Key.Id), live),
            Browser.SignAll(member.Payload(new RevokeKey(member.Key.Key.Id, KeyRevocationReason.Lost), signer: live.Key.Id), live),
            Browser.SignAll(member.Payload(new BindKey(_plan.People[DemoPlan.Auditor].Id, _stranger.Key), signer: _stranger.Key.Id), _stranger, live),
        ];
        foreach (var envelope in envelopes)
        {
            (await anonymous.RedeemAsync(envelope)).Dispose();
            (await member.SubmitAsync(envelope)).Dispose();
        }

        foreach (var path in new[] { "/api/v1/invitations/check", "/api/v1/invitations/redeem", "/api/v1/invitations/passkey/options", "/api/v1/passkeys", "/api/v1/transactions", "/api/v1/setup/names" })
        {
            (await anonymous.PostAsync(path, new { member = member.Member.ToString(), key = live.ToString(), code = live.ToString() })).Dispose();
            (await member.PostAsync(path, $"{{\"envelopes\":[{{\"code\":\"{live}\"}}],\"code\":\"{live}\"}}", setupCode: live.ToString())).Dispose();
        }
    }

    private async Task AttackByRequestsAsync(string who, Browser browser, InvitationCode live)
    {
        var query = $"?q={InUrl}&returnUrl=/{InUrl}&anchor={InUrl}&name={InUrl}&act={InUrl}&id={InUrl}&year={InUrl}&old={InUrl}&{InUrl}=1&code={live}&x={Uri.EscapeDataString(InChinese)}";
        var table = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "endpoints.txt"));
        var endpoints = table.Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(" | ")[0].Trim().Split(' ', 2)).Select(e => (e[0], e[1]))
            .Concat([("GET", "/{x}"), ("GET", "/api/v1/{x}"), ("GET", "/ledger/{x}"), ("POST", "/{x}"), ("PATCH", "/api/v1/{x}")])
            .Where(e => e.Item2 is not "/session/sign-out");
        foreach (var (method, pattern) in endpoints)
        {
            foreach (var filling in new[] { InUrl, "1" })
            {
                var path = Parameter().Replace(pattern, filling);
                var accept = Accepts[_turn++ % Accepts.Length];
                using var request = new HttpRequestMessage(new HttpMethod(method), path + query);
                foreach (var (name, value) in new (string, string?)[]
                {
                    ("Accept", accept), ("User-Agent", InHeader), ("Referer", $"http://{InHeader}.invalid/"), ("Cookie", $"{InHeader}={InHeader}; mj-device={InHeader}"),
                    ("X-Forwarded-For", InHeader), ("X-Setup-Code", InHeader), ("X-Passkey", InHeader), ("X-Request-Id", InHeader), ("Origin", $"http://{InHeader}.invalid"),
                    ("traceparent", InHeader), ("tracestate", InHeader), ("baggage", $"x={InHeader}"), ("Accept-Language", InHeader), ("If-None-Match", $"\"{InHeader}\""),
                    ("Mingjian-Receipt", InHeader), ("Last-Event-ID", InHeader), (InHeader, InHeader), ("Authorization", _turn % 3 == 0 ? $"Bearer {InHeader}" : _turn % 3 == 1 ? $"Mingjian-Node {InHeader}" : null),
                })
                {
                    if (value is not null)
                    {
                        request.Headers.TryAddWithoutValidation(name, value);
                    }
                }

                if (method != "GET")
                {
                    var token = (await browser.SessionAsync()).GetProperty("csrfToken").GetString()!;
                    request.Headers.Add("X-CSRF-TOKEN", _turn % 4 == 0 ? InHeader : token);
                    request.Content = new StringContent(_turn % 5 == 0
                        ? $"{InBody}{{"
                        : $"{{\"member\":\"{InBody}\",\"key\":\"{InBody}\",\"challenge\":\"{InBody}\",\"signature\":\"{InBody}\",\"state\":\"{InBody}\",\"credential\":\"{InBody}\",\"code\":\"{live}\","
                            + $"\"account\":\"{InBody}\",\"committee\":\"{InBody}\",\"officer\":\"{InBody}\",\"envelopes\":[\"{InBody}\"],\"{InBody}\":\"{InChinese}\",\"returnUrl\":\"/{InBody}\"}}");
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(_turn % 7 == 0 ? $"text/{InHeader}" : "application/json");
                }

                using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                try
                {
                    using var response = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
                    if ((int)response.StatusCode is >= 500 and not 503)
                    {
                        _failed.Add($"{method} {path} as {who}: {(int)response.StatusCode}");
                    }
                }
                catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
                {
                    // Refused before the body was read; the connection is closed.
                }
            }
        }
    }

    /// <summary>A workbook that is none, and a good one, under a name with free text in it.</summary>
    private static async Task AttackByUploadAsync(Browser officer)
    {
        foreach (var body in new[] { Encoding.UTF8.GetBytes(InBody), await File.ReadAllBytesAsync(Repository.File("samples", "roster-300.xlsx")) })
        {
            foreach (var name in new[] { InFileName + ".xlsx", $"../../{InFileName}", InFileName + InChinese })
            {
                using var content = new ByteArrayContent(body);
                (await officer.PostAsync($"/api/v1/roster/imports?name={Uri.EscapeDataString(name)}", content)).Dispose();
            }
        }
    }

    /// <summary>What no client's library would send: the server's lowest layers refuse it.</summary>
    private static readonly string[] RawRequests =
    [
        $"GET /{InUrl} HTTP/1.1\r\nHost: {InHeader}.invalid\r\n", $"GET /{InUrl} HTTP/9.9\r\nHost: localhost\r\n", $"{InHeader.Replace("-", string.Empty, StringComparison.Ordinal)} {InUrl}\r\n",
        $"GET /%ff{InUrl}%00 HTTP/1.1\r\nHost: localhost\r\n", $"GET /api/v1/{InUrl} HTTP/1.1\r\nHost: localhost\r\n{InHeader}\r\n", $"GET / HTTP/1.1\r\nHost: localhost\r\nX-{InHeader} : \u0001{InHeader}\r\n",
        $"GET /{InUrl} HTTP/1.1\r\nHost: localhost\r\nX: {string.Concat(Enumerable.Repeat(InHeader, 4000))}\r\n", $"GET /{string.Concat(Enumerable.Repeat(InUrl, 1000))} HTTP/1.1\r\nHost: localhost\r\n",
        $"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: {InHeader}\r\n", $"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {InHeader}\r\n",
        $"GET /ledger/tile/entries/{InUrl} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mj-access-{InHeader}\r\n", $"GET http://{InUrl}.invalid/ HTTP/1.1\r\nHost: localhost\r\n",
    ];

    private async Task AttackByBytesAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
        await using var stream = socket.GetStream();
        using var answer = new MemoryStream();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request + "Connection: close\r\n\r\n"), timeout.Token);
            await stream.CopyToAsync(answer, timeout.Token);
        }
        catch (IOException)
        {
            // Refused while it was still being sent.
        }

        var text = Encoding.Latin1.GetString(answer.ToArray());
        var status = text.Length > 12 && int.TryParse(text.AsSpan(9, 3), CultureInfo.InvariantCulture, out var number) ? number : 400;
        var type = text.Contains("text/html", StringComparison.Ordinal) ? "text/html" : null;
        _answers.Enqueue(new Answer($"raw {request.Split(' ')[0]}", "raw", status, type, text.Split("\r\n\r\n")[0], answer.ToArray()));
    }

    private static Task<int> OtherActsAsync(Browser secretary, CancellationToken stop) => Task.Run(async () =>
    {
        var done = 0;
        while (!stop.IsCancellationRequested)
        {
            var acts = Enumerable.Range(0, 5).Select(_ => secretary.Sign(new IssueInvitation(secretary.Member, InvitationCode.New().Key, Now.AddMilliseconds(60_000)))).ToArray();
            using var response = await secretary.SubmitAsync(acts);
            done += response.StatusCode == HttpStatusCode.OK ? acts.Length : 0;
            await Task.Delay(50, CancellationToken.None);
        }

        return done;
    });

    private Browser Open(string who) => new(_server.Address, _network, () => Now, inner => new AnswerRecorder(who, _answers, inner));

    private async Task<Browser> SignInAsync(string account)
    {
        var browser = Open(account);
        await browser.SignInAsDemoAsync(account);
        return browser;
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
