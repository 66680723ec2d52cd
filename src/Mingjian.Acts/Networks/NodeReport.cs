using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Nodes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>What a node says of itself at <c>/ledger/node</c>. Unsigned: for operators, no evidence of anything.</summary>
/// <param name="Network">The ledger.</param>
/// <param name="Number">The node's, 1 where it is alone.</param>
/// <param name="Shared">Whether it is a node of a network, or alone.</param>
/// <param name="Height">Newest final block.</param>
/// <param name="Size">Log entries.</param>
/// <param name="Root">Log root over them.</param>
/// <param name="StateRoot">After the newest block.</param>
/// <param name="Time">Of the newest block.</param>
/// <param name="Lag">Blocks that the others have, by their votes, and this node has not.</param>
/// <param name="Epoch">Of the next block.</param>
/// <param name="Quorum">Votes that make it final.</param>
/// <param name="Member">This node's votes count, with the keys that it runs with.</param>
/// <param name="Halted">It came to something else than the quorum and votes no more.</param>
/// <param name="Hold">Why it does not vote for the block that is due: <c>None</c>, <c>NotAMember</c>, <c>Time</c>, <c>Frozen</c>, <c>OtherRoot</c>, <c>Restored</c>, <c>Protocol</c> or <c>Halted</c>.</param>
/// <param name="Nodes">What it has seen of each node since its start.</param>
/// <param name="Order">How its way to the order is; null where it is alone.</param>
/// <param name="Evidence">What nodes were caught at.</param>
/// <param name="PeerFault">Why catching up from a peer failed last, in English and without any address; null when it has not.</param>
/// <param name="CertificatesUntil">When the first of its certificates for etcd ends, UTC; null where it has none.</param>
/// <param name="Founding">
/// <c>Done</c>; <c>AgreementMissing</c>: the organisations have not signed the network agreement yet; <c>NotSetUp</c>: nobody has founded the top committee
/// yet; <c>Foreign</c>: the agreement on the ledger is not the one that the node is configured with.
/// </param>
/// <param name="Protocol">By which the next block is made.</param>
/// <param name="Carries">The newest protocol that its program carries.</param>
public sealed record NodeReport(
    NetworkId Network, int Number, bool Shared, long Height, long Size, Hash32 Root, Hash32 StateRoot, LedgerTime Time, long Lag,
    int Epoch, int Quorum, bool Member, bool Halted, string Hold, IReadOnlyList<SeenNode> Nodes,
    OrderReport? Order, IReadOnlyList<EvidenceReport> Evidence, string? PeerFault, DateTimeOffset? CertificatesUntil = null, string? Founding = null, int Protocol = 1, int Carries = 1)
{
    /// <summary>A certificate that ends sooner is warned of.</summary>
    public static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(30);
}

/// <param name="Number">The node.</param>
/// <param name="Member">Whether its vote counts for the next block.</param>
/// <param name="LastVote">Height of its newest vote; null when none was seen.</param>
/// <param name="Skipped">Batches of its that were skipped.</param>
/// <param name="Evidence">How often it was caught.</param>
public sealed record SeenNode(int Number, bool Member, long? LastVote, long Skipped, long Evidence);

/// <param name="Reached">Whether an etcd member has ever answered.</param>
/// <param name="LastContact">When one answered last, UTC.</param>
/// <param name="Position">Newest position delivered.</param>
/// <param name="Unconfirmed">Own batches in the order that are not final yet.</param>
/// <param name="Skipped">Values in the order that no node may put, seen since the start.</param>
public sealed record OrderReport(bool Reached, DateTimeOffset? LastContact, long Position, int Unconfirmed, long Skipped);

/// <param name="Kind"><c>DoubleVote</c>, <c>WrongVote</c> or <c>OwnDivergence</c>.</param>
/// <param name="Node">Who was caught.</param>
/// <param name="Height">At which block.</param>
public sealed record EvidenceReport(string Kind, int Node, long Height);

/// <summary>The present network agreement as <c>/ledger/agreement</c> gives it: what a change starts from.</summary>
/// <param name="Agreement">Signs the next block.</param>
/// <param name="HighestNumber">The highest number ever given: a newcomer takes the next.</param>
/// <param name="Pending">A change is decided and not in effect yet: until then no other.</param>
public sealed record AgreementFile(Agreement Agreement, int HighestNumber, bool Pending)
{
    /// <summary>Canonical JSON.</summary>
    public static byte[] Encode(Agreement agreement, int highestNumber, bool pending) =>
        CanonicalJson.Encode(new AgreementFile(agreement, highestNumber, pending), NodeReportJson.CanonicalAgreement);

    /// <exception cref="CanonicalJsonException">Not such a file.</exception>
    public static AgreementFile Parse(ReadOnlySpan<byte> bytes) => CanonicalJson.Decode(bytes, NodeReportJson.CanonicalAgreement);
}

/// <summary>Serialisation of what nodes say of themselves.</summary>
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(AgreementFile))]
public sealed partial class NodeReportJson : JsonSerializerContext
{
    /// <summary>Canonical type info of an agreement.</summary>
    public static JsonTypeInfo<AgreementFile> CanonicalAgreement { get; } =
        (JsonTypeInfo<AgreementFile>)CanonicalJson.CreateOptions(new NodeReportJson()).GetTypeInfo(typeof(AgreementFile));
}
