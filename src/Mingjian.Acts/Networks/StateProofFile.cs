using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>What the ledger's state says under one key as of one block, proven: a record, or that there is none (<c>*.mjstate.json</c>).</summary>
/// <remarks>
/// Canonical JSON (docs/reference/formats.md, "State proof file"). Whoever trusts the network file checks: the seal stands in the log as the last entry of its
/// block, under a final checkpoint; the proof leads from key and value to the seal's state root. A later block may say otherwise.
/// </remarks>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Key">Of the record, for example <c>dues/payment/p-…</c>.</param>
/// <param name="Proof">Of presence or absence, whichever is the case.</param>
/// <param name="Seal">Bytes of the seal entry of the block.</param>
/// <param name="SealProof">Text of a C2SP tlog-proof@v1 that the seal stands in the log.</param>
/// <param name="Value">The record's canonical bytes; null when there is none.</param>
public sealed record StateProofFile(string Format, string Key, byte[] Proof, byte[] Seal, string SealProof, byte[]? Value)
{
    /// <summary>The one value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "mingjian-state-proof@v1";

    /// <summary>Usual file name extension.</summary>
    public const string Extension = ".mjstate.json";

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, StateProofJson.Canonical);
}

/// <summary>Serialisation of state proof files.</summary>
[JsonSerializable(typeof(StateProofFile))]
public sealed partial class StateProofJson : JsonSerializerContext
{
    /// <summary>Canonical type info.</summary>
    public static JsonTypeInfo<StateProofFile> Canonical { get; } =
        (JsonTypeInfo<StateProofFile>)CanonicalJson.CreateOptions(new StateProofJson()).GetTypeInfo(typeof(StateProofFile));
}
