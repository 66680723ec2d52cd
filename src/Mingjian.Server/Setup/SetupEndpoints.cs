using Mingjian.Acts.Signing;
using System.Text.Json;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Server.Identity;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Session;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Directory;

namespace Mingjian.Server.Setup;

/// <summary>Names for the founding act. They go into the vault; the ledger gets a commitment to the committee's.</summary>
internal sealed record SetupNames(string Code, string Committee, string Officer);

/// <summary>What the founding act is built from: <c>organizations.FoundNetwork</c> without the key.</summary>
/// <param name="Name">Commitment to the committee's name.</param>
internal sealed record SetupPlan(string Committee, string Name, string Officer);

/// <summary>Asks for a passkey for the first officer.</summary>
internal sealed record SetupPasskey(string Code, string Officer);

/// <summary>Founding a network on an empty ledger, guarded by the console's one-time code.</summary>
internal static class SetupEndpoints
{
    private const int MaxNameLength = 60;
    private const string CodeHeader = "X-Setup-Code";

    public static void AddSetup(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SetupCode>();
        builder.Services.AddHostedService<SetupAnnouncement>();
    }

    public static void MapSetup(this WebApplication app)
    {
        app.MapPost("/api/v1/setup/names", PrepareAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces<SetupPlan>().ProducesProblem(403).ProducesProblem(422);
        app.MapPost("/api/v1/setup/passkey/options", PasskeyOptionsAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces<PasskeyOptions>().ProducesProblem(403);
        app.MapPost("/api/v1/setup", FoundAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn).Produces<SubmissionAnswer>().ProducesProblem(403).ProducesProblem(422);
    }

    private static async Task<IResult> PrepareAsync(SetupNames request, SetupCode code, INameRegistry names, HttpContext context)
    {
        if (!code.Check(request.Code))
        {
            return WrongCode();
        }

        if (Clean(request.Committee) is not { } committeeName || Clean(request.Officer) is not { } officerName)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "setup/name", $"请填写党委名称和组织委员姓名，各 1 至 {MaxNameLength} 字，不含控制字符。");
        }

        var committee = LedgerId.New<OrganizationId>();
        var officer = LedgerId.New<MemberId>();
        var commitment = await names.RegisterAsync(committee, committeeName, context.RequestAborted);
        await names.RegisterAsync(officer, officerName, context.RequestAborted);
        return Results.Ok(new SetupPlan(committee.ToString(), commitment.ToString(), officer.ToString()));
    }

    private static async Task<IResult> PasskeyOptionsAsync(SetupPasskey request, SetupCode code, Passkeys passkeys, PasskeySite site, HttpContext context)
    {
        if (!code.Check(request.Code) || !MemberId.TryParse(request.Officer, out var officer))
        {
            return WrongCode();
        }

        if (!site.IsUsable(context.Request))
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, PasskeySite.Code, PasskeySite.Detail);
        }

        var (json, state) = await passkeys.BeginCreateAsync(officer, context);
        return Results.Ok(new PasskeyOptions(JsonElement.Parse(json), state));
    }

    private static async Task<IResult> FoundAsync(
        SetupCode code, Submissions submissions, Passkeys passkeys, SessionManager sessions, HttpContext context)
    {
        if (!code.Check(context.Request.Headers[CodeHeader]))
        {
            return WrongCode();
        }

        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } fault)
        {
            return fault;
        }

        if (request.Acts[0].Command is null)
        {
            // What cannot be read is the ledger's to refuse, with the reason.
            return Submissions.ToResult(await submissions.SubmitAsync(request.Acts, Door.Setup, context));
        }

        if (CommandRegistry.Find(request.Acts[0].Payload) is not FoundNetwork found)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "setup/not-founding", "这里只能办理启用。");
        }

        var answer = await submissions.SubmitAsync(request.Acts, Door.Setup, context);
        await passkeys.KeepAsync(
            context.Request.Headers[InvitationEndpoints.PasskeyHeader], found.Officer, found.Key.Id, answer, context.RequestAborted);
        if (answer.Ok)
        {
            await SignInEndpoints.OpenAsync(found.Key.Id, sessions, context);
        }

        return Submissions.ToResult(answer);
    }

    private static string? Clean(string? name)
    {
        var text = TextFold.Stored(name);
        return text is { Length: > 0 and <= MaxNameLength } && !text.Any(char.IsControl) ? text : null;
    }

    private static IResult WrongCode() => Problems.Of(
        StatusCodes.Status403Forbidden, "setup/code", "启用码不对，或者系统已经启用。启用码显示在服务器的控制台上；输错十次后须重新启动服务器。");
}

/// <summary>Prints the setup code where only the operator sees it.</summary>
internal sealed class SetupAnnouncement(SetupCode code, INodeStanding node, ServerOptions options, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // After the address, so that it is the last line an operator sees.
        lifetime.ApplicationStarted.Register(() => _ = AnnounceAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task AnnounceAsync()
    {
        // A web process has to hear from its node first.
        while (node.Place is null && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (options.Start == StartMode.Empty && code.MayOpen)
        {
            Console.WriteLine($"  启用码 setup code  {code.Text}   (open /setup)");
        }
    }
}
