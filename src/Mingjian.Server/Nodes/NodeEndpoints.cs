using Mingjian.Acts.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Operations;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Nodes;

/// <summary>What a node says of itself, and the way in for acts that organisations sign.</summary>
internal static class NodeEndpoints
{
    public static void MapNode(this WebApplication app)
    {
        app.MapGet("/ledger/node", ReadNode).AllowAnonymous().Produces<NodeReport>()
            .WithSummary("How this node stands: height, root, whose votes have arrived, whether it has halted.")
            .WithDescription("Nobody has signed this: it helps operators, it proves nothing. No addresses of other machines are in it.");
        app.MapGet("/ledger/agreement", ReadAgreement).AllowAnonymous().Produces<Agreement>().ProducesProblem(404)
            .WithSummary("The network agreement that signs the next block: charter, nodes, organisations and their keys.")
            .WithDescription("From this node's state. Whoever signs a change compares the keys with what the organisations gave out.");
        app.MapPost("/api/v1/network/acts", SubmitAsync).AllowAnonymous().RequireCsrfToken()
            .RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Takes one act of the contract nodes: the founding, a change of the nodes, a restart.")
            .WithDescription(
                "The founding needs the operator's token of this node (operator.token). After it an organisation's signature is the authority: one signature at least "
                + "must be of an organisation that has a node. A node that belongs to no network refuses everything here. Body and answers as of POST "
                + "/api/v1/transactions, of one act.")
            .Accepts<object>("application/json").Produces<SubmissionAnswer>().Produces<SubmissionAnswer>(202)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(422);
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

    private static async Task<IResult> SubmitAsync(Submissions submissions, Genesis genesis, OperatorToken token, ILedger ledger, HttpContext context)
    {
        if (genesis.IsAlone)
        {
            return Refuse(Doors.Alone.Code, Doors.Alone.Message);
        }

        // The founding act carries keys that the ledger does not know yet: until it stands, nothing but the operator's token tells friend from stranger.
        var isOperator = token.Check(context.Request.Headers.Authorization);
        if (ledger.ReadState().Nodes() is null && !isOperator)
        {
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "network/founding-token",
                "协议签署之前，只有本节点的运维人员可以提交：mingjian network submit 加上 --data 节点目录，在节点所在的机器上运行。");
        }

        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } fault)
        {
            return fault;
        }

        if (!Doors.IsOfNodes(request.Acts[0].Command))
        {
            return Refuse("network/not-of-nodes", "这里只受理各单位签署的网络事项（协议、节点变更、重启）。");
        }

        return isOperator || IsOfOrganization(request.Acts[0], ledger.ReadState())
            ? Submissions.ToResult(await submissions.SubmitAsync(request.Acts, Door.Organizations, context))
            : Refuse("network/not-signed", "上面没有现有单位的签名。网络事项至少要有一个现有单位用单位密钥签名才受理。");
    }

    /// <summary>Whether a key of an organisation that has a node stands among the signatures; whether that signature holds is seen at admission, before ordering.</summary>
    private static bool IsOfOrganization(SubmittedAct act, IStateReader state) =>
        act.Envelope is { } envelope && envelope.Signatures.Any(s => state.OrganizationKey(s.Keyid) is not null);

    private static IResult Refuse(string code, string message) => Problems.Of(StatusCodes.Status422UnprocessableEntity, code, message);
}
