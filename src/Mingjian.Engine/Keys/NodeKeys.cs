using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>This node's Ed25519 keys: the log's (name = origin) and its own for cosignatures (name = <c>origin/node/1</c>).</summary>
/// <remarks>
/// Kept in two files that only the owner may read, never in the database. Made at the first start. Two keys, because a
/// cosignature does not commit to its signer's name (C2SP tlog-cosignature). The node set is this node alone, quorum 1 of 1.
/// </remarks>
public sealed class NodeKeys : ICheckpointSigner
{
    private readonly NoteKey _log;
    private readonly NoteKey _node;

    private NodeKeys(NoteKey log, NoteKey node)
    {
        _log = log;
        _node = node;
        NodeSetHash = NodeSet.Hash([node.VerifierKey]);
    }

    /// <summary>The log's verifier key (C2SP signed-note vkey).</summary>
    public string LogVerifierKey => _log.VerifierKey;

    /// <summary>This node's name and verifier key.</summary>
    public (string Name, string VerifierKey) Node => (_node.Name, _node.VerifierKey);

    /// <inheritdoc/>
    public Hash32 NodeSetHash { get; }

    /// <summary>Reads the keys from a directory, or makes them where there are none.</summary>
    /// <exception cref="InvalidDataException">A key file is damaged or belongs to another network.</exception>
    public static NodeKeys LoadOrCreate(string directory, NetworkId network)
    {
        Directory.CreateDirectory(directory);
        return new NodeKeys(
            NoteKey.LoadOrCreate(Path.Combine(directory, "log.key"), network.ToString(), NoteKey.Ed25519Type),
            NoteKey.LoadOrCreate(Path.Combine(directory, "node.key"), $"{network}/node/1", NoteKey.CosignatureType));
    }

    /// <inheritdoc/>
    public string Sign(NetworkId network, long size, Hash32 root, LedgerTime time)
    {
        var text = Body(network, size, root);
        var seconds = time.Milliseconds / 1000;
        var cosigned = string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}");
        var stamp = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(stamp, seconds);
        return $"{text}\n{_log.Line(_log.Sign(text))}{_node.Line([.. stamp, .. _node.Sign(cosigned)])}";
    }

    /// <inheritdoc/>
    public bool IsFinal(string checkpoint, NetworkId network, long size, Hash32 root) =>
        checkpoint.StartsWith(Body(network, size, root) + "\n", StringComparison.Ordinal)
        && checkpoint.Contains($"— {_log.Name} {_log.IdPrefix}", StringComparison.Ordinal)
        && checkpoint.Contains($"— {_node.Name} {_node.IdPrefix}", StringComparison.Ordinal);

    private static string Body(NetworkId network, long size, Hash32 root) =>
        string.Create(CultureInfo.InvariantCulture, $"{network}\n{size}\n{root}\n");

    private sealed class NoteKey
    {
        public const byte Ed25519Type = 1;
        public const byte CosignatureType = 4;
        private readonly Ed25519Signer _signer;
        private readonly byte[] _id;

        private NoteKey(string name, byte type, Ed25519Signer signer)
        {
            Name = name;
            _signer = signer;
            _id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. signer.PublicKey.Span])[..4];
            VerifierKey = $"{name}+{Convert.ToHexStringLower(_id)}+{Convert.ToBase64String([type, .. signer.PublicKey.Span])}";
        }

        public string Name { get; }

        public string VerifierKey { get; }

        public string IdPrefix => Convert.ToBase64String(_id)[..5];

        public static NoteKey LoadOrCreate(string path, string name, byte type)
        {
            if (!File.Exists(path))
            {
                var fresh = Ed25519Signer.Create();
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                using var file = new FileStream(path, options);
                file.Write(Encoding.UTF8.GetBytes($"PRIVATE+KEY+{name}+{Convert.ToBase64String([type, .. fresh.ExportSeed()])}\n"));
                file.Flush(flushToDisk: true);
                return new NoteKey(name, type, fresh);
            }

            var text = File.ReadAllText(path).TrimEnd('\n');
            var prefix = $"PRIVATE+KEY+{name}+";
            var bytes = new byte[64];
            return text.StartsWith(prefix, StringComparison.Ordinal)
                && Convert.TryFromBase64String(text[prefix.Length..], bytes, out var length) && length == 33 && bytes[0] == type
                ? new NoteKey(name, type, new Ed25519Signer(bytes.AsSpan(1, 32)))
                : throw new InvalidDataException($"{path} is not the key {name}.");
        }

        public byte[] Sign(string text) => _signer.Sign(Encoding.UTF8.GetBytes(text));

        public string Line(byte[] signature) => $"— {Name} {Convert.ToBase64String([.. _id, .. signature])}\n";
    }
}
