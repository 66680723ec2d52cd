namespace Mingjian.Views.Session;

/// <summary>Names of the authorisation policies that stand for no right of the contracts, for <c>[Authorize(Policy = …)]</c>.</summary>
/// <remarks>Pages and endpoints that need a right name it (<c>RequireRight</c>). Every policy asks the ledger anew and denies when it cannot tell.</remarks>
public static class Policies
{
    /// <summary>Any signed-in member.</summary>
    public const string SignedIn = "signed-in";
}
