using Mingjian.Acts.Networks;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Server.Access;
using Mingjian.Server.Hosting;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Session;

namespace Mingjian.Server.LedgerApi;

/// <summary>Records of the state as of the newest final block, or their absence, with proofs.</summary>
/// <remarks>
/// Whoever reads entries may ask for every key at <c>/ledger/state/…</c>. A person who is signed in gets, at <c>/api/v1/state/…</c>, the records that are about
/// him or her and nobody else, and those that are about no person. Every other question is answered alike, whether or not there is such a record. Only the newest
/// block's tree is kept, so a proof is always of that block; the answer says which it is.
/// </remarks>
internal static class StateProofs
{
    /// <summary>Longest key that is looked at.</summary>
    private const int MaxKey = 512;

    /// <summary>Records about no person: organisations and their names' commitments, sites, how dues are rounded, who runs the network.</summary>
    private static readonly string[] AboutNobody =
        ["dues/policy/", "nodes/", "organizations/network/", "organizations/organization/", "organizations/sites/"];

    /// <summary>Records about the person whose id stands behind the prefix, up to the next slash. Not <c>members/keys/</c>: it names who stands behind the keys of others.</summary>
    private static readonly string[] AboutWhomTheKeyNames =
        ["dues/month/", "dues/reduction/", "dues/standard/", "members/member/", "organizations/posts/"];

    /// <summary>For those who read entries.</summary>
    public static void MapAny(IEndpointRouteBuilder app) =>
        app.MapGet("/ledger/state/{**key}", ReadAny).AllowAnonymous().RequireRateLimiting(RateLimits.Log)
            .WithSummary("A record of the state as of the newest block, or its absence, with the proof (mingjian-state-proof@v1).")
            .WithDescription(
                "For auditors and witnesses whom the operator has let in and the organisation's own web processes (Authorization: Bearer …, as for tile/entries/…); "
                + "everybody else gets 401, whether or not there is such a record.")
            .Produces<StateProofFile>().ProducesProblem(401).ProducesProblem(404).ProducesProblem(429);

    /// <summary>For people.</summary>
    public static void MapOwn(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/state/{**key}", ReadOwnAsync).RequireAuthorization(Policies.SignedIn).RequireRateLimiting(RateLimits.Api)
            .WithSummary("The same for people who are signed in: records about themselves, and records about no person.")
            .WithDescription("Everything else is 404, whether or not there is such a record.")
            .Produces<StateProofFile>().ProducesProblem(401).ProducesProblem(404);

    /// <summary>A request for any record of the state that its sender may not have.</summary>
    internal static bool IsRefused(HttpContext context) => context.Request.Path.StartsWithSegments("/ledger/state", StringComparison.OrdinalIgnoreCase)
        && !context.RequestServices.GetRequiredService<LedgerReaders>().MayProve(context);

    private static IResult ReadAny(string? key, ILedger ledger, LedgerReaders readers, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        context.Response.Headers.Vary = "Authorization";
        if (!readers.MayProve(context))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "ledger/credential",
                "账本状态的记录不公开。本单位授权的审计方、见证方凭令牌读取；党员请登录后读取与自己有关的记录（/api/v1/state/…）。");
        }

        return Serve(key, ledger);
    }

    private static async Task<IResult> ReadOwnAsync(string? key, ILedger ledger, LedgerAccess access, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        var user = await access.UserAsync(context.RequestAborted);
        return IsOpenTo(user.Member, key ?? string.Empty, ledger.ReadState()) ? Serve(key, ledger) : NotThere();
    }

    /// <summary>Whether a key is about a person alone, or about nobody. Fails closed: a key of a form that this does not know is nobody's to see.</summary>
    internal static bool IsOpenTo(MemberId viewer, string key, IStateReader state)
    {
        if (Array.Exists(AboutNobody, p => key.StartsWith(p, StringComparison.Ordinal)))
        {
            return true;
        }

        foreach (var prefix in AboutWhomTheKeyNames)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return MemberId.TryParse(key[prefix.Length..].Split('/')[0], out var named) && named == viewer;
            }
        }

        var id = key[(key.LastIndexOf('/') + 1)..];
        return key[..^id.Length] switch
        {
            "dues/payment/" => PaymentId.TryParse(id, out var payment) && state.Payment(payment)?.Member == viewer,
            "members/key/" => KeyId.TryParse(id, out var bound) && state.KeyRecord(bound)?.Member == viewer,
            "members/invitation/" => KeyId.TryParse(id, out var code) && state.Invitation(code)?.Member == viewer,
            _ => false,
        };
    }

    private static IResult Serve(string? key, ILedger ledger)
    {
        if (key is not { Length: > 0 and <= MaxKey } || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return NotThere();
        }

        var proven = ledger.ProveState(key);
        var head = proven.Head;
        if (head.Height == 0 || ledger.ReadEntry(head.Size - 1) is not { } seal)
        {
            return NotThere();
        }

        var size = Checkpoint.OfNote(head.Checkpoint)!.Size;
        if (size > ledger.Head.Size)
        {
            // A block among others that are being taken over is provable in a moment.
            return NotThere();
        }

        var proof = new TlogProof(null, head.Size - 1, ledger.ProveInclusion(head.Size - 1, size), head.Checkpoint);
        return Results.Bytes(
            new StateProofFile(StateProofFile.CurrentFormat, key, proven.Proof.Encode(), seal, proof.ToString(), proven.Value).Encode(), "application/json");
    }

    private static IResult NotThere() =>
        Problems.Of(StatusCodes.Status404NotFound, "ledger/state-unknown", "没有这条状态记录，或者它与您无关。");
}
