using System.Globalization;
using System.Net;
using System.Text;
using Mingjian.Cli.Witnessing;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Primitives;

namespace Mingjian.Cli.Tests;

/// <summary>What a witness cosigns and what it refuses (C2SP tlog-witness).</summary>
public sealed class WitnessTests : IDisposable
{
    private const string Origin = "log.mingjian.invalid/1";

    private static readonly NoteSigner Log = Signer(Origin, NoteKeyType.Ed25519, 1);
    private static readonly NoteSigner Self = Signer("witness.invalid/1", NoteKeyType.Cosignature, 2);
    private static readonly Clock Now = new();

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-witness-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_checkpoint_that_continues_the_newest_one_is_cosigned_and_remembered()
    {
        using var witness = Open();
        var log = new Leaves(40);
        foreach (var (old, size) in new[] { (0, 3), (3, 3), (3, 4), (4, 32), (32, 40) })
        {
            var reply = await witness.AddAsync(log.Ask(old, size), default);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            var signature = WitnessAnswer.Find(reply.Body, log.Note(size), Self.Key);
            Assert.NotNull(signature);
            Assert.True(Self.Key.Verify(signature, log.Note(size).TextBytes, out var time));
            Assert.Equal(Now.GetUtcNow().ToUnixTimeSeconds(), time);
            Assert.Equal(reply.Body, signature + "\n");
        }

        var note = witness.Find(Witness.HashOf(Origin))!;
        Assert.Equal(new SignedNote(log.Note(40).Text, [.. log.Note(40).Signatures, Self.Sign(log.Note(40).Text, Now.GetUtcNow().ToUnixTimeSeconds())]).ToString(), note);
        Assert.Null(witness.Find(Witness.HashOf("other")));
        Assert.False(Directory.Exists(Path.Combine(_directory, "evidence")));
    }

    [Fact]
    public async Task A_log_that_goes_back_is_told_where_it_was()
    {
        using var witness = Open();
        var log = new Leaves(40);
        await witness.AddAsync(log.Ask(0, 20), default);
        foreach (var (old, size) in new[] { (0, 10), (10, 15), (0, 20), (19, 20), (0, 30), (21, 30) })
        {
            Assert.Equal(new WitnessReply(HttpStatusCode.Conflict, "20\n", "text/x.tlog.size"), await witness.AddAsync(log.Ask(old, size), default));
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await witness.AddAsync(log.Ask(20, 10), default)).Status);
        Assert.Equal(20, (await SizeAsync(witness)));
    }

    [Fact]
    public async Task A_fork_is_refused_and_both_sides_of_it_are_kept()
    {
        using var witness = Open();
        var log = new Leaves(40);
        var other = new Leaves(40, changed: 15);
        await witness.AddAsync(log.Ask(0, 20), default);

        // The same size with another root; a longer one; and one that names an old size on which they agree.
        var same = other.Ask(20, 20);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await witness.AddAsync(same, default)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await witness.AddAsync(other.Ask(20, 30), default)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await witness.AddAsync(other.Ask(10, 20), default)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await witness.AddAsync(other.Ask(20, 30), default)).Status);

        var files = Directory.GetFiles(Path.Combine(_directory, "evidence")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["fork", "unproven"], files.Select(f => Path.GetFileName(f).Split('-')[0]));
        var kept = files.Select(File.ReadAllText).ToList();
        Assert.All(kept, k => Assert.Contains(log.Note(20).ToString(), k, StringComparison.Ordinal));
        Assert.EndsWith(Encoding.UTF8.GetString(same), kept[0], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await witness.AddAsync(log.Ask(20, 30), default)).Status);
    }

    [Fact]
    public async Task Wrong_proofs_and_wrong_signatures_get_nothing()
    {
        using var witness = Open();
        var log = new Leaves(40);
        await witness.AddAsync(log.Ask(0, 20), default);
        var good = WitnessRequest.TryParse(log.Ask(20, 33))!;
        Hash32 wrong = Hash32.Of([1]);
        (HttpStatusCode Status, WitnessRequest Request)[] rows =
        [
            (HttpStatusCode.UnprocessableEntity, good with { Proof = [] }),
            (HttpStatusCode.UnprocessableEntity, good with { Proof = [.. good.Proof.Skip(1)] }),
            (HttpStatusCode.UnprocessableEntity, good with { Proof = [wrong, .. good.Proof.Skip(1)] }),
            (HttpStatusCode.UnprocessableEntity, good with { Proof = [.. good.Proof, wrong] }),
            (HttpStatusCode.Forbidden, good with { Note = new(good.Note.Text, [Signer(Origin, NoteKeyType.Ed25519, 9).Sign(good.Note.Text)]) }),
            (HttpStatusCode.Forbidden, good with { Note = new(good.Note.Text, [good.Note.Signatures[0] with { Signature = new byte[64] }]) }),
            (HttpStatusCode.Forbidden, good with { Note = new(good.Note.Text, [good.Note.Signatures[0], good.Note.Signatures[0] with { Signature = new byte[64] }]) }),
            (HttpStatusCode.NotFound, good with { Note = new("other" + good.Note.Text, [.. good.Note.Signatures]) }),
            (HttpStatusCode.UnprocessableEntity, good with { Note = Signed($"{Origin}\n0\n{wrong}\n"), OldSize = 0, Proof = [] }),
        ];
        foreach (var (status, request) in rows)
        {
            Assert.Equal(status, (await witness.AddAsync(request.Encode(), default)).Status);
        }

        foreach (var malformed in new[] { "", "old 20", "old 020\n\n" + good.Note, "old -1\n\n" + good.Note, "new 20\n\n" + good.Note, "old 20\nAAAA\n\n" + good.Note, "old 20\n" + good.Note })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await witness.AddAsync(Encoding.UTF8.GetBytes(malformed), default)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await witness.AddAsync(good.Encode(), default)).Status);
    }

    [Fact]
    public async Task Of_many_requests_at_once_one_order_results_and_the_newest_stays()
    {
        using var witness = Open();
        var log = new Leaves(200);
        await witness.AddAsync(log.Ask(0, 1), default);
        var replies = await Task.WhenAll(Enumerable.Range(2, 150).Select(size => Task.Run(() => witness.AddAsync(log.Ask(1, size), default))));
        Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
        Assert.Equal(149, replies.Count(r => r.Status == HttpStatusCode.Conflict));
        var size = await SizeAsync(witness);
        Assert.All(replies.Where(r => r.Status == HttpStatusCode.Conflict), r => Assert.Equal($"{size}\n", r.Body));
    }

    [Fact]
    public async Task It_remembers_across_restarts_and_cuts_off_what_a_crash_left_half_written()
    {
        var log = new Leaves(200);
        using (var witness = Open())
        {
            await witness.AddAsync(log.Ask(0, 20), default);
            await witness.AddAsync(log.Ask(20, 30), default);
        }

        var file = Assert.Single(Directory.GetFiles(_directory, "*.notes"));
        var whole = await File.ReadAllBytesAsync(file);
        foreach (var torn in new[] { "n", "note ", "note 12", "note 400\n", "note 400\nlog.mingjian" })
        {
            await File.WriteAllBytesAsync(file, [.. whole, .. Encoding.ASCII.GetBytes(torn)]);
            using var again = Open();
            Assert.Equal(30, await SizeAsync(again));
            Assert.Equal(whole.Length, new FileInfo(file).Length);
        }

        foreach (var damaged in new byte[][] { [.. "note x\n"u8, .. whole], [.. "what is this, and why is it here\n"u8], [.. whole, .. "note 3\nabc"u8] })
        {
            await File.WriteAllBytesAsync(file, damaged);
            Assert.Throws<InvalidDataException>(Open);
        }

        await File.WriteAllBytesAsync(file, whole);
        using var last = Open();
        Assert.Throws<IOException>(Open);
        Assert.Equal(HttpStatusCode.Conflict, (await last.AddAsync(log.Ask(0, 40), default)).Status);
        Assert.Equal(HttpStatusCode.OK, (await last.AddAsync(log.Ask(30, 40), default)).Status);
    }

    [Fact]
    public void A_long_memory_begins_anew_with_the_newest_note()
    {
        var path = Path.Combine(_directory, "memory");
        var note = new string('x', 100_000);
        using (var memory = WitnessMemory.Open(path, out _))
        {
            for (var i = 0; i < 100; i++)
            {
                memory.Write(string.Create(CultureInfo.InvariantCulture, $"{i} {note}"));
            }
        }

        Assert.InRange(new FileInfo(path).Length, note.Length, WitnessMemory.MostBytes + (2 * note.Length));
        using var again = WitnessMemory.Open(path, out var newest);
        Assert.Equal($"99 {note}", newest);
    }

    [Fact]
    public async Task Over_http_it_speaks_the_protocol_and_nothing_else()
    {
        var log = new Leaves(40);
        using var witness = Open();
        await using var app = WitnessHost.Build(witness, IPAddress.Loopback, 0);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var added = await PostAsync(log.Ask(0, 20));
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.NotNull(WitnessAnswer.Find(await added.Content.ReadAsStringAsync(), log.Note(20), Self.Key));
        using var conflict = await PostAsync(log.Ask(0, 20));
        Assert.Equal((HttpStatusCode.Conflict, "text/x.tlog.size", "20\n"), (conflict.StatusCode, conflict.Content.Headers.ContentType?.MediaType, await conflict.Content.ReadAsStringAsync()));
        using var large = await PostAsync(new byte[WitnessRequest.MaxSize + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Contains(log.Note(20).Text, await http.GetStringAsync(new Uri($"{Witness.HashOf(Origin)}/checkpoint", UriKind.Relative)), StringComparison.Ordinal);
        foreach (var path in new[] { "add-checkpoint", "", "checkpoint", "x/checkpoint", "../checkpoint" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        }

        async Task<HttpResponseMessage> PostAsync(byte[] body)
        {
            using var content = new ByteArrayContent(body);
            return await http.PostAsync(new Uri("add-checkpoint", UriKind.Relative), content);
        }
    }

    private static NoteSigner Signer(string name, NoteKeyType type, byte seed) => new(name, type, new Ed25519Signer([.. Enumerable.Repeat(seed, 32)]));

    private static SignedNote Signed(string text) => new(text, [Log.Sign(text)]);

    private static async Task<long> SizeAsync(Witness witness)
    {
        // Old size 201 is beyond whatever these tests submit, so the answer is always the size.
        var reply = await witness.AddAsync(new WitnessRequest(201, [], new Leaves(202).Note(202)).Encode(), default);
        Assert.Equal(HttpStatusCode.Conflict, reply.Status);
        return long.Parse(reply.Body.TrimEnd('\n'), CultureInfo.InvariantCulture);
    }

    private Witness Open() => new(Self, [Log.Key], _directory, Now);

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_795_000_000);
    }

    /// <summary>A log of up to 255 leaves, which fit into one tile.</summary>
    private sealed class Leaves(int size, int changed = -1) : ITileReader
    {
        private readonly Hash32[] _leaves = [.. Enumerable.Range(0, size).Select(i => Merkle.HashLeaf([(byte)i, i == changed ? (byte)1 : (byte)0]))];

        public SignedNote Note(int size) => Signed(new Checkpoint(Origin, size, Merkle.Root(_leaves.AsSpan(0, size))).ToString());

        /// <summary>The request with the right proof, where there is one.</summary>
        public byte[] Ask(int old, int size) => new WitnessRequest(old, old < size ? LogProofs.Consistency(this, old, size) : [], Note(size)).Encode();

        public ReadOnlyMemory<byte>? ReadTile(int level, long number, int width) =>
            (level, number) == (0, 0) ? _leaves.Take(width).SelectMany(l => l.ToArray()).ToArray() : null;
    }
}
