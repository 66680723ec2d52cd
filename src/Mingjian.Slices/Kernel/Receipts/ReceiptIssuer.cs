using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Vault;
using Mingjian.Views.Receipts;
using Mingjian.Views.Session;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Slices.Kernel.Receipts;

/// <summary>Builds receipts from the ledger; the read model only tells where to look, and the vault opens the name.</summary>
internal sealed class ReceiptIssuer(
    LedgerAccess access, ILedger ledger, PaymentStandings standings, VaultAccess vault, INetworkFileSource networks,
    IDbContextFactory<ReadModelContext> readModels) : IReceipts
{
    /// <inheritdoc/>
    public async Task<IssuedReceipt?> FindAsync(PaymentId payment, CancellationToken cancellationToken = default)
    {
        if (await AllowedAsync(payment, cancellationToken) is not { } record)
        {
            return null;
        }

        ProjectedPayment? row;
        await using (var context = await readModels.CreateDbContextAsync(cancellationToken))
        {
            row = await context.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Payment == payment, cancellationToken);
        }

        return row is null || ledger.ReadEntry(row.Index) is not { } entry || ledger.ReadBlock(row.Height) is not { } block
            ? null
            : await IssueAsync(record, row.Index, entry, block, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PaymentStanding?> FindStandingAsync(PaymentId payment, CancellationToken cancellationToken = default) =>
        await AllowedAsync(payment, cancellationToken) is null ? null : (await standings.ReadAsync(payment, cancellationToken))?.Standing;

    /// <summary>The record as the ledger's state has it, never the read model; null when there is no such payment, or it is somebody else's.</summary>
    private async Task<PaymentRecord?> AllowedAsync(PaymentId payment, CancellationToken cancellationToken)
    {
        var user = await access.UserAsync(cancellationToken);
        return access.State.Payment(payment) is { } record && (user.Member == record.Member || access.Allows(user, Right.ViewDues, record.Branch))
            ? record
            : null;
    }

    private async Task<IssuedReceipt?> IssueAsync(
        PaymentRecord record, long index, byte[] entry, LedgerBlock block, CancellationToken cancellationToken)
    {
        // A receipt from before a change of the nodes goes out under a checkpoint of the present ones, whom everybody has in the network file.
        var head = ledger.Head.Height;
        var checkpoint = ledger.ReadCheckpoint(access.State.Nodes()?.At(head).From > block.Height ? head : block.Height);
        var size = Checkpoint.OfNote(checkpoint)!.Size;
        if (size > ledger.Head.Size)
        {
            // While blocks are being taken over, their checkpoint is that of the last of them: provable in a moment.
            return null;
        }

        var standing = await standings.ReadAsync(record.Payment, cancellationToken);
        var reversal = standing?.Found.Reversal ?? record.Reversed;
        var opening = await (await vault.GetAsync(cancellationToken)).FindNameOpeningAsync(record.Member, cancellationToken);
        var receipt = new ReceiptFile(
            entry,
            opening is null ? null : new ReceiptHolder(opening.Salt, opening.Value),
            new TlogProof(null, index, ledger.ProveInclusion(index, size), checkpoint).ToString(),
            standing?.Standing);
        var contents = ReceiptContents.Read(receipt, await networks.ReadAsync(cancellationToken));
        if (contents.Payment != record.Payment)
        {
            throw new InvalidOperationException($"The read model says that entry {index} is payment {record.Payment}; it is not.");
        }

        var people = await access.MemberNamesAsync([record.Collector], cancellationToken);
        var branches = await access.OrganizationNamesAsync([record.Branch], cancellationToken);
        return new IssuedReceipt(
            contents, reversal is null ? receipt.Encode() : null, contents.Items, people(record.Collector), branches(record.Branch),
            DuesRuleCatalog.Find(contents.Rule) is { } rule ? $"党费规定{rule.Article}" : contents.Rule.ToString(),
            reversal is null ? [.. ReceiptQr.Encode(receipt).Select(QrSvg.Draw)] : [], index, reversal, standing?.Found);
    }
}

/// <summary>Receipts as a slice.</summary>
internal static class ReceiptServices
{
    public static IServiceCollection AddReceipts(this IServiceCollection services) =>
        services.AddScoped<IReceipts, ReceiptIssuer>().AddSingleton<PaymentStandings>();

    /// <summary>The receipt's file, how its payment stands, and the same for whoever holds the receipt.</summary>
    public static void MapReceipts(this WebApplication app)
    {
        app.MapGet("/api/v1/receipts/{payment}", DownloadAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("The receipt file of a payment: for the member and for whoever may view dues of the branch.")
            .Produces(200, contentType: ReceiptFile.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(410);
        app.MapGet("/api/v1/receipts/{payment}/standing", StandingAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("How the payment stands as of the newest block (in force, reversed), proven; rights as for the receipt.")
            .Produces(200, contentType: PaymentStanding.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404);
        app.MapGet(StandingQuery.Address + "{index:long}", HeldStandingAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Api)
            .WithSummary("As /api/v1/receipts/{payment}/standing, for whoever holds the receipt, signed in or not.")
            .WithDescription(
                $"index: the receipt's log entry. Header {StandingQuery.ProofHeader}: SHA-256 of \"mingjian.receipt-holder/v1\\0\" and the entry, 64 hexadecimal "
                + "digits: nobody without the receipt can compute it. Without it, or with another, the answer is that of an entry that does not exist.")
            .Produces(200, contentType: PaymentStanding.MediaType).ProducesProblem(404).ProducesProblem(429);
    }

    private static async Task<IResult> DownloadAsync(string payment, IReceipts receipts, HttpContext context)
    {
        if (!PaymentId.TryParse(payment, out var id) || await receipts.FindAsync(id, context.RequestAborted) is not { } issued)
        {
            return Unknown();
        }

        if (issued.File is null)
        {
            return Problems.Of(StatusCodes.Status410Gone, "receipts/reversed", "这笔缴纳已经冲正，不再出具凭证。");
        }

        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(issued.File, ReceiptFile.MediaType, issued.FileName);
    }

    private static async Task<IResult> StandingAsync(string payment, IReceipts receipts, HttpContext context) =>
        PaymentId.TryParse(payment, out var id) && await receipts.FindStandingAsync(id, context.RequestAborted) is { } standing
            ? Serve(standing, context)
            : Unknown();

    private static async Task<IResult> HeldStandingAsync(long index, PaymentStandings standings, HttpContext context) =>
        await standings.ReadHeldAsync(index, context.Request.Headers[StandingQuery.ProofHeader].ToString(), context.RequestAborted) is { } standing
            ? Serve(standing, context)
            : Unknown();

    private static IResult Serve(PaymentStanding standing, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(standing.Encode(), PaymentStanding.MediaType, "payment" + PaymentStanding.Extension);
    }

    private static IResult Unknown() => Problems.Of(StatusCodes.Status404NotFound, "receipts/unknown", "没有这笔缴纳。");
}
