using Mingjian.Primitives;

namespace Mingjian.Views.Session;

/// <summary>What every page's frame needs to know of the running server. Static rendering only.</summary>
public interface IPageContext
{
    /// <summary>The ledger's name; null before it is founded.</summary>
    NetworkId? Network { get; }

    /// <summary>Demo data, clearly marked on every page.</summary>
    bool IsDemo { get; }

    /// <summary>No network has been founded yet: only the setup page is of use.</summary>
    bool NeedsSetup { get; }

    /// <summary>Passkeys can be used under the address by which this page was asked for: the user's own machine, or a registered site.</summary>
    bool PasskeysWork { get; }

    /// <summary>Pages come from a process without a node, and its node does not answer: reading goes on, acts wait.</summary>
    bool IsNodeAway { get; }

    /// <summary>Request token to be sent as <c>X-CSRF-TOKEN</c>, and as the form field of static forms.</summary>
    string CsrfToken { get; }

    /// <summary>The form field's name for <see cref="CsrfToken"/>.</summary>
    string CsrfField { get; }

    /// <summary>Base64url credential id of the session's passkey; null for a device key.</summary>
    ValueTask<string?> FindCredentialAsync(CancellationToken cancellationToken = default);
}
