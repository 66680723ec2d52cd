using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mingjian.Primitives;

/// <summary>One node of a network with its public keys: a key for each kind of statement, because a signature does not say what it means.</summary>
/// <param name="BatchKey">Signs the batches that the node proposes.</param>
/// <param name="LogKey">Signs checkpoints as the log; note key name = the network's name.</param>
/// <param name="Number">From 1, never given to another node again.</param>
/// <param name="VoteKey">Cosigns checkpoints as this node; note key name = <c>&lt;network&gt;/node/&lt;number&gt;</c>.</param>
public sealed record Node(Ed25519PublicKey BatchKey, Ed25519PublicKey LogKey, int Number, Ed25519PublicKey VoteKey);

/// <summary>The nodes whose quorum makes a block final.</summary>
public sealed class NodeSet : IEquatable<NodeSet>
{
    /// <summary>Most nodes of a network.</summary>
    public const int MaxNodes = 31;

    /// <param name="nodes">1 to <see cref="MaxNodes"/>, ascending by number, every key different from every other.</param>
    /// <exception cref="ArgumentException">Not such a list.</exception>
    public NodeSet(IReadOnlyList<Node> nodes)
    {
        if (!IsValid(nodes))
        {
            throw new ArgumentException("A node set is 1 to 31 nodes in ascending order of their numbers, all keys different.", nameof(nodes));
        }

        Nodes = nodes;
        Hash = Hash32.Of(CanonicalJson.Encode(nodes, NodeSetJson.Canonical));
    }

    /// <summary>Ascending by number.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>SHA-256 of the list's canonical JSON; stands in the seals.</summary>
    public Hash32 Hash { get; }

    /// <summary>Signatures that make a block final: floor(2n/3)+1.</summary>
    public int Quorum => QuorumOf(Nodes.Count);

    /// <summary>How many of <paramref name="nodes"/> make a quorum: floor(2n/3)+1.</summary>
    public static int QuorumOf(int nodes) => (2 * nodes / 3) + 1;

    /// <summary>Whether the list can be a node set.</summary>
    public static bool IsValid(IReadOnlyList<Node> nodes)
    {
        var keys = new HashSet<Ed25519PublicKey>();
        var last = 0;
        foreach (var node in nodes)
        {
            if (node.Number <= last || !keys.Add(node.BatchKey) || !keys.Add(node.LogKey) || !keys.Add(node.VoteKey))
            {
                return false;
            }

            last = node.Number;
        }

        return nodes.Count is >= 1 and <= MaxNodes;
    }

    /// <summary>The node of a number, or null.</summary>
    public Node? Find(int number)
    {
        foreach (var node in Nodes)
        {
            if (node.Number == number)
            {
                return node;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(NodeSet? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NodeSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}

/// <summary>Serialisation of node lists.</summary>
[JsonSerializable(typeof(IReadOnlyList<Node>))]
public sealed partial class NodeSetJson : JsonSerializerContext
{
    /// <summary>Canonical type info of a node list.</summary>
    public static JsonTypeInfo<IReadOnlyList<Node>> Canonical { get; } =
        (JsonTypeInfo<IReadOnlyList<Node>>)CanonicalJson.CreateOptions(new NodeSetJson()).GetTypeInfo(typeof(IReadOnlyList<Node>));
}
