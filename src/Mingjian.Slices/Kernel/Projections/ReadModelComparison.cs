using System.Data;
using Microsoft.EntityFrameworkCore;
using Mingjian.Storage.Sql;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Compares the tables with a fresh projection of the ledger in a temporary SQLite file.</summary>
/// <remarks>
/// The tables are read in one snapshot, and the ledger is replayed up to the slices' cursors of that snapshot, so that the projection may go on
/// meanwhile.
/// </remarks>
internal sealed class ReadModelComparison(IDbContextFactory<ReadModelContext> contexts, Projector projector, Engine.ILedger ledger)
{
    /// <summary>The outcome without time and trigger.</summary>
    public sealed record Outcome(long Height, long Rows, string Digest, int FaultCount, IReadOnlyList<RowFault> Faults);

    public async Task<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-check-");
        try
        {
            await using var live = await contexts.CreateDbContextAsync(cancellationToken);
            // SQLite: ReadUncommitted asks for a deferred transaction, which is a read snapshot in WAL mode and keeps no writer waiting.
            await using var snapshot = await live.Database.BeginTransactionAsync(
                live.Database.IsNpgsql() ? IsolationLevel.RepeatableRead : IsolationLevel.ReadUncommitted, cancellationToken);
            var cursors = await Projector.ReadCursorsAsync(live, cancellationToken);

            // No pooling: the file must be closed before it is deleted.
            var options = new DbContextOptionsBuilder<ReadModelContext>();
            options.UseMingjian(new SqlSettings(SqlProvider.Sqlite, directory.FullName), "fresh", SqlDurability.Scratch);
            await using var fresh = new ReadModelContext(options.Options, live.Models);
            await Projector.EnsureSchemaAsync(fresh, cancellationToken);
            var faults = new FaultList();
            var digests = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            var rows = 0L;
            foreach (var level in cursors.Heights.GroupBy(c => Math.Min(c.Value, ledger.Head.Height), c => c.Key).OrderBy(g => g.Key))
            {
                // Slices that are behind are compared as of where they stand.
                await projector.CatchUpAsync(fresh, level.Key, cancellationToken);
                foreach (var table in ReadModelTables.All(fresh).Where(t => level.Contains(t.Slice, StringComparer.Ordinal)))
                {
                    (digests[table.Name], var count) = await ReadModelTables.DigestAsync(fresh, table, cancellationToken);
                    rows += count;
                    await CompareAsync(fresh, live, table, faults, cancellationToken);
                }
            }

            return new Outcome(Math.Min(cursors.Lowest, ledger.Head.Height), rows, ReadModelTables.Combine(digests), faults.Count, faults.First);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(
        ReadModelContext fresh, ReadModelContext live, TableShape table, FaultList faults, CancellationToken cancellationToken)
    {
        await using var expected = ReadModelTables.ReadAsync(fresh, table, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var found = ReadModelTables.ReadAsync(live, table, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasExpected = await expected.MoveNextAsync();
        var hasFound = await found.MoveNextAsync();
        while (hasExpected || hasFound)
        {
            var order = !hasExpected ? 1 : !hasFound ? -1 : expected.Current.CompareKey(found.Current);
            if (order == 0)
            {
                CompareRow(expected.Current, found.Current, faults);
            }
            else
            {
                var row = order < 0 ? expected.Current : found.Current;
                faults.Add(new RowFault(table.Name, row.Key, order < 0 ? RowFaultKind.Missing : RowFaultKind.Extra, "", null, null));
            }

            hasExpected = order <= 0 ? await expected.MoveNextAsync() : hasExpected;
            hasFound = order >= 0 ? await found.MoveNextAsync() : hasFound;
        }
    }

    private static void CompareRow(RowText expected, RowText found, FaultList faults)
    {
        for (var i = 0; i < expected.Values.Count; i++)
        {
            if (!string.Equals(expected.Values[i], found.Values[i], StringComparison.Ordinal))
            {
                faults.Add(new RowFault(
                    expected.Table.Name, expected.Key, RowFaultKind.Altered, expected.Table.Columns[i], expected.Values[i], found.Values[i]));
            }
        }
    }

    private sealed class FaultList
    {
        private readonly List<RowFault> _first = [];

        public int Count { get; private set; }

        public IReadOnlyList<RowFault> First => _first;

        public void Add(RowFault fault)
        {
            Count++;
            if (_first.Count < CheckReport.MaxFaults)
            {
                _first.Add(fault);
            }
        }
    }
}
