using Mingjian.Client.Networks;
using Mingjian.Client.Session;
using Mingjian.Engine;
using Mingjian.Engine.Keys;
using Mingjian.Log;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;

namespace Mingjian.Server.LedgerApi;

/// <summary>Where an act stands.</summary>
/// <param name="TransactionId">Base64.</param>
/// <param name="Status"><c>waiting</c>, <c>accepted</c>, <c>ordered</c>, <c>final</c> (carried out) or <c>refused</c>; the last two are for good.</param>
/// <param name="Height">The block; null while the end is open, and of a refusal before ordering.</param>
/// <param name="Index">The log entry; null like <paramref name="Height"/>.</param>
/// <param name="Entry">Its bytes, base64.</param>
/// <param name="Code">Null unless refused.</param>
/// <param name="Message">Chinese; null when final.</param>
internal sealed record TransactionPlace(
    string TransactionId, string Status, long? Height, long? Index, string? Entry, string? Code, string? Message);

/// <summary>The ledger over HTTP: acts in, tiles and checkpoints out.</summary>
/// <remarks>
/// <c>/ledger</c> is a C2SP tlog-tiles log and open to everybody who reaches the server, as a transparency log has to be: it holds no
/// personal data. Operators who do not want that keep the server behind their own gateway.
/// </remarks>
internal static class LedgerEndpoints
{
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Acts and live updates of people who are signed in.</summary>
    public static void MapActs(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/transactions", SubmitAsync).RequireAuthorization(Policies.SignedIn).RequireCsrfToken()
            .RequireRateLimiting(HostingServices.ApiLimit)
            .WithSummary("Submits signed acts and waits until each is final or refused, up to Mingjian:Limits:FinalWait (15 s).")
            .WithDescription(
                "Body: {\"envelopes\":[…]}, canonical DSSE envelopes, in order. The signatures are the authority; the session is not. "
                + "202: none is refused, but some are not final yet; each such result says how far it has come (accepted, ordered) and under "
                + "which address to ask again. Submitting the same envelope once more is harmless.")
            .Accepts<object>("application/json").Produces<SubmissionAnswer>().Produces<SubmissionAnswer>(202)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).ProducesProblem(503);
        app.MapGet("/api/v1/transactions/{id}", GetTransactionAsync).RequireAuthorization(Policies.SignedIn)
            .RequireRateLimiting(HostingServices.ApiLimit)
            .WithSummary("How far an act has come, by its id (SHA-256 of the payload's PAE, 64 hexadecimal digits).")
            .WithDescription(
                "Status waiting: kept by a web process whose node is out of reach; accepted: this node has checked it; ordered: every node will see it; final: a quorum has signed its block; refused: "
                + "not carried out, see code. An act that another node took in is unknown (404) here until it is final.")
            .Produces<TransactionPlace>().ProducesProblem(404);
        app.MapGet("/api/v1/ledger/events", EventsAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("Server-sent events: the head now, then every new final block (head); how far the acts asked for have come (act).")
            .WithDescription(
                "act=…: up to 50 ids, 64 hexadecimal digits each; every change of stage is an event, from the present one on. unknown: this node "
                + "does not know the act (yet). A beat every 15 s. Ends with the session.");
    }

    /// <summary>The public log.</summary>
    public static void MapLog(IEndpointRouteBuilder app)
    {
        var log = app.MapGroup("/ledger").AllowAnonymous();
        log.MapGet("/checkpoint", Checkpoint).WithSummary("The newest final checkpoint (signed note).");
        log.MapGet("/tile/{**tile}", Tile).WithSummary("A hash tile or an entry bundle (C2SP tlog-tiles).");
        log.MapGet("/network", NetworkAsync).WithSummary("The network file: the trust anchor of an offline verifier.")
            .WithDescription("anchor=genesis: the founding nodes; anchor=newest: from the newest block; without it: from the present nodes' first block.")
            .ProducesProblem(400);
        log.MapGet("/nodes", Nodes).WithSummary("The node history: every change of the nodes with its proof.").ProducesProblem(404);
    }

    private static async Task<IResult> SubmitAsync(Submissions submissions, ServerOptions options, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, options.Limits.EnvelopesPerRequest);
        return request.Fault ?? Submissions.ToResult(await submissions.SubmitAsync(request.Envelopes, Door.People, context));
    }

    private static async Task<IResult> GetTransactionAsync(string id, OpenActs acts, ILedger ledger)
    {
        // In a path the id is spelt in hexadecimal or base64url; base64 has slashes.
        if (!TryParseId(id, out var hash))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "request/malformed", "事项编号应为 64 位十六进制数字。");
        }

        return await acts.FindAsync(hash) is { } act
            ? Results.Ok(new TransactionPlace(
                hash.ToString(), act.Status, act.Height, act.Index,
                act.Index is { } index && ledger.ReadEntry(index) is { } entry ? Convert.ToBase64String(entry) : null, act.Code, act.Message))
            : Problems.Of(StatusCodes.Status404NotFound, "ledger/transaction-unknown", "账本中没有这项记录。");
    }

    internal static bool TryParseId(string text, out Hash32 hash)
    {
        hash = default;
        if (text.Length != 64 || !text.All(c => char.IsAsciiHexDigitLower(c) || char.IsAsciiDigit(c)))
        {
            return false;
        }

        return Hash32.TryParse(Convert.ToBase64String(Convert.FromHexString(text)), out hash);
    }

    private static IResult Checkpoint(ILedger ledger, HttpContext context)
    {
        var head = ledger.Head;
        if (head.Height == 0)
        {
            return NotFound();
        }

        context.Response.Headers.CacheControl = "no-cache";
        return Results.Text(head.Checkpoint, "text/plain; charset=utf-8");
    }

    // Widths and numbers beyond the log are the ledger's to refuse.
    private static IResult Tile(string? tile, ILedger ledger, HttpContext context) =>
        TilePath.TryParse("tile/" + tile, out var path) ? Serve(ledger.ReadTile(path.Level, path.Number, path.Width), context) : NotFound();

    private static IResult Serve(byte[]? tile, HttpContext context)
    {
        if (tile is null)
        {
            return NotFound();
        }

        // A tile of a given width never changes.
        context.Response.Headers.CacheControl = Immutable;
        return Results.Bytes(tile, "application/octet-stream");
    }

    private static IResult NotFound() => Problems.Of(StatusCodes.Status404NotFound, "ledger/not-there", "账本中没有这一部分。");

    private static IResult Nodes(NodeHistories histories, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        if (histories.Encode() is not { } history)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "ledger/nodes-elsewhere", "这个节点的账本是后来补齐的，没有名单变更当时的确认，请向其他节点取名单变更记录。");
        }

        context.Response.Headers.ContentDisposition = "inline; filename=\"nodes.mjnodes.json\"";
        return Results.Bytes(history, "application/json");
    }

    private static async Task<IResult> NetworkAsync(NetworkFiles files, HttpContext context, string? anchor = null)
    {
        AnchorChoice? choice = anchor switch
        {
            null => AnchorChoice.PresentNodes,
            "genesis" => AnchorChoice.Genesis,
            "newest" => AnchorChoice.Newest,
            _ => null,
        };
        if (choice is null)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "request/malformed", "anchor 应为 genesis 或 newest。");
        }

        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentDisposition = $"inline; filename=\"{NetworkFile.FileName}\"";
        return Results.Bytes((await files.ReadAsync(choice.Value, context.RequestAborted)).Encode(), "application/json");
    }

    private static async Task<IResult> EventsAsync(LiveStreams streams, HttpContext context, string[]? act = null)
    {
        var acts = new List<Hash32>();
        foreach (var id in act ?? [])
        {
            if (acts.Count == LiveStreams.MostActs || !TryParseId(id, out var hash))
            {
                return Problems.Of(StatusCodes.Status400BadRequest, "request/malformed", $"act 应为 64 位十六进制数字，最多 {LiveStreams.MostActs} 项。");
            }

            acts.Add(hash);
        }

        return await streams.TryOpenAsync(context.User, acts, context.RequestAborted) is { } opened
            ? TypedResults.ServerSentEvents(opened.ReadAsync(context.RequestAborted))
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, "ledger/streams-full", "实时更新的连接已满，请关闭一些页面或稍后再试。");
    }
}

/// <summary>Makes the network file of the running ledger.</summary>
internal sealed class NetworkFiles(ILedger ledger, NodeHistories histories, IOrganizationNames organizations)
{
    public async Task<NetworkFile> ReadAsync(AnchorChoice choice, CancellationToken cancellationToken)
    {
        var (anchor, nodes) = histories.AnchorOf(choice);
        return NetworkFile.Create(ledger.Network, anchor, nodes, await organizations.AllAsync(cancellationToken));
    }
}

/// <summary>Every organisation with its display name, by id.</summary>
internal interface IOrganizationNames
{
    Task<IReadOnlyList<NetworkOrganization>> AllAsync(CancellationToken cancellationToken);
}
