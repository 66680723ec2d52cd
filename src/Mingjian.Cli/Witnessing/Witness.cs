using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Primitives;

namespace Mingjian.Cli.Witnessing;

/// <summary>What a witness answers: status, content type, body.</summary>
internal sealed record WitnessReply(HttpStatusCode Status, string Body, string Type = "text/plain; charset=utf-8");

/// <summary>
/// Cosigns checkpoints that continue what it has cosigned before, and nothing else (C2SP tlog-witness): a log that shows different people
/// different histories gets no cosignature for the second one.
/// </summary>
/// <remarks>
/// Its memory of a log is one file (<see cref="WitnessMemory"/>), written and synced before the answer leaves; checking and writing happen
/// under one lock for each log. Two trees of one size, both signed by the log, are kept as evidence (<c>fork-…</c>); so is what was not shown
/// to continue the newest one (<c>unproven-…</c>), which a stranger with a genuine checkpoint and a wrong proof can bring about, too.
/// </remarks>
internal sealed class Witness : IDisposable
{
    /// <summary>Files of each kind of evidence kept; more would be the same story again.</summary>
    public const int MostEvidence = 100;

    private readonly NoteSigner _signer;
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, Known> _logs;

    /// <param name="signer">Of type cosignature.</param>
    /// <param name="logs">Keys of the logs; a key's name is the log's origin, and a log may have several keys.</param>
    /// <param name="directory">Where its memory is.</param>
    /// <exception cref="InvalidDataException">What is remembered of a log was not cosigned by this witness: nothing may be built on it.</exception>
    public Witness(NoteSigner signer, IEnumerable<NoteKey> logs, string directory, TimeProvider clock)
    {
        _signer = signer;
        _directory = Directory.CreateDirectory(directory).FullName;
        _clock = clock;
        _logs = logs.GroupBy(k => k.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Open(g.Key, [.. g]), StringComparer.Ordinal);
    }

    /// <summary>The witness's public key.</summary>
    public NoteKey Key => _signer.Key;

    public void Dispose()
    {
        foreach (var log in _logs.Values)
        {
            log.Memory.Dispose();
            log.Gate.Dispose();
        }
    }

    /// <summary>Hex SHA-256 of a log's origin: its name in addresses and files.</summary>
    public static string HashOf(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>Answers <c>add-checkpoint</c>.</summary>
    /// <param name="body">Never trusted.</param>
    public async Task<WitnessReply> AddAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (WitnessRequest.TryParse(body.Span) is not { } request)
        {
            return new(HttpStatusCode.BadRequest, "not an add-checkpoint request\n");
        }

        var origin = request.Note.Text[..request.Note.Text.IndexOf('\n', StringComparison.Ordinal)];
        if (!_logs.TryGetValue(origin, out var log))
        {
            return new(HttpStatusCode.NotFound, "unknown log\n");
        }

        if (!IsSigned(request.Note, log.Keys))
        {
            return new(HttpStatusCode.Forbidden, "not signed by the log\n");
        }

        if (Checkpoint.Parse(request.Note.Text) is not { } checkpoint)
        {
            return new(HttpStatusCode.UnprocessableEntity, "signed, but not a checkpoint that a log can have\n");
        }

        if (request.OldSize > checkpoint.Size)
        {
            return new(HttpStatusCode.BadRequest, "the old size is beyond the checkpoint\n");
        }

        await log.Gate.WaitAsync(cancellationToken);
        try
        {
            return Decide(log, request, checkpoint, body.Span);
        }
        finally
        {
            log.Gate.Release();
        }
    }

    /// <summary>Answers for monitors: the newest note that was cosigned, or null.</summary>
    /// <param name="originHash">As in the address.</param>
    public string? Find(string originHash) =>
        _logs.Values.FirstOrDefault(l => l.Newest is not null && string.Equals(l.Hash, originHash, StringComparison.Ordinal))?.Newest?.Note.ToString();

    private WitnessReply Decide(Known log, WitnessRequest request, Checkpoint checkpoint, ReadOnlySpan<byte> body)
    {
        var (size, root) = log.Newest is { } newest ? (newest.Checkpoint.Size, newest.Checkpoint.Root) : (0, Merkle.EmptyRoot);
        if (checkpoint.Size == size && size > 0 && checkpoint.Root != root)
        {
            // Whatever old size was named, this is a fork.
            KeepEvidence("fork", log, checkpoint, body);
        }

        if (request.OldSize != size)
        {
            return new(HttpStatusCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"{size}\n"), "text/x.tlog.size");
        }

        if (!Merkle.VerifyConsistency(size, root, checkpoint.Size, checkpoint.Root, request.Proof))
        {
            KeepEvidence(checkpoint.Size == size ? "fork" : "unproven", log, checkpoint, body);
            return new(HttpStatusCode.UnprocessableEntity, "the checkpoint does not continue what was cosigned before\n");
        }

        var cosignature = _signer.Sign(request.Note.Text, _clock.GetUtcNow().ToUnixTimeSeconds());
        var known = request.Note.Signatures.Where(s => log.Keys.Any(s.Claims));
        var note = new SignedNote(request.Note.Text, [.. known, cosignature]);
        log.Memory.Write(note.ToString());
        log.Newest = (note, checkpoint);
        return new(HttpStatusCode.OK, cosignature + "\n");
    }

    /// <summary>At least one key of the log signed, and nothing that claims to be by one of them is broken.</summary>
    private static bool IsSigned(SignedNote note, IReadOnlyList<NoteKey> keys)
    {
        var text = note.TextBytes;
        var signed = false;
        foreach (var signature in note.Signatures)
        {
            if (keys.FirstOrDefault(signature.Claims) is not { } key)
            {
                continue;
            }

            if (!key.Verify(signature, text, out _))
            {
                return false;
            }

            signed = true;
        }

        return signed;
    }

    private void KeepEvidence(string kind, Known log, Checkpoint checkpoint, ReadOnlySpan<byte> body)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "evidence")).FullName;
        var name = string.Create(CultureInfo.InvariantCulture, $"{kind}-{log.Hash[..16]}-{checkpoint.Size}-{checkpoint.Root.ToHex()[..16]}.txt");
        var path = Path.Combine(directory, name);
        if (!File.Exists(path) && Directory.GetFiles(directory, kind + "-*").Length < MostEvidence)
        {
            File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes($"cosigned before:\n{log.Newest?.Note}\nasked for:\n"), .. body]);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The witness disposes of it.")]
    private Known Open(string origin, IReadOnlyList<NoteKey> keys)
    {
        var hash = HashOf(origin);
        var memory = WitnessMemory.Open(Path.Combine(_directory, hash + ".notes"), out var newest);
        var log = new Known(hash, keys, memory);
        if (newest is null)
        {
            return log;
        }

        if (SignedNote.TryParse(newest, out var note) != NoteFault.None || Checkpoint.Parse(note!.Text) is not { } checkpoint
            || !string.Equals(checkpoint.Origin, origin, StringComparison.Ordinal)
            || note.Signatures.FirstOrDefault(s => s.Claims(Key)) is not { } own
            || !Key.Verify(own, note.TextBytes, out _))
        {
            memory.Dispose();
            throw new InvalidDataException($"{hash}.notes does not end with a checkpoint of {origin} that this witness cosigned.");
        }

        log.Newest = (note, checkpoint);
        return log;
    }

    private sealed class Known(string hash, IReadOnlyList<NoteKey> keys, WitnessMemory memory)
    {
        public WitnessMemory Memory { get; } = memory;

        public string Hash { get; } = hash;

        public IReadOnlyList<NoteKey> Keys { get; } = keys;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public (SignedNote Note, Checkpoint Checkpoint)? Newest { get; set; }
    }
}
