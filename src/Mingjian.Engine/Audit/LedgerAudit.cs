using System.Net;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>Replays a whole ledger and checks everything in it against the trusted keys and the contracts, from the first entry on.</summary>
/// <remarks>
/// Every signature, actor, decision, event, seal, state root, log root, tile and checkpoint; of a store also every file, block record,
/// transaction index record and flat state record. Signatures are checked on all cores, ahead of the replay. The state is kept in
/// memory: about 1 GB for a million members.
/// </remarks>
public sealed class LedgerAudit(LedgerTrust trust, ContractSet contracts, IKeyDirectory keys, ISignatureVerifier verifier)
{
    private const int ProgressEvery = 1024;

    private readonly PreparedLog _entries = new(new EntryPreparer(new TransactionReader(trust.Network, contracts), verifier));

    /// <summary>Audits; ends at the first fault. The source is opened here and disposed of by the caller.</summary>
    public async Task<AuditReport> RunAsync(
        ILedgerSource source, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        var replay = new LedgerReplay(trust, contracts, keys);
        AuditFault? fault = null;
        try
        {
            await source.OpenAsync(cancellationToken);
            await CheckAsync(source, replay, progress, cancellationToken);
        }
        catch (AuditFaultException e)
        {
            fault = e.Fault;
        }
        catch (StoreCorruptException e)
        {
            fault = new AuditFault(AuditFaultCode.FileDamaged, e.Place, e.Message);
        }
        catch (Exception e) when (e is InvalidDataException
            || (e is HttpRequestException http && http.StatusCode != HttpStatusCode.Unauthorized)) // Not let in is no fault of the ledger: nothing was checked.
        {
            fault = new AuditFault(AuditFaultCode.Incomplete, "source", e.Message);
        }

        return new AuditReport(
            fault, replay.Height, replay.Size, replay.Places.Count, replay.Signatures, replay.Root, replay.Tree.Root);
    }

    /// <summary>Checks the files beside the replay. What a damaged file says comes before what follows from it.</summary>
    private async Task CheckAsync(
        ILedgerSource source, LedgerReplay replay, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new AuditProgress(AuditStage.Files, 0, 1));
        var files = Task.Run(() => source.Stored?.VerifyFiles(), CancellationToken.None);
        try
        {
            await ReplayAsync(source, replay, files, progress, cancellationToken);
        }
        catch
        {
            await files;
            throw;
        }

        await files;
    }

    private async Task ReplayAsync(
        ILedgerSource source, LedgerReplay replay, Task files, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        var note = await ReadCheckpointAsync(source, cancellationToken);
        var checkpoint = note is null ? null : ReadText(note);
        var size = checkpoint?.Size ?? 0;
        var tiles = new TileCheck(source, size);
        var claims = new Dictionary<long, Hash32>();
        await foreach (var entry in _entries.ReadAsync(source, 0, size, null, cancellationToken))
        {
            if (replay.Take(entry) is { } block)
            {
                await tiles.TakeAsync(block, cancellationToken);
                if (claims.Remove(replay.Size, out var claimed) && claimed != replay.Root)
                {
                    throw new AuditFaultException(
                        AuditFaultCode.BlockRecordDiffers, $"block {block.Height}", "Earlier blocks were mirrored under another root of this log.");
                }

                CheckRecord(source.Stored, block, replay.Trust, claims);
                if (files.IsFaulted)
                {
                    await files;
                }

                if (block.FirstIndex / ProgressEvery != (block.FirstIndex + block.Entries) / ProgressEvery)
                {
                    progress?.Report(new AuditProgress(AuditStage.Replay, replay.Size, size));
                }
            }
        }

        if (claims.Count > 0)
        {
            throw new AuditFaultException(
                AuditFaultCode.BlockRecordDiffers, "checkpoints", $"Blocks were mirrored under a checkpoint of {claims.Keys.Max()} entries, which the log does not have.");
        }

        if (replay.IsOpen)
        {
            throw new AuditFaultException(AuditFaultCode.SealDiffers, $"entry {size - 1}", "The log does not end with a seal.");
        }

        if (checkpoint is not null && replay.Root != checkpoint.Root)
        {
            throw new AuditFaultException(AuditFaultCode.LogRootDiffers, "checkpoint", "The entries give another root.");
        }

        // Only now is it known which nodes the ledger had when this checkpoint was made.
        if (note is not null && replay.Trust.Check(note).Fault is not CheckpointFault.None and var fault)
        {
            throw new AuditFaultException(
                AuditFaultCode.CheckpointInvalid, "checkpoint", $"The checkpoint is not final by the trusted keys: {fault}.");
        }

        progress?.Report(new AuditProgress(AuditStage.Tiles, 0, 1));
        await tiles.FinishAsync(cancellationToken);
        if (source.Stored is { } stored)
        {
            new StoredCheck(stored, replay, progress).Run();
        }
    }

    private static async Task<string?> ReadCheckpointAsync(ILedgerSource source, CancellationToken cancellationToken)
    {
        var note = await source.ReadCheckpointAsync(cancellationToken);
        return note is not null || source.Stored is not null
            ? note
            : throw new AuditFaultException(AuditFaultCode.Incomplete, "checkpoint", "There is no checkpoint.");
    }

    /// <summary>What a checkpoint claims; who signed it is looked at when the replay has reached it.</summary>
    private Checkpoint ReadText(string note) => trust.Check(note) is { Checkpoint: { } checkpoint, Fault: not CheckpointFault.Text and not CheckpointFault.Origin }
        ? checkpoint
        : throw new AuditFaultException(AuditFaultCode.CheckpointInvalid, "checkpoint", "This is no checkpoint of the network.");

    private static void CheckRecord(IStoredLedger? stored, ReplayedBlock block, LedgerTrust trust, Dictionary<long, Hash32> claims)
    {
        if (stored is null)
        {
            return;
        }

        var record = stored.ReadBlock(block.Height);
        if (record is null || record != new BlockRecord(
            block.Height, block.FirstIndex, block.Entries, block.Time, block.Root, block.StateRoot, record.Checkpoint))
        {
            throw new AuditFaultException(
                AuditFaultCode.BlockRecordDiffers, $"block {block.Height}", "The block record is not what follows from the block's entries.");
        }

        var final = trust.FinalOver(record.Checkpoint, record.Size, record.Root) ?? throw new AuditFaultException(
            AuditFaultCode.BlockRecordDiffers, $"block {block.Height}", "The block's checkpoint is not final by the trusted keys.");

        // A mirrored block carries the checkpoint that it was mirrored under: what that says is checked where the replay reaches it.
        if (final.Size > record.Size && !claims.TryAdd(final.Size, final.Root) && claims[final.Size] != final.Root)
        {
            throw new AuditFaultException(
                AuditFaultCode.BlockRecordDiffers, $"block {block.Height}", $"Blocks were mirrored under two checkpoints of {final.Size} entries.");
        }
    }
}
