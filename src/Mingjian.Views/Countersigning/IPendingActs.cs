using Mingjian.Acts.Signing;
using Mingjian.Primitives;
using Mingjian.Views.Session;

namespace Mingjian.Views.Countersigning;

/// <summary>Acts that one person has signed and that wait for a second person's signature: back payments of more than six months (Art. 12).</summary>
public interface IPendingActs
{
    /// <summary>Waiting acts that the signed-in person has signed or may sign, newest first; those that are over are left out.</summary>
    /// <exception cref="AccessDeniedException">Not signed in.</exception>
    Task<IReadOnlyList<PendingAct>> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>A waiting act.</summary>
/// <param name="Title">From the signed bytes, like <paramref name="Facts"/>. Whoever signs is shown both again, computed in the browser.</param>
/// <param name="SignerName">Who has signed.</param>
/// <param name="Made">When the server took it.</param>
/// <param name="Expires">When the first signature ends.</param>
/// <param name="MaySign">The signed-in person is the second one whose signature is missing.</param>
/// <param name="Envelope">Canonical JSON text with the first signature.</param>
/// <param name="Names">Id to name, for display.</param>
public sealed record PendingAct(
    string Title, IReadOnlyList<SummaryFact> Facts, string SignerName, LedgerTime Made, LedgerTime Expires, bool MaySign, string Envelope,
    IReadOnlyDictionary<string, string> Names);
