using Microsoft.JSInterop;
using Mingjian.Client.Signing;

namespace Mingjian.Web.Signing;

/// <summary>How signing and submitting ended.</summary>
/// <param name="Ok">All acts are final.</param>
/// <param name="Cancelled">The person closed the dialog; nothing was signed.</param>
/// <param name="Done">How many acts are final.</param>
/// <param name="Height">The newest block of them; 0 when none.</param>
/// <param name="Code">Stable code of the first refusal; null when all are final.</param>
/// <param name="Message">Chinese; null when all are final.</param>
public sealed record ActOutcome(bool Ok, bool Cancelled, int Done, long Height, string? Code, string? Message);

/// <summary>Hands acts to <c>mj.act</c> in the browser, from an interactive page.</summary>
public sealed class ActRunner(IJSRuntime js) : IAsyncDisposable
{
    private IJSObjectReference? _module;

    /// <summary>Shows what will be signed, signs, submits. Waits for as long as the person reads.</summary>
    /// <param name="acts">From a service.</param>
    /// <param name="names">Names to show beside ids.</param>
    public async Task<ActOutcome> RunAsync(ActsToSign acts, IReadOnlyDictionary<string, string> names)
    {
        _module ??= await js.InvokeAsync<IJSObjectReference>("import", "/_content/Mingjian.Web/js/act-brief.js");
        return await _module.InvokeAsync<ActOutcome>("actBrief", CancellationToken.None, acts.CommandsJson, names);
    }

    public async ValueTask DisposeAsync()
    {
        if (_module is not null)
        {
            try
            {
                await _module.DisposeAsync();
            }
            catch (JSDisconnectedException)
            {
                // The circuit is gone, and the module with it.
            }
        }
    }
}
