using Mingjian.Client.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Hosting;
using Mingjian.Server.Identity;
using Mingjian.Server.LedgerApi;

namespace Mingjian.Server.Nodes;

/// <summary>What a node says of itself, and the way in for acts that organisations sign.</summary>
internal static class NodeEndpoints
{
    private const string NodesPrefix = "nodes.";

    public static void MapNode(this WebApplication app)
    {
        app.MapGet("/ledger/node", ReadNode).AllowAnonymous().Produces<NodeReport>()
            .WithSummary("How this node stands: height, root, whose votes have arrived, whether it has halted.")
            .WithDescription("Nobody has signed this: it helps operators, it proves nothing. No addresses of other machines are in it.");
        app.MapGet("/ledger/agreement", ReadAgreement).AllowAnonymous().Produces<Agreement>().ProducesProblem(404)
            .WithSummary("The network agreement that signs the next block: charter, nodes, organisations and their keys.")
            .WithDescription("From this node's state. Whoever signs a change compares the keys with what the organisations gave out.");
        app.MapPost("/api/v1/network/acts", SubmitAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(HostingServices.SignInLimit)
            .WithSummary("Takes one act of the contract nodes: the founding, a change of the nodes, a restart.")
            .WithDescription("The organisations' signatures are the authority. Body and answers as of POST /api/v1/transactions.")
            .Accepts<object>("application/json").Produces<SubmissionAnswer>().Produces<SubmissionAnswer>(202).ProducesProblem(400).ProducesProblem(422);
    }

    private static IResult ReadNode(NodeReports reports, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Ok(reports.Read());
    }

    private static IResult ReadAgreement(ILedger ledger, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return ledger.ReadState().Nodes() is { } nodes
            ? Results.Bytes(AgreementFile.Encode(nodes.At(ledger.Head.Height + 1), nodes.HighestNumber, nodes.IsPending(ledger.Head.Height + 1)), "application/json")
            : Problems.Of(StatusCodes.Status404NotFound, "ledger/no-agreement", "这个账本没有签署共建共治协议。");
    }

    private static async Task<IResult> SubmitAsync(Submissions submissions, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } fault)
        {
            return fault;
        }

        return InvitationEndpoints.CommandOf(request.Envelopes[0])?.StartsWith(NodesPrefix, StringComparison.Ordinal) == true
            ? Submissions.ToResult(await submissions.SubmitAsync(request.Envelopes, context))
            : Problems.Of(StatusCodes.Status422UnprocessableEntity, "network/not-of-nodes", "这里只受理各单位签署的网络事项（协议、节点变更、重启）。");
    }
}
