using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Mingjian.Engine.Store;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>Compares a store's flat state and transaction index with what the replay gave.</summary>
internal sealed class StoredCheck(IStoredLedger stored, LedgerReplay replay, IProgress<AuditProgress>? progress)
{
    public void Run()
    {
        // Each scans its part of the store alone; together they keep two cores at work. What the state says comes first.
        Action[] checks = [CheckState, CheckTransactions];
        var faults = new ExceptionDispatchInfo?[checks.Length];
        Parallel.For(0, checks.Length, i => faults[i] = FaultOf(checks[i]));
        Array.Find(faults, f => f is not null)?.Throw();
        if (stored.ReadBlock(replay.Height + 1) is not null)
        {
            throw new AuditFaultException(
                AuditFaultCode.BlockRecordDiffers, $"block {replay.Height + 1}", "A block is stored beyond the newest checkpoint.");
        }
    }

    private void CheckState()
    {
        long seen = 0;
        var wrong = new ConcurrentBag<string>();
        Pages.ForEach(stored.ReadState(), page =>
        {
            foreach (var record in page)
            {
                if (replay.Tree.Find(StateHash.PathOf(record.Path)) != Hash32.Of(record.Value))
                {
                    wrong.Add(record.Path);
                }
            }

            var done = Interlocked.Add(ref seen, page.Length);
            progress?.Report(new AuditProgress(AuditStage.State, done, replay.Tree.Count));
        });
        if (wrong.Min(StringComparer.Ordinal) is { } first)
        {
            throw Differs(first, "The record is not what the acts give.");
        }

        if (seen != replay.Tree.Count)
        {
            var present = stored.ReadState().Select(r => r.Path).ToHashSet(StringComparer.Ordinal);
            var missing = replay.State.Records.Keys.Where(k => !present.Contains(k)).Min(StringComparer.Ordinal);
            throw Differs(missing ?? string.Empty, "The record is missing.");
        }
    }

    private void CheckTransactions()
    {
        long seen = 0;
        Pages.ForEach(stored.ReadTransactions(), page =>
        {
            foreach (var (id, place) in page)
            {
                if (!replay.Places.TryGetValue(id, out var expected) || expected != place)
                {
                    throw new AuditFaultException(
                        AuditFaultCode.TransactionIndexDiffers, $"transaction {id}", "The index leads elsewhere than the log.");
                }
            }

            Interlocked.Add(ref seen, page.Length);
        });

        progress?.Report(new AuditProgress(AuditStage.Index, seen, replay.Places.Count));
        if (seen != replay.Places.Count)
        {
            throw new AuditFaultException(
                AuditFaultCode.TransactionIndexDiffers, "transactions", $"The index has {seen} of {replay.Places.Count} acts.");
        }
    }

    private static ExceptionDispatchInfo? FaultOf(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (Exception e) when (e is AuditFaultException or StoreCorruptException)
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    private static AuditFaultException Differs(string path, string message) => new(AuditFaultCode.StateDiffers, $"state {path}", message);
}
