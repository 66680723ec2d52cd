using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Interop.Tests;

/// <summary>A log of Mingjian.Log over HTTP on a free loopback port, laid out as C2SP tlog-tiles says.</summary>
internal sealed class ServedLog : IDisposable
{
    public const string Origin = "interop.mingjian.invalid/1";

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];
    private readonly CompactTree _tree = new();
    private readonly TileServer _server;

    /// <param name="blocks">Entries of each block; every block leaves a checkpoint.</param>
    public ServedLog(params IReadOnlyList<int> blocks)
        : this(int.MaxValue, blocks)
    {
    }

    /// <param name="fork">The first entry that is another than in every other log; signed by the same keys all the same.</param>
    /// <param name="blocks">Entries of each block.</param>
    public ServedLog(int fork, IReadOnlyList<int> blocks)
    {
        var entries = new List<byte[]>();
        foreach (var block in blocks)
        {
            var fresh = Enumerable.Range(entries.Count, block).Select(i => i < fork ? Entry(i) : [.. Entry(i), .. "fork"u8]).ToArray();
            entries.AddRange(fresh);
            foreach (var write in _tree.Append(fresh.Select(e => (ReadOnlyMemory<byte>)e)))
            {
                _tiles[(write.Level, write.Number)] = write.Hashes;
            }

            var note = new Checkpoint(Origin, _tree.Size, _tree.Root).Sign(Log, [Node], 1_700_000_000 + _tree.Size).ToString();
            _files["checkpoint"] = Encoding.UTF8.GetBytes(note);
            _files[OlderPath(_tree.Size)] = _files["checkpoint"];
        }

        for (var number = 0; number * Tile.FullWidth < entries.Count; number++)
        {
            var bundle = entries.Skip(number * Tile.FullWidth).Take(Tile.FullWidth).ToArray();
            _files[new TilePath(TilePath.EntryLevel, number, bundle.Length).ToString()] = EntryBundle.Encode(bundle);
        }

        _server = new TileServer(Read);
    }

    public static NoteSigner Log { get; } = new(Origin, NoteKeyType.Ed25519, Seed(1));

    public static NoteSigner Node { get; } = new(Origin + "/node/1", NoteKeyType.Cosignature, Seed(2));

    public string Prefix => _server.Prefix;

    /// <summary>Changes one byte of what is served; the path must exist.</summary>
    public void Damage(string path, int offset)
    {
        var bytes = (byte[])Read(path)!.Clone();
        bytes[offset] ^= 1;
        _files[path] = bytes;
    }

    /// <summary>Adds an outside witness's line to the newest checkpoint, behind the node's.</summary>
    public void Cosign(NoteSigner witness)
    {
        Assert.Equal(NoteFault.None, SignedNote.TryParse(_files["checkpoint"], out var note));
        _files["checkpoint"] = Encoding.UTF8.GetBytes(new SignedNote(note!.Text, [.. note.Signatures, witness.Sign(note.Text, 1_795_000_000)]).ToString());
    }

    public static string OlderPath(long size) => string.Create(CultureInfo.InvariantCulture, $"older/{size}");

    public void Dispose() => _server.Dispose();

    private static Ed25519Signer Seed(byte value) => new([.. Enumerable.Repeat(value, 32)]);

    /// <summary>Of varying length, some empty of meaning, one of every 100 large.</summary>
    private static byte[] Entry(int index) =>
        Encoding.ASCII.GetBytes(new string('x', index % 100 == 7 ? 3000 : index % 13) + index.ToString(CultureInfo.InvariantCulture));

    private byte[]? Read(string path)
    {
        if (_files.TryGetValue(path, out var file))
        {
            return file;
        }

        return TilePath.TryParse(path, out var tile) && _tiles.TryGetValue((tile.Level, tile.Number), out var hashes)
            && hashes.Length >= tile.Width * Hash32.Size
            ? hashes[..(tile.Width * Hash32.Size)]
            : null;
    }
}
