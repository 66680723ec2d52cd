using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mingjian.Primitives;

/// <summary>One node of a network with its public keys: a key for each kind of statement, because a signature does not say what it means.</summary>
/// <param name="BatchKey">Signs the batches that the node proposes.</param>
/// <param name="LogKey">Signs checkpoints as the log; note key name = the network's name.</param>
/// <param name="Number">From 1, never given to another node again.</param>
/// <param name="VoteKey">Cosigns checkpoints as this node; note key name = <c>&lt;network&gt;/node/&lt;number&gt;</c>.</param>
public sealed record Node(Ed25519PublicKey BatchKey, Ed25519PublicKey LogKey, int Number, Ed25519PublicKey VoteKey);

/// <summary>A node, the organisation that runs it, and the key with which that organisation speaks in matters of the network.</summary>
/// <param name="Node">Number and public keys of the node.</param>
/// <param name="Organization">Has one node; a number stays with its organisation.</param>
/// <param name="OrganizationKey">Scheme <c>es256</c>; kept by the organisation apart from its node.</param>
public sealed record Seat(Node Node, OrganizationId Organization, PublicKeyValue OrganizationKey);

/// <summary>The nodes whose quorum makes a block final, and in a network the organisations that they speak for.</summary>
/// <remarks>
/// Two forms with two kinds of hash. A network's set is of seats, so that whoever commits to it commits to the organisations and their keys
/// too: nobody who merely knows the nodes' keys can put other organisations in their place. A node that is alone has a set without
/// organisations, which no list of seats can equal.
/// </remarks>
public sealed class NodeSet : IEquatable<NodeSet>
{
    /// <summary>Most nodes of a network.</summary>
    public const int MaxNodes = 31;

    private const string OrganizationScheme = "es256";

    /// <summary>Nodes that no organisation is named for.</summary>
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

    /// <summary>A network's nodes with their organisations.</summary>
    /// <param name="seats">1 to <see cref="MaxNodes"/>, ascending by number, every key and every organisation different from every other.</param>
    /// <exception cref="ArgumentException">Not such a list.</exception>
    public NodeSet(IReadOnlyList<Seat> seats)
    {
        if (!IsValid(seats))
        {
            throw new ArgumentException("Seats are 1 to 31 in ascending order of their numbers, all organisations and keys different.", nameof(seats));
        }

        Seats = seats;
        Nodes = NodesOf(seats);
        Hash = Hash32.Of(CanonicalJson.Encode(seats, NodeSetJson.CanonicalSeats));
    }

    /// <summary>Ascending by number.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The same with their organisations; null where none are named, as for a node that is alone.</summary>
    public IReadOnlyList<Seat>? Seats { get; }

    /// <summary>SHA-256 of the canonical JSON of the seats, or of the nodes where there are no seats; stands in the seals.</summary>
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

    /// <summary>Whether the list can be a network's: nodes as above, organisations and their keys all different, keys of scheme es256.</summary>
    public static bool IsValid(IReadOnlyList<Seat> seats)
    {
        if (!IsValid(NodesOf(seats)))
        {
            return false;
        }

        var organizations = new HashSet<OrganizationId>();
        var keys = new HashSet<PublicKeyValue>();
        foreach (var seat in seats)
        {
            if (!string.Equals(seat.OrganizationKey.Scheme, OrganizationScheme, StringComparison.Ordinal)
                || !organizations.Add(seat.Organization) || !keys.Add(seat.OrganizationKey))
            {
                return false;
            }
        }

        return true;
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

    private static List<Node> NodesOf(IReadOnlyList<Seat> seats)
    {
        var nodes = new List<Node>(seats.Count);
        foreach (var seat in seats)
        {
            nodes.Add(seat.Node);
        }

        return nodes;
    }
}

/// <summary>Serialisation of node lists.</summary>
[JsonSerializable(typeof(IReadOnlyList<Node>))]
[JsonSerializable(typeof(IReadOnlyList<Seat>))]
public sealed partial class NodeSetJson : JsonSerializerContext
{
    /// <summary>Canonical type info of a node list.</summary>
    public static JsonTypeInfo<IReadOnlyList<Node>> Canonical { get; } =
        (JsonTypeInfo<IReadOnlyList<Node>>)CanonicalJson.CreateOptions(new NodeSetJson()).GetTypeInfo(typeof(IReadOnlyList<Node>));

    /// <summary>Canonical type info of a list of seats.</summary>
    public static JsonTypeInfo<IReadOnlyList<Seat>> CanonicalSeats { get; } =
        (JsonTypeInfo<IReadOnlyList<Seat>>)CanonicalJson.CreateOptions(new NodeSetJson()).GetTypeInfo(typeof(IReadOnlyList<Seat>));
}
