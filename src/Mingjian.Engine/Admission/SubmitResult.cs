using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>How a submission ended.</summary>
/// <param name="TransactionId">SHA-256 of the payload's PAE; default when the envelope could not be read.</param>
/// <param name="Height">The final block; null when refused before ordering.</param>
/// <param name="Index">The log entry; null when refused before ordering.</param>
/// <param name="Refusal">Null when carried out.</param>
public sealed record SubmitResult(Hash32 TransactionId, long? Height, long? Index, Refusal? Refusal)
{
    /// <summary>A refusal; that of a duplicate carries where the act stands.</summary>
    internal static SubmitResult Refused(IBlockStore store, Hash32 transactionId, Refusal refusal)
    {
        var place = string.Equals(refusal.Name, nameof(AdmissionRejection.Duplicate), StringComparison.Ordinal)
            ? store.FindTransaction(transactionId)
            : null;
        return new SubmitResult(transactionId, place?.Height, place?.Index, refusal);
    }
}

/// <summary>A refusal with its stable code: <c>admission/…</c> from the engine or <c>&lt;contract&gt;/…</c> from a contract.</summary>
/// <param name="Code">For example <c>dues/1203</c>.</param>
/// <param name="Name">The enum member, for logs; empty where only the ledger's entry is known, which has the code alone.</param>
public sealed record Refusal(string Code, string Name);
