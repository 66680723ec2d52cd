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
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
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
        using (var issued = await member.SubmitAsync(member.Sign(new IssueInvitation(member.Member, live.Key, Now.AddMilliseconds(3_000_000)))))
        {
            Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
        }

        var needles = Planted(live);
        var real = await RealPayloadsAsync();
        Assert.True(real.Select(p => p["command"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Count() >= 8, "The demo has too few kinds of acts.");

        using var stop = new CancellationTokenSource();
        var others = OtherActsAsync(secretary, stop.Token);
        foreach (var attacker in new[] { member, officer })
        {
            await AttackByActsAsync(attacker, real);
            await AttackByAssertionsAsync(attacker);
        }

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

        var received = page.Received;
        Assert.Equal(0, await _server.TerminateAsync(TestContext.Current.CancellationToken));
        var report = await LedgerAudits.RunAsync(_server.NetworkDirectory);
        Assert.Null(report.Fault);

        var faults = new List<string>(_failed);
        void Look(string where, byte[] bytes, Needles wanted) => faults.AddRange(wanted.In(bytes).Select(kind => $"{where}: {kind}"));
        var secret = Secret(needles: Planted(live));
        await foreach (var (where, bytes) in LedgerAsync(report.Entries))
        {
            Look(where, bytes, secret);
        }

        Look("log output", Encoding.UTF8.GetBytes(_server.Output), secret);
        Look("the open page's circuit", Encoding.Latin1.GetBytes(received), needles);
        foreach (var file in Directory.EnumerateFiles(_server.DataDirectory, "*", SearchOption.AllDirectories))
        {
            Look(Path.GetRelativePath(_server.DataDirectory, file), await File.ReadAllBytesAsync(file), needles);
        }

        foreach (var answer in _answers)
        {
            var wanted = answer.Status >= 400 ? secret : needles;
            foreach (var kind in wanted.In(answer.Head).Select(k => $"{k} in a header").Concat(wanted.In(answer.Body)).Where(k => !IsOwnInput(answer, k)))
            {
                faults.Add($"{answer.Asked} {answer.Status} {answer.Type}: {kind}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.GroupBy(f => f, StringComparer.Ordinal).Select(g => $"{g.Count()} x {g.Key}").Take(100)));
    }

    /// <summary>What the tests write into addresses, among other places.</summary>
    private static readonly string[] Addressed = ["in the address", "Chinese", "a live invitation code"];

    /// <summary>Where people get back what they have just sent themselves, and why; nothing else is forgiven.</summary>
    private static bool IsOwnInput(Answer answer, string kind) =>
        // Whoever is not signed in is brought to the page that was asked for once signed in: the address goes back to the browser it came from.
        (answer.Status is 302 or 401 && answer.Head.Contains("/sign-in?returnUrl=", StringComparison.Ordinal) && Addressed.Any(a => kind == $"{a} in a header"))
        // A page leads back to its own address when the letters are made larger, and the search field keeps what was typed; error pages do not.
        || (answer is { Status: 200, Type: "text/html" } && Addressed.Contains(kind));

    private Needles Planted(InvitationCode live) => new Needles()
        .Add("in a command", InCommand).Add("in an unknown member", InUnknownMember).Add("in an assertion", InAssertion).Add("in the address", InUrl)
        .Add("in a header of a request", InHeader).Add("in a body", InBody).Add("in a file's name", InFileName).Add("Chinese", InChinese)
        .Add("a live invitation code", live.ToString()).AddBytes("a live invitation code", Base64Url.DecodeFromChars(live.ToString()))
        .Add("an unknown key's id", _stranger.Key.Id.ToString()).AddBytes("an unknown key", _stranger.Key.Point)
        .Add("an unknown passkey's id", _passkey.Key.Id.ToString()).AddBytes("an unknown passkey", _passkey.Key.Point);

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
        var size = await SizeAsync(source);
        var kinds = new Dictionary<string, List<JsonObject>>(StringComparer.Ordinal);
        await foreach (var entry in EntriesAsync(source, size))
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
    private async Task AttackByActsAsync(Browser attacker, IReadOnlyList<JsonObject> real)
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

    /// <summary>Checkpoint, every entry, every bundle and every hash tile.</summary>
    private async IAsyncEnumerable<(string Where, byte[] Bytes)> LedgerAsync(long size)
    {
        await using var source = new RocksDbLedgerSource(Path.Combine(_server.NetworkDirectory, "ledger"));
        await source.OpenAsync(default);
        yield return ("checkpoint", Encoding.UTF8.GetBytes((await source.ReadCheckpointAsync(default))!));
        var index = 0L;
        await foreach (var entry in EntriesAsync(source, size))
        {
            yield return ($"entry {index++}", entry);
        }

        var tiles = 0;
        for (var (level, hashes) = (0, size); hashes > 0; (level, hashes) = (level + 1, hashes / Tile.FullWidth))
        {
            for (var number = 0L; number * Tile.FullWidth < hashes; number++)
            {
                var path = new TilePath(level, number, (int)Math.Min(Tile.FullWidth, hashes - (number * Tile.FullWidth)));
                yield return (path.ToString(), await source.ReadTileAsync(path, default) ?? throw new InvalidOperationException($"No {path}."));
                tiles++;
            }
        }

        Assert.True(index == size && tiles > 0, $"{index} of {size} entries, {tiles} tiles");
    }

    private static async IAsyncEnumerable<byte[]> EntriesAsync(RocksDbLedgerSource source, long size)
    {
        for (var first = 0L; first < size; first += Tile.FullWidth)
        {
            var path = new TilePath(TilePath.EntryLevel, first / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, size - first));
            foreach (var entry in await source.ReadEntriesAsync(path, default) ?? throw new InvalidOperationException($"No {path}."))
            {
                yield return entry;
            }
        }
    }

    private static async Task<long> SizeAsync(RocksDbLedgerSource source) =>
        long.Parse((await source.ReadCheckpointAsync(default))!.Split('\n')[1], CultureInfo.InvariantCulture);

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
