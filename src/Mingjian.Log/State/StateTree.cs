using Mingjian.Primitives;

namespace Mingjian.Log.State;

/// <summary>One write to the state tree.</summary>
/// <param name="Path">SHA-256 of the key.</param>
/// <param name="ValueHash">SHA-256 of the value; null removes the key.</param>
public readonly record struct StateChange(Hash32 Path, Hash32? ValueHash);

/// <summary>An immutable sparse Merkle tree over hashed keys (Jellyfish logic, docs/reference/formats.md "State tree").</summary>
/// <remarks>
/// An update copies only the nodes on changed paths, so older trees stay valid and cheap to keep. A subtree with one leaf is that
/// leaf. About 210 bytes a key. Safe to read from many threads.
/// </remarks>
public sealed class StateTree
{
    // Changes from which on it pays to use more than one core: about a millisecond of work.
    private const int Many = 1024;

    private readonly Node? _root;

    private StateTree(Node? root, long count)
    {
        _root = root;
        Count = count;
    }

    public static StateTree Empty { get; } = new(null, 0);

    /// <summary>Keys present.</summary>
    public long Count { get; }

    /// <summary>The state root; the placeholder when empty.</summary>
    public Hash32 Root => HashOf(_root);

    /// <summary>A tree with exactly these keys, in any order.</summary>
    /// <exception cref="ArgumentException">A path appears twice.</exception>
    public static StateTree Build(ReadOnlySpan<StateChange> entries) => Empty.Update(entries);

    /// <summary>Applies a block's writes, in any order, in one pass.</summary>
    /// <exception cref="ArgumentException">A path appears twice.</exception>
    public StateTree Update(ReadOnlySpan<StateChange> changes)
    {
        if (changes.IsEmpty)
        {
            return this;
        }

        var sorted = Sort(changes);
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Path == sorted[i - 1].Path)
            {
                throw new ArgumentException("A path is written twice in one update.", nameof(changes));
            }
        }

        long delta = 0;
        var root = ApplyAll(_root, sorted, 0, ref delta);
        return new StateTree(root, Count + delta);
    }

    /// <summary>The value hash at a path, or null when absent.</summary>
    public Hash32? Find(Hash32 path)
    {
        var node = _root;
        for (var depth = 0; node is Inner inner; depth++)
        {
            node = path.Bit(depth) ? inner.Right : inner.Left;
        }

        return node is Leaf leaf && leaf.Path == path ? leaf.ValueHash : null;
    }

    /// <summary>Proves presence or absence, whichever is the case.</summary>
    public StateProof Prove(Hash32 path)
    {
        var siblings = new List<Hash32>();
        var node = _root;
        for (var depth = 0; node is Inner inner; depth++)
        {
            var right = path.Bit(depth);
            siblings.Add(HashOf(right ? inner.Left : inner.Right));
            node = right ? inner.Right : inner.Left;
        }

        return node switch
        {
            Leaf leaf when leaf.Path == path => new StateProof(StateProofKind.Present, [.. siblings]),
            Leaf leaf => new StateProof(StateProofKind.OtherLeaf, [.. siblings], leaf.Path, leaf.ValueHash),
            _ => new StateProof(StateProofKind.Empty, [.. siblings]),
        };
    }

    private static Hash32 HashOf(Node? node) => node?.Hash ?? StateHash.Placeholder;

    /// <summary>Ascending by path. Many are first spread over 256 buckets by their first byte, and the buckets sorted on all cores.</summary>
    private static StateChange[] Sort(ReadOnlySpan<StateChange> changes)
    {
        var sorted = new StateChange[changes.Length];
        if (changes.Length < Many)
        {
            changes.CopyTo(sorted);
            Sort(sorted, 0, sorted.Length);
            return sorted;
        }

        var ends = new int[256];
        foreach (var change in changes)
        {
            ends[change.Path.FirstByte]++;
        }

        for (var (bucket, start) = (0, 0); bucket < ends.Length; bucket++)
        {
            start += ends[bucket];
            ends[bucket] = start - ends[bucket];
        }

        foreach (var change in changes)
        {
            sorted[ends[change.Path.FirstByte]++] = change;
        }

        Parallel.For(0, ends.Length, bucket => Sort(sorted, bucket == 0 ? 0 : ends[bucket - 1], ends[bucket]));
        return sorted;
    }

    private static void Sort(StateChange[] changes, int start, int end) =>
        changes.AsSpan(start..end).Sort(static (a, b) => a.Path.CompareTo(b.Path));

    /// <summary>As <see cref="Apply"/>, with the two halves of many changes side by side.</summary>
    private static Node? ApplyAll(Node? node, ReadOnlyMemory<StateChange> changes, int depth, ref long delta)
    {
        if (changes.Length < Many || node is Leaf)
        {
            return Apply(node, changes.Span, depth, ref delta);
        }

        var inner = (Inner?)node;
        var split = Split(changes.Span, depth);
        Node? left = null;
        Node? right = null;
        long leftDelta = 0;
        long rightDelta = 0;
        Parallel.Invoke(
            () => left = ApplyAll(inner?.Left, changes[..split], depth + 1, ref leftDelta),
            () => right = ApplyAll(inner?.Right, changes[split..], depth + 1, ref rightDelta));
        delta += leftDelta + rightDelta;
        return inner is not null && ReferenceEquals(left, inner.Left) && ReferenceEquals(right, inner.Right) ? inner : Join(left, right);
    }

    private static Node? Apply(Node? node, ReadOnlySpan<StateChange> changes, int depth, ref long delta)
    {
        if (changes.IsEmpty)
        {
            return node;
        }

        if (node is not Inner inner)
        {
            return Grow((Leaf?)node, changes, depth, ref delta);
        }

        var split = Split(changes, depth);
        var left = Apply(inner.Left, changes[..split], depth + 1, ref delta);
        var right = Apply(inner.Right, changes[split..], depth + 1, ref delta);
        return ReferenceEquals(left, inner.Left) && ReferenceEquals(right, inner.Right) ? inner : Join(left, right);
    }

    /// <summary>The subtree that holds at most one old leaf plus the changes.</summary>
    private static Node? Grow(Leaf? leaf, ReadOnlySpan<StateChange> changes, int depth, ref long delta)
    {
        if (changes.IsEmpty)
        {
            return leaf;
        }

        if (changes.Length == 1 && (leaf is null || leaf.Path == changes[0].Path))
        {
            return Replace(leaf, changes[0], ref delta);
        }

        var split = Split(changes, depth);
        var leafRight = leaf is not null && leaf.Path.Bit(depth);
        var left = Grow(leafRight ? null : leaf, changes[..split], depth + 1, ref delta);
        var right = Grow(leafRight ? leaf : null, changes[split..], depth + 1, ref delta);
        return Join(left, right);
    }

    private static Leaf? Replace(Leaf? leaf, StateChange change, ref long delta)
    {
        if (change.ValueHash is not { } valueHash)
        {
            delta -= leaf is null ? 0 : 1;
            return null;
        }

        delta += leaf is null ? 1 : 0;
        return leaf is not null && leaf.ValueHash == valueHash ? leaf : new Leaf(change.Path, valueHash);
    }

    private static Node? Join(Node? left, Node? right) => (left, right) switch
    {
        (null, null) => null,
        (null, Leaf leaf) => leaf,
        (Leaf leaf, null) => leaf,
        _ => new Inner(left, right),
    };

    /// <summary>How many of the sorted changes have bit <paramref name="depth"/> clear.</summary>
    private static int Split(ReadOnlySpan<StateChange> changes, int depth)
    {
        var low = 0;
        var high = changes.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (changes[middle].Path.Bit(depth))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private abstract class Node(Hash32 hash)
    {
        public Hash32 Hash { get; } = hash;
    }

    private sealed class Leaf(Hash32 path, Hash32 valueHash) : Node(StateHash.Leaf(path, valueHash))
    {
        public Hash32 Path { get; } = path;

        public Hash32 ValueHash { get; } = valueHash;
    }

    private sealed class Inner(Node? left, Node? right) : Node(StateHash.Inner(HashOf(left), HashOf(right)))
    {
        public Node? Left { get; } = left;

        public Node? Right { get; } = right;
    }
}
