using Mingjian.Acts.Networks;
using Mingjian.Engine;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Server.Access;
using Mingjian.Server.Configuration;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Explorer;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Slices.Kernel.Receipts;
using Mingjian.Views.Session;

namespace Mingjian.Server.LedgerApi;

/// <summary>Where an act stands.</summary>
/// <param name="TransactionId">Base64.</param>
/// <param name="Status"><c>waiting</c>, <c>accepted</c>, <c>ordered</c>, <c>final</c> (carried out) or <c>refused</c>; the last two are for good.</param>
/// <param name="Height">The block; null while the end is open, and of a refusal before ordering.</param>
/// <param name="Index">The log entry; null like <paramref name="Height"/>.</param>
/// <param name="Entry">Its bytes, base64; null for whoever may not see all that is in it.</param>
/// <param name="Code">Null unless refused.</param>
/// <param name="Message">Chinese; null when final.</param>
internal sealed record TransactionPlace(
    string TransactionId, string Status, long? Height, long? Index, string? Entry, string? Code, string? Message);

/// <summary>The ledger over HTTP: acts in, tiles and checkpoints out.</summary>
/// <remarks>
/// <c>/ledger</c> is a C2SP tlog-tiles log. What proves that there is one history, and whose, is open to everybody who reaches the server:
/// checkpoint, hash tiles, network file, node history. Entry bundles say who is paid what: <see cref="LedgerReaders"/> alone get them.
/// </remarks>
internal static class LedgerEndpoints
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string EntriesFolder = "entries";

    /// <summary>Acts and live updates of people who are signed in.</summary>
    public static void MapActs(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/transactions", SubmitAsync).RequireAuthorization(Policies.SignedIn).RequireCsrfToken()
            .RequireRateLimiting(RateLimits.Api)
            .WithSummary("Submits signed acts and waits until each is final or refused, up to Mingjian:Limits:FinalWait (15 s).")
            .WithDescription(
                "Body: {\"envelopes\":[…]}, canonical DSSE envelopes, in order. The signatures are the authority; the session is not. "
                + "202: none is refused, but some are not final yet; each such result says how far it has come (accepted, ordered) and under "
                + "which address to ask again. Submitting the same envelope once more is harmless.")
            .Accepts<object>("application/json").Produces<SubmissionAnswer>().Produces<SubmissionAnswer>(202)
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).ProducesProblem(503);
        app.MapGet("/api/v1/transactions/{id}", GetTransactionAsync).RequireAuthorization(Policies.SignedIn)
            .RequireRateLimiting(RateLimits.Api)
            .WithSummary("How far an act has come, by its id (SHA-256 of the payload's PAE, 64 hexadecimal digits).")
            .WithDescription(
                "Status waiting: kept by a web process whose node is out of reach; accepted: this node has checked it; ordered: every node will see it; final: a quorum has signed its block; refused: "
                + "not carried out, see code. An act that another node took in is unknown (404) here until it is final; one that neither names nor was signed by whoever asks, and is not theirs to audit, "
                + "always. entry holds the bytes for the person whom the act is about, if it is about nobody else, and for auditors of all whom it concerns.")
            .Produces<TransactionPlace>().ProducesProblem(404);
        app.MapGet("/api/v1/ledger/events", EventsAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("Server-sent events: the head now, then every new final block (head); how far the acts asked for have come (act).")
            .WithDescription(
                "act=…: up to 50 ids, 64 hexadecimal digits each; every change of stage is an event, from the present one on. unknown: this node "
                + "does not know the act (yet). A beat every 15 s. Ends with the session.");
    }

    /// <summary>The log. No sign-in scheme knows nodes and auditors, so all is mapped as anonymous; <see cref="Tile"/> asks for itself.</summary>
    public static void MapLog(IEndpointRouteBuilder app)
    {
        var log = app.MapGroup("/ledger").AllowAnonymous();

        // Open: whoever cannot compare checkpoints cannot find out that different people are shown different histories. A size, a hash, signatures.
        log.MapGet("/checkpoint", Checkpoint).WithSummary("The newest final checkpoint (signed note).");

        // Hash tiles are open: without them nobody outside could check that one checkpoint continues another. A hash gives nothing of its entry
        // away: every act has a random id and a signature in it. Entry bundles are not open.
        log.MapGet("/tile/{**tile}", Tile).RequireRateLimiting(RateLimits.Log)
            .WithSummary("A hash tile, or an entry bundle (C2SP tlog-tiles).")
            .WithDescription(
                "Hash tiles are open to everybody. tile/entries/… is for nodes of the network (Authorization: Mingjian-Node …, a statement signed with the batch key), "
                + "the organisation's own web processes (Bearer, web.token), and auditors and witnesses whom the operator has let in (Bearer, mingjian access grant); "
                + "everybody else gets 401, whether or not there is such a bundle.")
            .ProducesProblem(401).ProducesProblem(404).ProducesProblem(429);

        // Open: what an offline verifier judges everything by. Public keys of nodes, names of organisations.
        log.MapGet("/network", NetworkAsync).WithSummary("The network file: the trust anchor of an offline verifier.")
            .WithDescription("anchor=genesis: the founding nodes; anchor=newest: from the newest block; without it: from the present nodes' first block.")
            .ProducesProblem(400);

        // Open: leads a verifier with an older network file to the present nodes. Public keys of nodes, seals, checkpoints; no act of a person.
        log.MapGet("/nodes", Nodes).WithSummary("The node history: every change of the nodes with its proof.").ProducesProblem(404);
    }

    private static async Task<IResult> SubmitAsync(Submissions submissions, ServerOptions options, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, options.Limits.EnvelopesPerRequest);
        return request.Fault ?? Submissions.ToResult(await submissions.SubmitAsync(request.Acts, Door.People, context));
    }

    private static async Task<IResult> GetTransactionAsync(
        string id, OpenActs acts, ILedger ledger, LedgerAccess access, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        // In a path the id is spelt in hexadecimal or base64url; base64 has slashes.
        if (!TryParseId(id, out var hash))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "request/malformed", "事项编号应为 64 位十六进制数字。");
        }

        var viewer = (await access.UserAsync(context.RequestAborted)).Member;
        var act = await acts.FindAsync(hash);
        if (act is null)
        {
            return Unknown();
        }

        if (act.Index is not { } index || ledger.ReadEntry(index) is not { } entry)
        {
            return Results.Ok(new TransactionPlace(hash.ToString(), act.Status, act.Height, act.Index, null, act.Code, act.Message));
        }

        // An act that is nothing to whoever asks is answered like one that does not exist.
        var sight = LogEntry.DecodeOwn(entry) is TransactionEntry transaction
            ? EntrySight.Of(ledger.ReadState(), viewer, access.Today, transaction).Level
            : Sight.Whole;
        return sight == Sight.Shape
            ? Unknown()
            : Results.Ok(new TransactionPlace(
                hash.ToString(), act.Status, act.Height, act.Index, sight >= Sight.Own ? Convert.ToBase64String(entry) : null, act.Code, act.Message));

        static IResult Unknown() => Problems.Of(StatusCodes.Status404NotFound, "ledger/transaction-unknown", "账本中没有这项记录。");
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

    /// <summary>A request for a bundle that its sender may not have.</summary>
    internal static bool IsRefusedEntries(HttpContext context) =>
        context.Request.RouteValues["tile"] is string tile && AsksForEntries(tile)
        && !(TilePath.TryParse("tile/" + tile, out var path) && context.RequestServices.GetRequiredService<LedgerReaders>().MayRead(context, path));

    /// <summary>Whatever could be taken for the entries' folder is judged as if it were: an answer must not say which bundles there are.</summary>
    private static bool AsksForEntries(string tile) => tile.TrimStart('/', '.', ' ').StartsWith(EntriesFolder, StringComparison.OrdinalIgnoreCase);

    // Widths and numbers beyond the log are the ledger's to refuse.
    private static IResult Tile(string? tile, ILedger ledger, LedgerReaders readers, HttpContext context)
    {
        var isPath = TilePath.TryParse("tile/" + tile, out var path);
        if (!AsksForEntries(tile ?? string.Empty) && (!isPath || path.Level != TilePath.EntryLevel))
        {
            // A tile of a given width never changes.
            return isPath && ledger.ReadTile(path.Level, path.Number, path.Width) is { } hashes ? Serve(hashes, Immutable, context) : NotFound();
        }

        context.Response.Headers.CacheControl = "private, no-store";
        context.Response.Headers.Vary = "Authorization";
        if (!isPath || !readers.MayRead(context, path))
        {
            context.Response.Headers.WWWAuthenticate = $"Bearer, {LedgerRequest.Scheme}";
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "ledger/credential",
                "账本条目的内容不公开。网络中的节点凭签名读取；本单位授权的审计方、见证方凭令牌读取（mingjian audit --token 令牌文件）；党员请登录后在“账本浏览”中查看与自己有关的记录和证明。");
        }

        return ledger.ReadTile(path.Level, path.Number, path.Width) is { } bundle ? Serve(bundle, null, context) : NotFound();
    }

    private static IResult Serve(byte[] tile, string? caching, HttpContext context)
    {
        if (caching is not null)
        {
            context.Response.Headers.CacheControl = caching;
        }

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
internal sealed class NetworkFiles(ILedger ledger, NodeHistories histories, IOrganizationNames organizations) : INetworkFileSource
{
    public Task<NetworkFile> ReadAsync(CancellationToken cancellationToken) => ReadAsync(AnchorChoice.PresentNodes, cancellationToken);

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
