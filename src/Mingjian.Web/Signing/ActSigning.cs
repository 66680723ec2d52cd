using System.Text;
using Microsoft.JSInterop;
using Mingjian.Acts.Signing;

namespace Mingjian.Web.Signing;

/// <summary>Hands acts from an interactive page to <c>mj.act</c> in the browser, where the person reads and signs them.</summary>
public static class ActSigning
{
    private const string Module = "./_content/Mingjian.Web/js/circuit.js";

    /// <summary>People read before they sign, and long lists take a while to enter: half an hour.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>Loads the signing script, so that it is there when somebody signs. Whatever the page's components asked the browser for before is done by then.</summary>
    public static async Task LoadSigningAsync(this IJSRuntime js)
    {
        await using var module = await js.InvokeAsync<IJSObjectReference>("import", Module);
    }

    /// <summary>Shows, signs and submits; returns when all is final, refused, cancelled, or open for longer than people wait. Never throws for a refusal.</summary>
    /// <param name="js">The page's runtime.</param>
    /// <param name="acts">Streamed to the browser, so their size is not bound by a message.</param>
    /// <param name="names">Names to show beside ids in the signing dialog; null for none.</param>
    /// <param name="cancellationToken">Stops waiting; what was submitted stays.</param>
    public static async Task<ActOutcome> ActAsync(
        this IJSRuntime js, ActsToSign acts, IReadOnlyDictionary<string, string>? names = null, CancellationToken cancellationToken = default)
    {
        await using var module = await js.InvokeAsync<IJSObjectReference>("import", cancellationToken, Module);
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(acts.CommandsJson)));
        return await module.InvokeAsync<ActOutcome>("actFromCircuit", Patience, stream, names ?? new Dictionary<string, string>(StringComparer.Ordinal),
            acts.Held);
    }
}

/// <summary>How signing ended.</summary>
/// <param name="Ok">Every act is final.</param>
/// <param name="Cancelled">The person did not sign; nothing was submitted.</param>
/// <param name="Final">Acts that are final.</param>
/// <param name="Refused">Acts that the ledger refused.</param>
/// <param name="Height">The highest block of the final acts; null when there is none.</param>
/// <param name="Index">The log entry of the first final act; null when there is none.</param>
/// <param name="Message">Why it did not work, for the user; null when it did.</param>
/// <param name="Refusals">The first refusals, for the user.</param>
/// <param name="Held">Signed and kept for a second person's signature; nothing is on the ledger yet.</param>
/// <param name="Open">Acts that were taken and are neither final nor refused yet; the line above the page follows them.</param>
/// <param name="Uncertain">It broke off after the first submission: something may have been taken.</param>
public sealed record ActOutcome(
    bool Ok, bool Cancelled, int Final, int Refused, long? Height, long? Index, string? Message, IReadOnlyList<string> Refusals,
    bool Held = false, int Open = 0, bool Uncertain = false)
{
    /// <summary>Nothing of it is on the ledger, and nothing will be.</summary>
    public bool IsNothing => Final == 0 && Open == 0 && !Uncertain && !Held;
}
