using Microsoft.AspNetCore.Authorization;
using Mingjian.Views.Session;

namespace Mingjian.Server.Session;

/// <summary>Met when the current user, as the ledger knows him or her now, passes the test.</summary>
internal sealed record CurrentUserRequirement(Func<CurrentUser, bool> Test) : IAuthorizationRequirement;

/// <summary>Asks the ledger anew each time which posts the person holds; not meeting the requirement denies.</summary>
internal sealed class CurrentUserHandler(CurrentUserService currentUser) : AuthorizationHandler<CurrentUserRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, CurrentUserRequirement requirement)
    {
        // A request whose cookie has just been checked is not looked up a second time; a page's circuit is, each time.
        var user = (context.Resource as HttpContext)?.Features.Get<LiveSession>() is { } session
            ? currentUser.Of(session)
            : await currentUser.FindAsync(CancellationToken.None);
        if (user is not null && requirement.Test(user))
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
