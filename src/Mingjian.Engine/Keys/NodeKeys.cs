using System.Text;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>This node's Ed25519 keys: the log's (name = origin) and its own for cosignatures (name = <c>origin/node/1</c>).</summary>
/// <remarks>
/// Kept in two files that only the owner may read, never in the database. Made at the first start. Two keys, because a
/// cosignature does not commit to its signer's name (C2SP tlog-cosignature). The node set is this node alone, quorum 1 of 1.
/// </remarks>
public sealed class NodeKeys : ICheckpointSigner
{
    private readonly NoteSigner _log;
    private readonly NoteSigner _node;

    private NodeKeys(NetworkId network, NoteSigner log, NoteSigner node)
    {
        _log = log;
        _node = node;
        Trust = new LedgerTrust(network, log.Key, [node.Key]);
    }

    /// <inheritdoc/>
    public LedgerTrust Trust { get; }

    /// <summary>Reads the keys from a directory, or makes them where there are none.</summary>
    /// <exception cref="InvalidDataException">A key file is damaged or belongs to another network.</exception>
    public static NodeKeys LoadOrCreate(string directory, NetworkId network)
    {
        Directory.CreateDirectory(directory);
        return new NodeKeys(
            network,
            NoteKeyFile.LoadOrCreate(Path.Combine(directory, "log.key"), network.ToString(), NoteKeyType.Ed25519),
            NoteKeyFile.LoadOrCreate(Path.Combine(directory, "node.key"), $"{network}/node/1", NoteKeyType.Cosignature));
    }

    /// <inheritdoc/>
    public string Sign(long size, Hash32 root, LedgerTime time) =>
        new Checkpoint(Trust.Network.ToString(), size, root).Sign(_log, [_node], time.Milliseconds / 1000).ToString();
}

/// <summary>A private note key in a file: <c>PRIVATE+KEY+name+base64(type || seed)</c>.</summary>
internal static class NoteKeyFile
{
    private const string Prefix = "PRIVATE+KEY+";

    public static NoteSigner LoadOrCreate(string path, string name, NoteKeyType type)
    {
        if (!File.Exists(path))
        {
            var fresh = Ed25519Signer.Create();
            Write(path, $"{Prefix}{name}+{Convert.ToBase64String([(byte)type, .. fresh.ExportSeed()])}\n");
            return new NoteSigner(name, type, fresh);
        }

        var text = File.ReadAllText(path).TrimEnd('\n');
        var start = $"{Prefix}{name}+";
        var blob = new byte[64];
        return text.StartsWith(start, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[start.Length..], blob, out var length)
            && length == 1 + Ed25519.SeedLength && blob[0] == (byte)type
            ? new NoteSigner(name, type, new Ed25519Signer(blob.AsSpan(1, Ed25519.SeedLength)))
            : throw new InvalidDataException($"{path} is not the private key of {name}.");
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
