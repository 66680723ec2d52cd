using System.Text;
using System.Text.Json;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

/// <summary>vectors/tlog/seven-entries.json with the keys made from its seeds.</summary>
internal sealed class SevenEntries
{
    private readonly JsonElement _json = Vectors.Read("tlog/seven-entries.json");

    public SevenEntries()
    {
        Entries = [.. _json.GetProperty("entries").EnumerateArray().Select(e => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(e.GetString()!))];
        Log = new NoteSigner("ledger.example/org-affairs", NoteKeyType.Ed25519, new Ed25519Signer(Convert.FromHexString(this["logSeed"])));
        Node = new NoteSigner("node1.example/validator", NoteKeyType.Cosignature, new Ed25519Signer(Convert.FromHexString(this["nodeSeed"])));
        Policy = new CheckpointPolicy("ledger.example/org-affairs", [Log.Key], [Node.Key]);
    }

    public ReadOnlyMemory<byte>[] Entries { get; }

    public NoteSigner Log { get; }

    public NoteSigner Node { get; }

    public CheckpointPolicy Policy { get; }

    public long Time => _json.GetProperty("cosignatureTime").GetInt64();

    public string this[string name] => _json.GetProperty(name).GetString()!;

    public Hash32 Hash(string name) => Hash32.TryParse(this[name], out var hash) ? hash : throw new FormatException(name);

    public IReadOnlyList<Hash32> Hashes(string name) =>
        [.. _json.GetProperty(name).EnumerateArray().Select(e => Hash32.TryParse(e.GetString(), out var hash) ? hash : throw new FormatException(name))];
}
