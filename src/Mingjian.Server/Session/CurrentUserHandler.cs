using Microsoft.AspNetCore.Authorization;
using Mingjian.Client.Session;

namespace Mingjian.Server.Session;

/// <summary>Met when the current user, as the ledger knows him or her now, passes the test.</summary>
internal sealed record CurrentUserRequirement(Func<CurrentUser, bool> Test) : IAuthorizationRequirement;

/// <summary>Asks the ledger anew each time; not meeting the requirement denies.</summary>
internal sealed class CurrentUserHandler(CurrentUserService currentUser) : AuthorizationHandler<CurrentUserRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, CurrentUserRequirement requirement)
    {
        if (await currentUser.FindAsync(CancellationToken.None) is { } user && requirement.Test(user))
        {
            context.Succeed(requirement);
        }
    }
}

internal static class CurrentUserPolicies
{
    /// <summary>Adds "signed in, and the test holds". Unauthenticated requests are challenged, others forbidden.</summary>
    public static AuthorizationPolicyBuilder RequireCurrentUser(this AuthorizationPolicyBuilder policy, Func<CurrentUser, bool> test) =>
        policy.RequireAuthenticatedUser().AddRequirements(new CurrentUserRequirement(test));
}
