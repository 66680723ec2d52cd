using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Log;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Mingjian.Server.Access;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Nodes;

namespace Mingjian.Server.Tests;

/// <summary>Entry bundles over HTTP: who gets them, under which credential and until when. Ways in that should not be one: <see cref="EntryDoorTests"/>.</summary>
public sealed class EntryAccessTests : IAsyncLifetime
{
    private const string Bundle = "/ledger/tile/entries/000.p/20";
    private static readonly TilePath Path20 = new(TilePath.EntryLevel, 0, 20);

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-entries-").FullName;
    private RunningServer _server = null!;

    private string Data => Path.Combine(_directory, "demo");

    private NodeKeys Keys => _server.Services.GetRequiredService<NodeIdentity>().Keys;

    public async ValueTask InitializeAsync() => _server = await RunningServer.OpenAsync(demo: true, _directory);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_node_of_the_network_reads_under_its_signature_and_nobody_else_does()
    {
        var stranger = NodeKeys.LoadOrCreate(Path.Combine(_directory, "stranger"), _server.Ledger.Network);
        var now = LedgerTime.From(_server.Clock.GetUtcNow());
        var good = new LedgerRequest(_server.Ledger.Network, 1, 1, Path20.ToString(), now);
        Func<ReadOnlyMemory<byte>, byte[]> own = b => Keys.SignBatch(b.Span);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(good.Sign(own)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync((good with { Time = now.AddMilliseconds(-120_000) }).Sign(own)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync((good with { Time = now.AddMilliseconds(120_000) }).Sign(own)));

        foreach (var (what, header) in new (string, AuthenticationHeaderValue)[]
        {
            ("a stranger's key", good.Sign(b => stranger.SignBatch(b.Span))),
            ("another node's number", (good with { Node = 2 }).Sign(own)),
            ("no node's number", (good with { Node = 0 }).Sign(own)),
            ("addressed to another node", (good with { To = 2 }).Sign(own)),
            ("addressed to nobody", (good with { To = 0 }).Sign(own)),
            ("another ledger", (good with { Network = NetworkId.Parse("other.invalid/1") }).Sign(own)),
            ("another bundle", (good with { Path = "tile/entries/000.p/19" }).Sign(own)),
            ("the bundle by its address", (good with { Path = Bundle }).Sign(own)),
            ("too old", (good with { Time = now.AddMilliseconds(-120_001) }).Sign(own)),
            ("from the future", (good with { Time = now.AddMilliseconds(120_001) }).Sign(own)),
            ("the end of time", (good with { Time = new LedgerTime(253402300799999) }).Sign(own)),
            ("signed without its type", good.Sign(b => Keys.SignBatch(b.Span[^50..]))),
            ("half a signature", new(LedgerRequest.Scheme, good.Sign(own).Parameter![..^20])),
            ("two statements", new(LedgerRequest.Scheme, good.Sign(own).Parameter + "." + good.Sign(own).Parameter)),
            ("as a bearer's", new("Bearer", good.Sign(own).Parameter)),
        })
        {
            Assert.True(await AskAsync(header) == HttpStatusCode.Unauthorized, what);
        }

        // A statement that was overheard opens its own bundle, for two minutes, and nothing else.
        var overheard = good.Sign(own);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(overheard, "/ledger/tile/entries/000.p/21"));
        _server.Clock.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(overheard));

        // Two headers are no credential, whichever comes first.
        using var browser = _server.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, Bundle);
        request.Headers.TryAddWithoutValidation("Authorization", [$"{(good with { Time = LedgerTime.From(_server.Clock.GetUtcNow()) }).Sign(own)}", "Bearer x"]);
        using var twice = await browser.Client.SendAsync(request);
        Assert.NotEqual(HttpStatusCode.OK, twice.StatusCode);
    }

    [Fact]
    public async Task A_node_catches_up_from_a_peer_over_its_signed_requests_and_without_them_it_is_told_so()
    {
        var identity = _server.Services.GetRequiredService<NodeIdentity>();
        var shared = identity with { Shared = new NodeOptions { Number = 1, Peers = new Dictionary<int, Uri> { [1] = _server.Address } } };
        using var ordering = new NodeOrdering(shared, new OrderHealth(), _server.Clock, NullLogger<EtcdOrdering>.Instance);
        await using var peer = ordering.Peers()[0];
        var report = await AuditAsync(peer);
        Assert.Null(report.Fault);
        Assert.Equal(_server.Ledger.Head.Size, report.Entries);

        using var http = new HttpClient { BaseAddress = new Uri(_server.Address, "ledger/") };
        // What it shows a node that it takes for another one is good nowhere but there.
        using var misled = new NodeOrdering(
            identity with { Shared = new NodeOptions { Number = 1, Peers = new Dictionary<int, Uri> { [2] = _server.Address } } }, new OrderHealth(), _server.Clock,
            NullLogger<EtcdOrdering>.Instance);
        await using var wrong = misled.Peers()[0];
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HttpRequestException>(() => AuditAsync(wrong))).StatusCode);
        await using var bare = new HttpLedgerSource(http);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HttpRequestException>(() => AuditAsync(bare))).StatusCode);
        Assert.Contains(Uses(), u => u.Reader == "node 1");
    }

    [Fact]
    public async Task An_auditor_with_a_token_replays_the_whole_ledger_and_is_refused_from_the_moment_it_is_taken_back_or_over()
    {
        var token = AccessGrantFile.Grant(Data, "监督组", AccessPurpose.Audit, _server.Clock.GetUtcNow(), TimeSpan.FromDays(2));
        using var http = new HttpClient { BaseAddress = new Uri(_server.Address, "ledger/") };
        await using var source = new HttpLedgerSource(http, _ => new("Bearer", token));
        var report = await AuditAsync(source);
        Assert.Null(report.Fault);
        Assert.Equal((_server.Ledger.Head.Size, _server.Ledger.Head.Root), (report.Entries, report.Root));

        // The token is kept nowhere, and its file is its owner's alone.
        var file = Path.Combine(Data, AccessGrantFile.FileName);
        Assert.DoesNotContain(token[AccessGrantFile.TokenPrefix.Length..], await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        AssertPrivate(file);

        // It opens bundles and nothing else.
        using var browser = _server.Open();
        browser.Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/api/v1/operator/backups", "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Client.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Client.GetAsync($"/api/v1/transactions/{new string('0', 64)}")).StatusCode);

        var bearer = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(bearer));
        Assert.True(AccessGrantFile.Revoke(Data, "监督组", _server.Clock.GetUtcNow()));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(bearer));
        Assert.False(AccessGrantFile.Revoke(Data, "监督组", _server.Clock.GetUtcNow()));

        var shortLived = new AuthenticationHeaderValue(
            "Bearer", AccessGrantFile.Grant(Data, "见证", AccessPurpose.Witness, _server.Clock.GetUtcNow(), TimeSpan.FromDays(1)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(shortLived));
        _server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(shortLived));

        // A file that cannot be read lets nobody in.
        var another = new AuthenticationHeaderValue(
            "Bearer", AccessGrantFile.Grant(Data, "监督组", AccessPurpose.Audit, _server.Clock.GetUtcNow(), TimeSpan.FromDays(1)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(another));
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file))[..^3]);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(another));
    }

    [Fact]
    public async Task Every_use_is_recorded_once_when_it_begins_and_once_with_all_its_ranges()
    {
        var bearer = new AuthenticationHeaderValue(
            "Bearer", AccessGrantFile.Grant(Data, "监督组", AccessPurpose.Audit, _server.Clock.GetUtcNow(), TimeSpan.FromDays(1)));
        foreach (var width in new[] { 5, 20, 7 })
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(bearer, string.Create(CultureInfo.InvariantCulture, $"/ledger/tile/entries/000.p/{width}")));
            _server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(("audit 监督组", 1, "0-4"), Assert.Single(Uses().Select(u => (u.Reader, u.Requests, u.Entries))));
        _server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(bearer));
        Assert.Contains(Uses(), u => u is { Requests: 3, Entries: "0-19" } && u.To - u.From == TimeSpan.FromMinutes(2));
        Assert.InRange(Uses().Count, 3, 3);
        AssertPrivate(Path.Combine(Data, AccessLog.FileName));
    }

    private static void AssertPrivate(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private IReadOnlyList<AccessUse> Uses() => AccessUse.Read(Data, 100);

    private async Task<HttpStatusCode> AskAsync(AuthenticationHeaderValue header, string path = Bundle)
    {
        using var browser = _server.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = header } };
        using var response = await browser.Client.SendAsync(request);
        Assert.True(response.Headers.CacheControl is { NoStore: true, Public: false });
        return response.StatusCode;
    }

    private async Task<AuditReport> AuditAsync(ILedgerSource source) => await new LedgerAudit(
        Keys.Alone, new ContractSet(AllContracts.Create()), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier())).RunAsync(source, null, CancellationToken.None);
}
