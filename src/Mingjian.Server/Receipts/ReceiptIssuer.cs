using Microsoft.EntityFrameworkCore;
using Mingjian.Client.Receipts;
using Mingjian.Client.Session;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Server.Dues;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Projections;
using Mingjian.Vault;

namespace Mingjian.Server.Receipts;

/// <summary>Builds receipts from the ledger; the read model only tells where to look, and the vault opens the name.</summary>
internal sealed class ReceiptIssuer(
    DuesAccess access, ILedger ledger, VaultAccess vault, NetworkFiles networks, IDbContextFactory<ReadModelContext> readModels) : IReceipts
{
    /// <inheritdoc/>
    public async Task<IssuedReceipt?> FindAsync(PaymentId payment, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);

        // Rights and reversal come from the ledger's state, never from the read model.
        // A payment that is somebody else's is answered like one that does not exist.
        if (access.State.Payment(payment) is not { } record || (user.Member != record.Member && !access.Allows(user, Right.ViewDues, record.Branch)))
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

    private async Task<IssuedReceipt> IssueAsync(
        PaymentRecord record, long index, byte[] entry, LedgerBlock block, CancellationToken cancellationToken)
    {
        // A receipt from before a change of the nodes goes out under a checkpoint of the present ones, whom everybody has in the network file.
        var head = ledger.Head.Height;
        var checkpoint = ledger.ReadCheckpoint(access.State.Nodes()?.At(head).From > block.Height ? head : block.Height);
        var size = Checkpoint.OfNote(checkpoint)!.Size;
        var opening = await (await vault.GetAsync(cancellationToken)).FindNameOpeningAsync(record.Member, cancellationToken);
        var receipt = new ReceiptFile(
            entry,
            opening is null ? null : new ReceiptHolder(opening.Salt, opening.Value),
            new TlogProof(null, index, ledger.ProveInclusion(index, size), checkpoint).ToString());
        var contents = ReceiptContents.Read(receipt, await networks.ReadAsync(AnchorChoice.PresentNodes, cancellationToken));
        if (contents.Payment != record.Payment)
        {
            throw new InvalidOperationException($"The read model says that entry {index} is payment {record.Payment}; it is not.");
        }

        var people = await access.MemberNamesAsync([record.Collector], cancellationToken);
        var branches = await access.OrganizationNamesAsync([record.Branch], cancellationToken);
        var inForce = record.Reversed is null;
        return new IssuedReceipt(
            contents, inForce ? receipt.Encode() : null, contents.Items, people(record.Collector), branches(record.Branch),
            DuesRuleCatalog.Find(contents.Rule) is { } rule ? $"党费规定{rule.Article}" : contents.Rule.ToString(),
            inForce ? [.. ReceiptQr.Encode(receipt).Select(QrSvg.Draw)] : [], index, record.Reversed, record.Answer);
    }
}

/// <summary>Receipts as a slice.</summary>
internal static class ReceiptServices
{
    public static IServiceCollection AddReceipts(this IServiceCollection services) => services.AddScoped<IReceipts, ReceiptIssuer>();

    /// <summary><c>/api/v1/receipts/{payment}</c>: the file.</summary>
    public static void MapReceipts(this WebApplication app) =>
        app.MapGet("/api/v1/receipts/{payment}", DownloadAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("The receipt file of a payment: for the member and for whoever may view dues of the branch.")
            .Produces(200, contentType: ReceiptFile.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(410);

    private static async Task<IResult> DownloadAsync(string payment, IReceipts receipts, HttpContext context)
    {
        try
        {
            if (!PaymentId.TryParse(payment, out var id) || await receipts.FindAsync(id, context.RequestAborted) is not { } issued)
            {
                return Hosting.Problems.Of(StatusCodes.Status404NotFound, "receipts/unknown", "没有这笔缴纳。");
            }

            if (issued.File is null)
            {
                return Hosting.Problems.Of(StatusCodes.Status410Gone, "receipts/reversed", "这笔缴纳已经冲正，不再出具凭证。");
            }

            context.Response.Headers.CacheControl = "private, no-store";
            return Results.File(issued.File, ReceiptFile.MediaType, issued.FileName);
        }
        catch (AccessDeniedException e)
        {
            return Hosting.Problems.Of(StatusCodes.Status403Forbidden, "receipts/forbidden", e.Message);
        }
    }
}
