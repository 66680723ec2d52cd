using Mingjian.Engine;
using Mingjian.Engine.Agreement;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Operations;

/// <param name="Freeze">The height at which this node shall vote no more in its epoch; null only looks.</param>
internal sealed record HeightRequest(long? Freeze);

/// <param name="Hold">Name of the <see cref="VoteHold"/>.</param>
/// <param name="Position">Of the batch that is due; null when none has come.</param>
/// <param name="Statement">What the organisation signs for; null when nothing was frozen.</param>
internal sealed record HeightAnswer(
    long Height, int Epoch, long? Position, int? Proposer, DateTimeOffset? Time, string? Root, string Hold, IReadOnlyList<HeightVote> Votes,
    IReadOnlyList<long> Waiting, StatementAnswer? Statement);

internal sealed record HeightVote(int Node, string Root);

/// <param name="Root">Null = the node voted for none.</param>
internal sealed record StatementAnswer(int Node, long Height, int Epoch, string? Root);

/// <summary>The height that is open, and freezing this node there: the first steps of a restart (docs/adr/0002).</summary>
internal static class HeightEndpoint
{
    // The token is the authority: no sign-in scheme knows the operator.
    public static void Map(WebApplication app) =>
        app.MapPost("/api/v1/operator/height", Run).AllowAnonymous().RequireCsrfToken().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("The open height as this node sees it; with freeze, this node votes no more there in its epoch. Needs the token of operator.token.")
            .Produces<HeightAnswer>().ProducesProblem(401).ProducesProblem(409);

    private static IResult Run(HeightRequest? request, OperatorToken token, Ledger ledger, HttpContext context)
    {
        if (!token.Check(context.Request.Headers.Authorization))
        {
            return OperationsServices.NoToken();
        }

        HeightStatement? statement = null;
        if (request?.Freeze is { } height)
        {
            try
            {
                statement = ledger.Freeze(height);
            }
            catch (VotesUnknownException)
            {
                return Problems.Of(
                    StatusCodes.Status409Conflict, "operator/votes-unknown", "这个节点是从旧备份恢复的，不知道自己在这个区块上投过什么票，不能作出陈述。请由其他单位陈述。");
            }

            if (statement is null)
            {
                return Problems.Of(
                    StatusCodes.Status409Conflict, "operator/nothing-stalled", $"第 {height} 区块没有停住：它已经确认，或者还没有轮到。请核对高度；没有冻结任何表决。");
            }
        }

        var open = ledger.ReadOpenHeight();
        return Results.Ok(new HeightAnswer(
            open.Height, open.Epoch, open.Position, open.Proposer,
            open.Time is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time.Milliseconds) : null, open.Root?.ToString(), open.Hold.ToString(),
            [.. open.Votes.Select(v => new HeightVote(v.Node, v.Root.ToString()))], open.Waiting,
            statement is null ? null : new StatementAnswer(statement.Node, statement.Height, statement.Epoch, statement.Root?.ToString())));
    }
}
