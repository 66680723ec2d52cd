using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Operations;

/// <summary>A finished backup.</summary>
internal sealed record BackupAnswer(string Directory, BackupManifest Manifest);

/// <summary>What only the operator of this machine may ask for.</summary>
internal static class OperationsServices
{
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(provider => OperatorToken.Create(provider.GetRequiredService<ServerOptions>()));
        builder.Services.AddHostedService<OperatorTokenStart>();
        builder.Services.AddSingleton<Backups>();
    }

    // The token is the authority: no sign-in scheme knows the operator.
    public static void MapOperations(this WebApplication app)
    {
        HeightEndpoint.Map(app);
        app.MapPost("/api/v1/operator/backups", TakeAsync).AllowAnonymous().RequireCsrfToken().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Takes a backup into the configured directory. Needs the token of the data directory's file operator.token.")
            .Produces<BackupAnswer>().ProducesProblem(401).ProducesProblem(409).ProducesProblem(507);
    }

    internal static IResult NoToken() => Problems.Of(
        StatusCodes.Status401Unauthorized, "operator/token", "需要本机运维令牌：服务器数据目录里的 operator.token，每次启动重新生成。");

    private static async Task<IResult> TakeAsync(OperatorToken token, Backups backups, HttpContext context)
    {
        if (!token.Check(context.Request.Headers.Authorization))
        {
            return NoToken();
        }

        try
        {
            return await backups.TakeAsync(context.RequestAborted) is { } taken
                ? Results.Ok(taken)
                : Problems.Of(StatusCodes.Status409Conflict, "operator/backup-running", "另一次备份正在进行，请等它完成。");
        }
        catch (IOException e)
        {
            return Problems.Of(StatusCodes.Status507InsufficientStorage, "operator/backup-failed", $"备份没有完成，没有留下半份文件：{e.Message}");
        }
    }

    /// <summary>Makes the token at the start, not at the first request.</summary>
    private sealed class OperatorTokenStart(OperatorToken token) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(token);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
