using System.Buffers;
using System.Numerics;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>Merkle tree hashing and proof checking of RFC 6962 section 2.1 and RFC 9162 section 2.1 (SHA-256).</summary>
/// <remarks>Used for the log and for batches that are signed with one gesture.</remarks>
public static class Merkle
{
    /// <summary>Longest audit path accepted: a tree has fewer than 2^63 leaves.</summary>
    public const int MaxPathLength = 63;

    private const int StackLimit = 2048;

    /// <summary>Root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Hash32 EmptyRoot { get; } = Hash32.Of([]);

    /// <summary>SHA-256(0x00 || data).</summary>
    public static Hash32 HashLeaf(ReadOnlySpan<byte> data)
    {
        var rented = data.Length < StackLimit ? null : ArrayPool<byte>.Shared.Rent(data.Length + 1);
        var input = rented is null ? stackalloc byte[StackLimit] : rented;
        input[0] = 0;
        data.CopyTo(input[1..]);
        var hash = Hash32.Of(input[..(data.Length + 1)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Hash32 HashChildren(Hash32 left, Hash32 right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Hash32.Size)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Hash32.Size)..]);
        Sha256.Hash(input, input);
        return new Hash32(input[..Hash32.Size]);
    }

    /// <summary>Root over leaf hashes (MTH of RFC 6962).</summary>
    public static Hash32 Root(ReadOnlySpan<Hash32> leaves)
    {
        if (leaves.Length < 2)
        {
            return leaves.IsEmpty ? EmptyRoot : leaves[0];
        }

        var split = (int)SplitPoint(leaves.Length);
        return HashChildren(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>Audit path of one leaf, from its sibling up to the root's child.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such leaf.</exception>
    public static Hash32[] InclusionPath(ReadOnlySpan<Hash32> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Length);
        var path = new List<Hash32>();
        while (leaves.Length > 1)
        {
            var split = (int)SplitPoint(leaves.Length);
            path.Add(Root(index < split ? leaves[split..] : leaves[..split]));
            leaves = index < split ? leaves[..split] : leaves[split..];
            index = index < split ? index : index - split;
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>The audit path of every leaf, at the cost of one hash a node.</summary>
    public static IReadOnlyList<Hash32>[] InclusionPaths(ReadOnlySpan<Hash32> leaves)
    {
        var paths = new List<Hash32>[leaves.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = [];
        }

        CollectPaths(leaves, paths);
        return paths;
    }

    /// <summary>Root that an audit path leads to; false when index, size and path length do not belong together.</summary>
    public static bool TryFoldInclusion(Hash32 leaf, long index, long size, IReadOnlyList<Hash32> path, out Hash32 root)
    {
        root = leaf;
        if (index < 0 || index >= size || path.Count > MaxPathLength)
        {
            return false;
        }

        var node = index;
        var last = size - 1;
        foreach (var sibling in path)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                root = HashChildren(sibling, root);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                root = HashChildren(root, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0;
    }

    /// <summary>True when the leaf stands at the index of the tree with that size and root (RFC 9162 section 2.1.3.2).</summary>
    public static bool VerifyInclusion(Hash32 leaf, long index, long size, IReadOnlyList<Hash32> path, Hash32 root) =>
        TryFoldInclusion(leaf, index, size, path, out var computed) && computed == root;

    /// <summary>True when the new tree starts with all the leaves of the old one (RFC 9162 section 2.1.4.2).</summary>
    /// <remarks>Equal sizes need equal roots and no path; the empty tree is consistent with every tree, without a path.</remarks>
    public static bool VerifyConsistency(long oldSize, Hash32 oldRoot, long newSize, Hash32 newRoot, IReadOnlyList<Hash32> path)
    {
        if (oldSize < 0 || oldSize > newSize || path.Count > MaxPathLength + 1)
        {
            return false;
        }

        if (oldSize == newSize)
        {
            return path.Count == 0 && oldRoot == newRoot && (newSize > 0 || newRoot == EmptyRoot);
        }

        return oldSize == 0 ? path.Count == 0 && oldRoot == EmptyRoot : FoldConsistency(oldSize, oldRoot, newSize, newRoot, path);
    }

    /// <summary>The largest power of two below <paramref name="size"/>, which must be at least 2.</summary>
    public static long SplitPoint(long size) => 1L << BitOperations.Log2((ulong)size - 1);

    private static Hash32 CollectPaths(ReadOnlySpan<Hash32> leaves, Span<List<Hash32>> paths)
    {
        if (leaves.Length < 2)
        {
            return Root(leaves);
        }

        var split = (int)SplitPoint(leaves.Length);
        var left = CollectPaths(leaves[..split], paths[..split]);
        var right = CollectPaths(leaves[split..], paths[split..]);
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i].Add(i < split ? right : left);
        }

        return HashChildren(left, right);
    }

    private static bool FoldConsistency(long oldSize, Hash32 oldRoot, long newSize, Hash32 newRoot, IReadOnlyList<Hash32> path)
    {
        var node = oldSize - 1;
        var last = newSize - 1;
        while ((node & 1) == 1)
        {
            node >>= 1;
            last >>= 1;
        }

        // A whole old tree is its own first path element (RFC 9162: prepend first_hash when it is a power of two).
        var next = 0;
        if (!BitOperations.IsPow2(oldSize) && path.Count == 0)
        {
            return false;
        }

        var oldHash = BitOperations.IsPow2(oldSize) ? oldRoot : path[next++];
        var newHash = oldHash;
        for (; next < path.Count; next++)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                oldHash = HashChildren(path[next], oldHash);
                newHash = HashChildren(path[next], newHash);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                newHash = HashChildren(newHash, path[next]);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }
}
