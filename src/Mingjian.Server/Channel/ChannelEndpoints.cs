using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Channel;

/// <summary>Marks an endpoint that only a token in the header opens: no page of another site can make a browser send one.</summary>
internal sealed class TokenRequired
{
    public static TokenRequired Marker { get; } = new();
}

/// <summary>What a node does for the web processes of its own organisation. It still checks every act as if a stranger had brought it.</summary>
internal static class ChannelEndpoints
{
    public const string Prefix = "/api/v1/web";

    /// <summary>How long a question for the next block may wait. Shorter than what proxies and clients bear.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void MapChannel(this WebApplication app)
    {
        var channel = app.MapGroup(Prefix).AllowAnonymous().RequireRateLimiting(RateLimits.Channel).WithMetadata(TokenRequired.Marker)
            .AddEndpointFilter(async (context, next) => context.HttpContext.RequestServices.GetRequiredService<ChannelToken>().Check(context.HttpContext)
                ? await next(context)
                : Problems.Of(StatusCodes.Status401Unauthorized, "web/token", "这里只受理本单位的网页服务器：需要节点数据目录里的 web.token。"));
        channel.MapGet("/standing", StandingAsync).Produces<NodeStanding>().ProducesProblem(401)
            .WithSummary("How the node stands, as soon as it has a block above a height; after 20 s in any case. Needs the token of web.token.");
        channel.MapPost("/acts", SubmitAsync).Accepts<object>("application/json").Produces<SubmissionAnswer>().ProducesProblem(400).ProducesProblem(401)
            .WithSummary("Takes signed acts of a web process's users. Body as of POST /api/v1/transactions; answers 200 whatever became of them.");
        channel.MapGet("/acts/{id}", FindAsync).Produces<SubmissionResult>().ProducesProblem(401).ProducesProblem(404)
            .WithSummary("What this node knows of an act, by its id in 64 hexadecimal digits.");
    }

    private static async Task<IResult> StandingAsync(
        ILedger ledger, INodeStanding standing, TimeProvider clock, IHostApplicationLifetime lifetime, HttpContext context, long above = -1)
    {
        // A copy that is ahead of its node is answered at once: that is a fault which it has to hear of.
        if (above == ledger.Head.Height)
        {
            using var limit = new CancellationTokenSource(Patience, clock);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted, lifetime.ApplicationStopping);
            try
            {
                await foreach (var _ in ledger.FollowAsync(above + 1, ending.Token))
                {
                    break;
                }
            }
            catch (OperationCanceledException)
            {
                // No block has come.
            }
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(standing.Read());
    }

    private static async Task<IResult> SubmitAsync(Submissions submissions, ServerOptions options, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, options.Limits.EnvelopesPerRequest);
        return request.Fault ?? Results.Ok(await submissions.SubmitForWebAsync(request.Acts, context.RequestAborted));
    }

    private static async Task<IResult> FindAsync(string id, OpenActs acts) =>
        LedgerEndpoints.TryParseId(id, out var hash) && await acts.FindAsync(hash) is { } act
            ? Results.Ok(act)
            : Problems.Of(StatusCodes.Status404NotFound, "ledger/transaction-unknown", "账本中没有这项记录。");
}
