using System.Globalization;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>This node's Ed25519 keys: one to sign as the log, one to vote, one for its batches.</summary>
/// <remarks>
/// Kept in three files that only the owner may read, never in the database. Made at the first start. Three keys, because a
/// signature does not say what kind of statement it is under (C2SP tlog-cosignature: a key for each).
/// </remarks>
public sealed class NodeKeys : ICheckpointSigner
{
    private readonly NoteSigner _log;
    private readonly NoteSigner _vote;
    private readonly Ed25519Signer _batch;

    private NodeKeys(NetworkId network, int number, Ed25519Signer log, Ed25519Signer vote, Ed25519Signer batch)
    {
        Network = network;
        _log = new NoteSigner(network.ToString(), NoteKeyType.Ed25519, log);
        _vote = new NoteSigner(NodeNoteKeys.VoteName(network, number), NoteKeyType.Cosignature, vote);
        _batch = batch;
        Public = new Node(new(batch.PublicKey.Span), new(log.PublicKey.Span), number, new(vote.PublicKey.Span));
    }

    /// <inheritdoc/>
    public NetworkId Network { get; }

    /// <inheritdoc/>
    public Node Public { get; }

    /// <summary>What a network of this node alone is judged by: quorum 1 of 1.</summary>
    public LedgerTrust Alone => new(Network, new NodeSet([Public]));

    /// <summary>Whether a directory holds a node's keys.</summary>
    public static bool Exist(string directory) => Array.TrueForAll(["log", "vote", "batch"], use => File.Exists(Path.Combine(directory, use + ".key")));

    /// <summary>Reads the keys from a directory, or makes them where there are none.</summary>
    /// <param name="number">The node's number in its network.</param>
    /// <exception cref="InvalidDataException">A key file is damaged or belongs to another network or node.</exception>
    public static NodeKeys LoadOrCreate(string directory, NetworkId network, int number = 1)
    {
        Directory.CreateDirectory(directory);
        Ed25519Signer Key(string use) => NodeKeyFile.LoadOrCreate(
            Path.Combine(directory, use + ".key"), string.Create(CultureInfo.InvariantCulture, $"{network}/node/{number}/{use}"));
        return new NodeKeys(network, number, Key("log"), Key("vote"), Key("batch"));
    }

    /// <inheritdoc/>
    public string Sign(long size, Hash32 root, LedgerTime time) =>
        new Checkpoint(Network.ToString(), size, root).Sign(_log, [_vote], time.Milliseconds / 1000).ToString();

    /// <summary>64 bytes over a batch's signed bytes.</summary>
    public byte[] SignBatch(ReadOnlySpan<byte> bytes) => _batch.Sign(bytes);
}

/// <summary>A private Ed25519 key in a file: <c>PRIVATE+KEY+name+base64(seed)</c>.</summary>
internal static class NodeKeyFile
{
    private const string Prefix = "PRIVATE+KEY+";

    public static Ed25519Signer LoadOrCreate(string path, string name)
    {
        if (!File.Exists(path))
        {
            var fresh = Ed25519Signer.Create();
            Write(path, $"{Prefix}{name}+{Convert.ToBase64String(fresh.ExportSeed())}\n");
            return fresh;
        }

        var text = File.ReadAllText(path).TrimEnd('\n');
        var start = $"{Prefix}{name}+";
        var seed = new byte[64];
        return text.StartsWith(start, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[start.Length..], seed, out var length) && length == Ed25519.SeedLength
            ? new Ed25519Signer(seed.AsSpan(0, Ed25519.SeedLength))
            : throw new InvalidDataException($"keys/unreadable：{path} 不是 {name} 的私钥文件，或者不是本程序认识的格式。文件没有改动；请从备份取回。");
    }

    /// <summary>Whole or not at all: a half-written key must not survive a crash.</summary>
    private static void Write(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
    }
}
