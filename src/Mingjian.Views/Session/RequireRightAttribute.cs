using Microsoft.AspNetCore.Authorization;
using Mingjian.Contracts.Kernel;

namespace Mingjian.Views.Session;

/// <summary>Opens a page or endpoint to whoever holds a right anywhere, by the contracts' own table (<see cref="Contracts.Rights.Table"/>).</summary>
/// <remarks>
/// Over which organisation is decided by the slice's service for the organisation in question. Asked of the ledger anew each time; denied
/// when it cannot tell.
/// </remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequireRightAttribute : AuthorizeAttribute
{
    public RequireRightAttribute(Right right)
        : base(PolicyOf(right)) => Right = right;

    public Right Right { get; }

    /// <summary>The name of the right's policy.</summary>
    public static string PolicyOf(Right right) => "right:" + right;
}
