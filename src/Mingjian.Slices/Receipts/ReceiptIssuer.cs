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
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Receipts;
using Mingjian.Vault;
using Mingjian.Views.Receipts;
using Mingjian.Views.Session;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Slices.Receipts;

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
            row = await context.Payments().AsNoTracking().SingleOrDefaultAsync(p => p.Payment == payment, cancellationToken);
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
