using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Demo;

/// <param name="Account"><c>member</c>, <c>secretary</c>, <c>officer</c> or <c>auditor</c>.</param>
/// <param name="Key">Public key of a code that the browser has made.</param>
internal sealed record DemoQuestion(string Account, string Key);

/// <param name="Member">Whose invitation the browser can redeem now.</param>
internal sealed record DemoInvitation(string Member);

/// <summary>One-click sign-in of the demo. Everything here answers 404 unless the server runs the demo and is asked from this machine, through no proxy.</summary>
internal static class DemoEndpoints
{
    public static void AddDemo(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DemoActs>();
        builder.Services.AddSingleton<DemoSeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DemoSeed>());
        builder.Services.AddSingleton<DemoSignIn>();
    }

    /// <summary>Before routing decides on the page: outside the demo it is not there.</summary>
    public static void UseDemoGuard(this WebApplication app) => app.Use((context, next) =>
    {
        if ((context.Request.Path.StartsWithSegments("/demo", StringComparison.OrdinalIgnoreCase)
                || context.Request.Path.StartsWithSegments("/api/v1/demo", StringComparison.OrdinalIgnoreCase))
            && !(app.Services.GetRequiredService<ServerOptions>().Start == StartMode.Demo && context.IsOfThisMachine()))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return next(context);
    });

    public static void MapDemo(this WebApplication app) =>
        app.MapPost("/api/v1/demo/invitation", InviteAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();

    private static async Task<IResult> InviteAsync(DemoQuestion question, DemoSignIn demo, HttpContext context) =>
        await demo.InviteAsync(question.Account, question.Key, context.RequestAborted) is { } invitation
            ? Results.Ok(invitation)
            : Problems.Of(StatusCodes.Status404NotFound, "demo/unknown", "没有这个演示账号。");
}

/// <summary>Adds a device as people do for themselves: an invitation signed with a key that the demo's person has; and makes room for that and one more.</summary>
internal sealed class DemoSignIn(DemoSeed seed, DemoActs acts, ILedger ledger, TimeProvider clock)
{
    public async Task<DemoInvitation?> InviteAsync(string? account, string? publicKey, CancellationToken cancellationToken)
    {
        if (seed.Plan is not { } plan || PersonOf(account) is not { } person || !PublicKeyValue.TryParse(publicKey, out var key))
        {
            return null;
        }

        var member = plan.People[person].Id;
        using var own = Es256Signer.Import(plan.KeyOf(person));
        var state = ledger.ReadState();
        if (state.KeyRecord(own.Key.Id) is not { Revoked: null })
        {
            // Somebody tried out revoking every key of this person.
            return null;
        }

        var keys = state.KeysOf(member)?.Keys ?? [];
        // Whoever tries the demo in one browser after the other can still add a device of one's own.
        var tooMany = keys.Where(k => k != own.Key.Id).Take(keys.Count + 2 - MemberKeysRecord.Max).ToList();
        if (tooMany.Count > 0)
        {
            await acts.SubmitAsync(own, [.. tooMany.Select(k => new RevokeKey(k, KeyRevocationReason.Replaced))], cancellationToken);
        }

        await acts.SubmitAsync(
            own, [new IssueInvitation(member, key, LedgerTime.From(clock.GetUtcNow() + TimeSpan.FromMinutes(10)))], cancellationToken);
        return new DemoInvitation(member.ToString());
    }

    private static int? PersonOf(string? account) => account switch
    {
        "member" => DemoPlan.Member,
        "secretary" => DemoPlan.Secretary,
        "auditor" => DemoPlan.Auditor,
        "officer" => DemoPlan.Officer,
        _ => null,
    };
}
