using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>What a node was caught at. Numbers are stable.</summary>
public enum EvidenceKind
{
    /// <summary>Two different votes for one height and epoch.</summary>
    DoubleVote = 1,

    /// <summary>A vote for something else than what the quorum made final.</summary>
    WrongVote = 2,

    /// <summary>This node itself came to something else than the quorum: it has halted.</summary>
    OwnDivergence = 3,
}

/// <summary>Two signed notes that cannot both be right; anybody can check them with the network's public keys.</summary>
/// <param name="Epoch">Of the block.</param>
/// <param name="First">The node's vote.</param>
/// <param name="Height">The block.</param>
/// <param name="Kind">What the node was caught at.</param>
/// <param name="Node">Its number.</param>
/// <param name="Second">Its other vote, or the final checkpoint.</param>
public sealed record Evidence(int Epoch, string First, long Height, EvidenceKind Kind, int Node, string Second)
{
    /// <summary>Prefix of the names under which evidence is kept.</summary>
    internal const string RecordPrefix = "evidence/";

    /// <summary>One record for each node, kind and block: the first pair is enough.</summary>
    internal string RecordName => FormattableString.Invariant($"{RecordPrefix}{Height:d19}/{Epoch}/{Node}/{(int)Kind}");

    /// <summary>The record as it is kept.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, EvidenceJson.Canonical);

    /// <exception cref="CanonicalJsonException">Not a record of evidence.</exception>
    internal static Evidence Decode(ReadOnlySpan<byte> bytes) => CanonicalJson.Decode(bytes, EvidenceJson.Canonical);
}

/// <summary>Serialisation of evidence.</summary>
[JsonSerializable(typeof(Evidence))]
internal sealed partial class EvidenceJson : JsonSerializerContext
{
    public static JsonTypeInfo<Evidence> Canonical { get; } =
        (JsonTypeInfo<Evidence>)CanonicalJson.CreateOptions(new EvidenceJson()).GetTypeInfo(typeof(Evidence));
}
