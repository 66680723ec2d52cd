namespace Mingjian.Client.Session;

/// <summary>Names of the authorisation policies, for <c>[Authorize(Policy = …)]</c> on pages and endpoints.</summary>
/// <remarks>
/// They open a page to a kind of post; what may be read or done there is decided by the slice's service for the organisation in
/// question. Every policy asks the ledger anew and denies when it cannot tell.
/// </remarks>
public static class Policies
{
    /// <summary>Any signed-in member.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>Any post.</summary>
    public const string Staff = "staff";

    /// <summary>Organisation officer.</summary>
    public const string Officer = "officer";

    /// <summary>Organisation officer or branch secretary: who may issue invitations.</summary>
    public const string Inviting = "inviting";

    /// <summary>Branch secretary or dues collector.</summary>
    public const string Branch = "branch";

    /// <summary>Organisation officer or auditor.</summary>
    public const string Oversight = "oversight";
}
