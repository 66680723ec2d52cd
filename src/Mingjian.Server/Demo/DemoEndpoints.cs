using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;

namespace Mingjian.Server.Demo;

/// <param name="Account"><c>member</c>, <c>secretary</c>, <c>officer</c> or <c>auditor</c>.</param>
internal sealed record DemoQuestion(string Account);

/// <param name="Code">The invitation's code, base64; the browser redeems it at once.</param>
internal sealed record DemoInvitation(string Member, string Code);

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
            .RequireRateLimiting(HostingServices.SignInLimit).ExcludeFromDescription();

    private static async Task<IResult> InviteAsync(DemoQuestion question, DemoSignIn demo, HttpContext context) =>
        await demo.InviteAsync(question.Account, context.RequestAborted) is { } invitation
            ? Results.Ok(invitation)
            : Problems.Of(StatusCodes.Status404NotFound, "demo/unknown", "没有这个演示账号。");
}

/// <summary>Issues an invitation with the demo officer's key and makes room for one more key of that person.</summary>
internal sealed class DemoSignIn(DemoSeed seed, DemoActs acts, ILedger ledger, TimeProvider clock)
{
    public async Task<DemoInvitation?> InviteAsync(string? account, CancellationToken cancellationToken)
    {
        if (seed.Plan is not { } plan || MemberOf(plan, account) is not { } member)
        {
            return null;
        }

        using var officer = Es256Signer.Import(plan.OfficerKey);
        using var secretary = Es256Signer.Import(plan.SecretaryKey);
        var keys = ledger.ReadState().KeysOf(member)?.Keys ?? [];
        if (keys.Count >= MemberKeysRecord.Max && keys.First(k => k != officer.Key.Id && k != secretary.Key.Id) is var oldest)
        {
            await acts.SubmitAsync(officer, [new RevokeKey(oldest, KeyRevocationReason.Replaced)], cancellationToken);
        }

        var code = Salt.New();
        await acts.SubmitAsync(
            officer, [new IssueInvitation(member, DemoSeed.HashOf(code), LedgerTime.From(clock.GetUtcNow() + TimeSpan.FromMinutes(10)))],
            cancellationToken);
        return new DemoInvitation(member.ToString(), code.ToString());
    }

    private static MemberId? MemberOf(DemoPlan plan, string? account) => account switch
    {
        "member" => plan.People[DemoPlan.Member].Id,
        "secretary" => plan.People[DemoPlan.Secretary].Id,
        "auditor" => plan.People[DemoPlan.Auditor].Id,
        "officer" => plan.Officer,
        _ => null,
    };
}
