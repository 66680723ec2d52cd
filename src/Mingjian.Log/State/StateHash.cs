using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Log.State;

/// <summary>Hash rules of the Jellyfish Merkle tree as in penumbra-zone/jmt (the missing "e" of IntrnalNode is theirs).</summary>
public static class StateHash
{
    private const int ShortKey = 256;
    private const int LeafPrefix = 13;
    private const int InnerPrefix = 16;

    /// <summary>Hash of an empty subtree.</summary>
    public static Hash32 Placeholder { get; } = new("SPARSE_MERKLE_PLACEHOLDER_HASH__"u8);

    /// <summary>The path of a key: SHA-256 of its ASCII text.</summary>
    public static Hash32 PathOf(string key)
    {
        Span<byte> bytes = stackalloc byte[ShortKey];
        return key.Length <= ShortKey ? Hash32.Of(bytes[..Encoding.ASCII.GetBytes(key, bytes)]) : Hash32.Of(Encoding.ASCII.GetBytes(key));
    }

    /// <summary>SHA-256("JMT::LeafNode" || path || SHA-256(value)).</summary>
    public static Hash32 Leaf(Hash32 path, Hash32 valueHash)
    {
        Span<byte> input = stackalloc byte[LeafPrefix + (2 * Hash32.Size)];
        "JMT::LeafNode"u8.CopyTo(input);
        path.CopyTo(input[LeafPrefix..]);
        valueHash.CopyTo(input[(LeafPrefix + Hash32.Size)..]);
        Sha256.Hash(input, input);
        return new Hash32(input[..Hash32.Size]);
    }

    /// <summary>SHA-256("JMT::IntrnalNode" || left || right).</summary>
    public static Hash32 Inner(Hash32 left, Hash32 right)
    {
        Span<byte> input = stackalloc byte[InnerPrefix + (2 * Hash32.Size)];
        "JMT::IntrnalNode"u8.CopyTo(input);
        left.CopyTo(input[InnerPrefix..]);
        right.CopyTo(input[(InnerPrefix + Hash32.Size)..]);
        Sha256.Hash(input, input);
        return new Hash32(input[..Hash32.Size]);
    }
}
