using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>A signed envelope that somebody hands in, decoded once: doors, admission and whoever else asks look at the same reading of the same bytes.</summary>
/// <remarks>
/// Decoding checks the one canonical form and nothing else: no signature, no network, no time is vouched for. It happens at the first question, so
/// that a submission whose submitter asks nothing is decoded where admission does its work, on all cores.
/// </remarks>
/// <param name="bytes">Never trusted, and never changed after this; they are what is ordered and logged.</param>
public sealed class SubmittedAct(ReadOnlyMemory<byte> bytes)
{
    private Reading? _reading;

    /// <summary>As submitted.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Why the bytes are no envelope.</summary>
    public EnvelopeFault EnvelopeFault => Read().EnvelopeFault;

    /// <summary>Null unless <see cref="EnvelopeFault"/> is none.</summary>
    public Envelope? Envelope => Read().Envelope;

    /// <summary>Null unless both envelope and payload have the right form.</summary>
    public TransactionPayload? Payload => Read().Payload;

    /// <summary>SHA-256 of the payload's PAE; default when the bytes are no envelope.</summary>
    public Hash32 Id => Read().Id;

    /// <summary>The command's name; null for anything that is not a well-formed act.</summary>
    public string? Command => Payload?.Command;

    /// <summary>What the signatures cover; empty when the bytes are no envelope.</summary>
    internal byte[] Pae => Read().Pae;

    // Two who ask at once read twice and see the same.
    private Reading Read() => _reading ??= Decode();

    private Reading Decode()
    {
        if (Envelope.TryDecode(Bytes.Span, out var envelope) is var fault && fault != EnvelopeFault.None)
        {
            return new Reading(fault, null, null, [], default);
        }

        var pae = envelope!.ToPae();
        TransactionPayload.TryDecode(envelope.Payload, out var payload);
        return new Reading(EnvelopeFault.None, envelope, payload, pae, Hash32.Of(pae));
    }

    private sealed record Reading(EnvelopeFault EnvelopeFault, Envelope? Envelope, TransactionPayload? Payload, byte[] Pae, Hash32 Id);
}
