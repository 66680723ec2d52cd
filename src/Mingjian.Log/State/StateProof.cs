using System.Buffers.Binary;
using System.Numerics;
using Mingjian.Primitives;

namespace Mingjian.Log.State;

/// <summary>What stands at the end of a state proof's path. Byte values of the encoding.</summary>
public enum StateProofKind
{
    /// <summary>The key's own leaf.</summary>
    Present = 1,

    /// <summary>Nothing: the key is absent.</summary>
    Empty = 2,

    /// <summary>The only leaf below, which is another key's: the key is absent.</summary>
    OtherLeaf = 3,
}

/// <summary>Why a state proof does not hold. Numbers are stable; declared in order of precedence.</summary>
public enum StateProofFault
{
    None = 0,

    /// <summary>A proof of absence was offered for presence, or the other way round.</summary>
    Kind = 1,

    /// <summary>The other leaf has the very path whose absence is claimed.</summary>
    SameLeaf = 2,

    /// <summary>The other leaf does not lie on the path of the key.</summary>
    LeafOffPath = 3,

    /// <summary>The hashes do not lead to the root.</summary>
    Root = 4,
}

/// <summary>Proof that a key has a value, or none, under a state root (docs/reference/formats.md, "State proof").</summary>
/// <remarks>
/// One encoding only. The proof does not name the key: the verifier brings the path, and for presence the value. Siblings that are
/// empty are left out, and the deepest one never is: a subtree with one leaf is that leaf, so a proof cannot be stretched.
/// </remarks>
public sealed class StateProof
{
    /// <summary>Deepest path.</summary>
    public const int MaxDepth = 256;

    /// <summary>Longest encoding in bytes.</summary>
    public const int MaxSize = HeaderLength + (MaxDepth / 8) + ((MaxDepth + 2) * Hash32.Size);

    private const int HeaderLength = 3;
    private readonly Hash32[] _siblings;

    /// <param name="siblings">From the root down; the placeholder where the sibling is empty.</param>
    internal StateProof(StateProofKind kind, Hash32[] siblings, Hash32 otherPath = default, Hash32 otherValueHash = default)
    {
        Kind = kind;
        _siblings = siblings;
        OtherPath = otherPath;
        OtherValueHash = otherValueHash;
    }

    public StateProofKind Kind { get; }

    /// <summary>Length of the path, 0..256.</summary>
    public int Depth => _siblings.Length;

    /// <summary>Path of the other leaf; meaningless for other kinds.</summary>
    public Hash32 OtherPath { get; }

    /// <summary>Value hash of the other leaf; meaningless for other kinds.</summary>
    public Hash32 OtherValueHash { get; }

    /// <summary>Checks that the key at <paramref name="path"/> has the value.</summary>
    public StateProofFault VerifyPresence(Hash32 root, Hash32 path, Hash32 valueHash) =>
        Kind != StateProofKind.Present ? StateProofFault.Kind : Fold(path, StateHash.Leaf(path, valueHash), root);

    /// <summary>Checks that there is no key at <paramref name="path"/>.</summary>
    public StateProofFault VerifyAbsence(Hash32 root, Hash32 path)
    {
        switch (Kind)
        {
            case StateProofKind.Empty:
                return Fold(path, StateHash.Placeholder, root);
            case StateProofKind.OtherLeaf when OtherPath == path:
                return StateProofFault.SameLeaf;
            case StateProofKind.OtherLeaf when CommonPrefix(OtherPath, path) < Depth:
                return StateProofFault.LeafOffPath;
            case StateProofKind.OtherLeaf:
                return Fold(path, StateHash.Leaf(OtherPath, OtherValueHash), root);
            default:
                return StateProofFault.Kind;
        }
    }

    /// <summary>The one encoding: kind, depth (16 bits big-endian), bitmap, siblings, other leaf.</summary>
    public byte[] Encode()
    {
        var bitmap = new byte[(Depth + 7) / 8];
        var bytes = new List<byte> { (byte)Kind, (byte)(Depth >> 8), (byte)Depth };
        for (var i = 0; i < Depth; i++)
        {
            if (_siblings[i] != StateHash.Placeholder)
            {
                bitmap[i / 8] |= (byte)(0x80 >> (i % 8));
            }
        }

        bytes.AddRange(bitmap);
        foreach (var sibling in _siblings.Where(s => s != StateHash.Placeholder))
        {
            bytes.AddRange(sibling.ToArray());
        }

        if (Kind == StateProofKind.OtherLeaf)
        {
            bytes.AddRange(OtherPath.ToArray());
            bytes.AddRange(OtherValueHash.ToArray());
        }

        return [.. bytes];
    }

    /// <summary>Reads the one encoding; null for anything else, trailing bytes included.</summary>
    /// <param name="bytes">Never trusted.</param>
    public static StateProof? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < HeaderLength or > MaxSize || bytes[0] is < (byte)StateProofKind.Present or > (byte)StateProofKind.OtherLeaf)
        {
            return null;
        }

        var kind = (StateProofKind)bytes[0];
        int depth = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
        var bitmapLength = (depth + 7) / 8;
        if (depth > MaxDepth || bytes.Length < HeaderLength + bitmapLength)
        {
            return null;
        }

        var bitmap = bytes.Slice(HeaderLength, bitmapLength);
        var rest = bytes[(HeaderLength + bitmapLength)..];
        if (!IsCanonical(bitmap, depth) || rest.Length != Hash32.Size * (Count(bitmap) + (kind == StateProofKind.OtherLeaf ? 2 : 0)))
        {
            return null;
        }

        var siblings = new Hash32[depth];
        for (var i = 0; i < depth; i++)
        {
            siblings[i] = StateHash.Placeholder;
            if (!IsSet(bitmap, i))
            {
                continue;
            }

            siblings[i] = new Hash32(rest[..Hash32.Size]);
            rest = rest[Hash32.Size..];
            if (siblings[i] == StateHash.Placeholder)
            {
                return null;
            }
        }

        return kind == StateProofKind.OtherLeaf
            ? new StateProof(kind, siblings, new Hash32(rest[..Hash32.Size]), new Hash32(rest[Hash32.Size..]))
            : new StateProof(kind, siblings);
    }

    /// <summary>Bits that two paths share from the start; 256 for equal ones.</summary>
    internal static int CommonPrefix(Hash32 left, Hash32 right)
    {
        var bits = 0;
        while (bits < MaxDepth && left.Bit(bits) == right.Bit(bits))
        {
            bits++;
        }

        return bits;
    }

    private StateProofFault Fold(Hash32 path, Hash32 node, Hash32 root)
    {
        for (var i = Depth - 1; i >= 0; i--)
        {
            node = path.Bit(i) ? StateHash.Inner(_siblings[i], node) : StateHash.Inner(node, _siblings[i]);
        }

        return node == root ? StateProofFault.None : StateProofFault.Root;
    }

    /// <summary>Spare bits are clear, and the deepest sibling is there.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> bitmap, int depth) =>
        depth == 0 || (IsSet(bitmap, depth - 1) && (bitmap[^1] & (0xff >> (((depth - 1) % 8) + 1))) == 0);

    private static bool IsSet(ReadOnlySpan<byte> bitmap, int index) => (bitmap[index / 8] & (0x80 >> (index % 8))) != 0;

    private static int Count(ReadOnlySpan<byte> bitmap)
    {
        var count = 0;
        foreach (var b in bitmap)
        {
            count += BitOperations.PopCount(b);
        }

        return count;
    }
}
