using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Acts.Networks;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Access;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Tests;

/// <summary>C2SP tlog-tiles as an outsider sees it: no session, and a token for the entries alone.</summary>
[Collection(nameof(DemoServer))]
public sealed class LedgerOverHttpTests(DemoServer demo)
{
    [Fact]
    public async Task The_checkpoint_is_the_head_s_signed_note()
    {
        using var outsider = demo.Server.Open();
        var response = await outsider.Client.GetAsync("/ledger/checkpoint");
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoCache);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal(demo.Server.Ledger.Network.ToString(), lines[0]);
        Assert.True(long.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal(2, lines.Count(l => l.StartsWith("— ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_entry_bundle_holds_the_entries_and_the_hash_tile_their_leaf_hashes()
    {
        using var outsider = demo.Server.Open();
        using var auditor = OpenAuditor();
        var bundle = await auditor.Client.GetAsync("/ledger/tile/entries/000.p/20");
        Assert.Equal("application/octet-stream", bundle.Content.Headers.ContentType?.MediaType);
        Assert.True(bundle.Headers.CacheControl is { Private: true, NoStore: true });
        var entries = Split(await bundle.Content.ReadAsByteArrayAsync());
        Assert.Equal(20, entries.Count);
        var hashes = await outsider.Client.GetByteArrayAsync("/ledger/tile/0/000.p/20");
        Assert.Equal(20 * 32, hashes.Length);
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.Equal(entries[i], demo.Server.Ledger.ReadEntry(i));
            byte[] leaf = [0, .. entries[i]];
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(leaf), hashes[(i * 32)..((i + 1) * 32)]);
        }
    }

    [Theory]
    [InlineData("/ledger/tile/0/x001/000")]
    [InlineData("/ledger/tile/0/x001/001.p/1")]
    [InlineData("/ledger/tile/0/000.p/0")]
    [InlineData("/ledger/tile/0/000.p/256")]
    [InlineData("/ledger/tile/0/000.p/020")]
    [InlineData("/ledger/tile/0/0")]
    [InlineData("/ledger/tile/0/x000/000")]
    [InlineData("/ledger/tile/0/000.p/")]
    [InlineData("/ledger/tile/1/001.p/1")]
    [InlineData("/ledger/tile/64/000")]
    [InlineData("/ledger/tile/00/000.p/1")]
    [InlineData("/ledger/tile/entries/x999/x999/x999/x999/x999/999")]
    [InlineData("/ledger/tile/0/x036/x028/x797/x018/963")]
    [InlineData("/ledger/tile/-1/000.p/1")]
    [InlineData("/ledger/tile/entries/x001/000.p/255")]
    [InlineData("/ledger/tile/")]
    [InlineData("/ledger/none")]
    public async Task A_tile_that_does_not_exist_is_not_found(string path)
    {
        using var auditor = OpenAuditor();
        Assert.Equal(HttpStatusCode.NotFound, (await auditor.Client.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task The_network_file_is_a_valid_trust_anchor_of_this_ledger()
    {
        using var outsider = demo.Server.Open();
        var file = NetworkFile.Parse(await outsider.Client.GetByteArrayAsync("/ledger/network"));
        Assert.Equal(demo.Server.Ledger.Network, file.Network);
        Assert.Contains(file.Organizations, o => o.Name == "机关第一党支部");
        Assert.Single(file.Nodes!);
        Assert.Null(file.Seats);
        Assert.Equal(TrustAnchor.Genesis, file.Anchor);
    }

    [Fact]
    public async Task A_network_file_can_begin_from_the_newest_block_and_a_ledger_of_one_node_has_an_empty_node_history()
    {
        using var outsider = demo.Server.Open();
        var newest = TrustedNetwork.Parse(await outsider.Client.GetByteArrayAsync("/ledger/network?anchor=newest"));
        Assert.Equal(demo.Server.Ledger.ReadBlock(newest.File.Anchor.Height)!.Root, newest.File.Anchor.Root);
        Assert.Equal(HttpStatusCode.BadRequest, (await outsider.Client.GetAsync("/ledger/network?anchor=else")).StatusCode);

        var report = newest.Follow(await outsider.Client.GetByteArrayAsync("/ledger/nodes"), out _);
        Assert.True(report.Ok, report.Explanation);
        Assert.Empty(report.Changes);
    }

    [Fact]
    public async Task The_event_stream_tells_the_head_and_then_each_new_block()
    {
        var officer = demo.People["officer"];
        using var stream = await officer.Client.GetStreamAsync("/api/v1/ledger/events");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal("event: head", await NextAsync(reader, "event:"));
        var before = await NextAsync(reader, "id:");
        await officer.SubmitAsync(officer.Sign(new IssueInvitation(
            demo.People["member"].Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000))));
        Assert.NotEqual(before, await NextAsync(reader, "id:"));
    }

    [Fact]
    public async Task The_event_stream_tells_how_far_the_acts_asked_for_have_come()
    {
        var officer = demo.People["officer"];
        var done = officer.Sign(new IssueInvitation(demo.People["member"].Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000)));
        var ids = new[] { IdOf(done), Hash32.Of([7, 8, 11]).ToHex() };
        using var stream = await officer.Client.GetStreamAsync($"/api/v1/ledger/events?act={ids[0]}&act={ids[1]}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal((ids[0], "unknown"), await NextActAsync(reader));
        Assert.Equal((ids[1], "unknown"), await NextActAsync(reader));
        await officer.SubmitAsync(done);
        Assert.Equal((ids[0], "final"), await NextActAsync(reader));

        foreach (var wrong in new[] { "x", ids[0].ToUpperInvariant(), string.Join("&act=", Enumerable.Repeat(ids[0], 51)) })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await officer.Client.GetAsync("/api/v1/ledger/events?act=" + wrong)).StatusCode);
        }
    }

    [Fact]
    public async Task Streams_are_bounded_for_each_person_beat_and_end_with_the_session()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:StreamsPerPerson", "2"));
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        using var first = new StreamReader(await officer.Client.GetStreamAsync("/api/v1/ledger/events"), Encoding.UTF8);
        Assert.Equal("event: head", await NextAsync(first, "event:"));
        using (var second = await officer.Client.GetAsync("/api/v1/ledger/events", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            using var full = await officer.Client.GetAsync("/api/v1/ledger/events", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
            Assert.Equal("ledger/streams-full", await full.CodeAsync());
            using var others = await member.Client.GetAsync("/api/v1/ledger/events", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, others.StatusCode);
        }

        // Both waits below are for a timer of the server's that may not have been set yet: time goes on until it has fired.
        Assert.Equal("event: beat", await AdvanceUntilAsync(server, FirstAsync(first)));
        await officer.PostAsync("/session/sign-out", "{}");
        Assert.Null(await AdvanceUntilAsync(server, LastAsync(first)));

        static async Task<string?> FirstAsync(StreamReader reader) => await NextAsync(reader, "event:");

        static async Task<string?> LastAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is not null)
            {
            }

            return null;
        }
    }

    private Browser OpenAuditor()
    {
        var auditor = demo.Server.Open();
        var directory = demo.Server.Services.GetRequiredService<ServerOptions>().NetworkDirectory;
        auditor.Client.DefaultRequestHeaders.Authorization = new(
            "Bearer", AccessGrantFile.Grant(directory, $"test {Guid.NewGuid()}", AccessPurpose.Audit, demo.Server.Clock.GetUtcNow(), TimeSpan.FromDays(1)));
        return auditor;
    }

    private static string IdOf(string envelope)
    {
        Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(Encoding.UTF8.GetBytes(envelope), out var decoded));
        return Hash32.Of(decoded!.ToPae()).ToHex();
    }

    private static async Task<string?> AdvanceUntilAsync(RunningServer server, Task<string?> read)
    {
        while (await Task.WhenAny(read, Task.Delay(20)) != read)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        return await read;
    }

    private static async Task<(string Id, string Status)> NextActAsync(StreamReader reader)
    {
        while (await NextAsync(reader, "event:") != "event: act")
        {
        }

        using var data = JsonDocument.Parse((await NextAsync(reader, "data:"))["data:".Length..]);
        return (data.RootElement.GetProperty("transactionId").GetString()!, data.RootElement.GetProperty("status").GetString()!);
    }

    private static async Task<string> NextAsync(StreamReader reader, string prefix)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException();
    }

    private static List<byte[]> Split(byte[] bundle)
    {
        var entries = new List<byte[]>();
        for (var at = 0; at < bundle.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            entries.Add(bundle[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }

        return entries;
    }
}
