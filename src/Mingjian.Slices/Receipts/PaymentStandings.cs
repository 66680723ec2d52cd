using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Receipts;

namespace Mingjian.Slices.Receipts;

/// <summary>A standing with what it says.</summary>
internal sealed record FoundStanding(PaymentStanding Standing, ReceiptStanding Found);

/// <summary>How payments stand as of the newest final block, proven from the ledger; the read model only tells where a reversal is recorded.</summary>
internal sealed class PaymentStandings(ILedger ledger, IDbContextFactory<ReadModelContext> readModels)
{
    /// <summary>The standing of a payment; whoever asks must be allowed to know.</summary>
    /// <returns>Null when there is no such payment, or while the newest block cannot be proven yet.</returns>
    public async Task<FoundStanding?> ReadAsync(PaymentId payment, CancellationToken cancellationToken)
    {
        var key = DuesState.Payments.Key(payment).Path;
        var proven = ledger.ProveState(key);
        var head = proven.Head;
        if (proven.Value is not { } value || ledger.ReadEntry(head.Size - 1) is not { } seal)
        {
            return null;
        }

        var size = Checkpoint.OfNote(head.Checkpoint)!.Size;
        if (size > ledger.Head.Size)
        {
            // A block among others that are being taken over: their checkpoint covers more than is here.
            return null;
        }

        var record = CanonicalJson.Decode(value, ContractsJson.For<PaymentRecord>());
        var reversal = record.Reversed is null ? null : await FindReversalAsync(payment, head.Size, size, cancellationToken);
        return new FoundStanding(
            new PaymentStanding(
                key, value, proven.Proof, seal, reversal?.Evidence,
                new TlogProof(null, head.Size - 1, ledger.ProveInclusion(head.Size - 1, size), head.Checkpoint)),
            new ReceiptStanding(head.Height, head.Time, record.Reversed, reversal?.Place, record.Answer, record.Dispute, true));
    }

    /// <summary>The standing for whoever shows that he has the entry itself; null for everybody else, whether there is such an entry or not.</summary>
    /// <remarks>
    /// Costs one read and one hash of an entry of at most 64 KiB; only who has the entry causes more. The payment is taken from the entry, so nothing
    /// is told of a payment whose receipt one does not hold.
    /// </remarks>
    public async Task<PaymentStanding?> ReadHeldAsync(long index, string proof, CancellationToken cancellationToken)
    {
        if (proof.Length != 2 * Hash32.Size || ledger.ReadEntry(index) is not { } entry
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.ASCII.GetBytes(StandingQuery.ProofOf(entry))))
        {
            return null;
        }

        try
        {
            return (await ReadAsync(ReceiptContents.PaymentOf(entry), cancellationToken))?.Standing;
        }
        catch (ReceiptFormatException)
        {
            return null;
        }
    }

    private async Task<(ReversalEvidence Evidence, ReversalPlace Place)?> FindReversalAsync(
        PaymentId payment, long before, long size, CancellationToken cancellationToken)
    {
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var found = await context.Payments().AsNoTracking().Where(p => p.Payment == payment).Select(p => p.ReversedIndex)
            .SingleOrDefaultAsync(cancellationToken);
        return found is { } index && index < before && ledger.ReadEntry(index) is { } entry && LogEntry.DecodeOwn(entry) is TransactionEntry act
            ? (new ReversalEvidence(index, entry, ledger.ProveInclusion(index, size)), new ReversalPlace(act.Height, index, act.Time))
            : null;
    }
}
