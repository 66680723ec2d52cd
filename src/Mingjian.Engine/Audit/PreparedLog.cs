using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>A source's entries in order, read ahead and prepared on all cores while earlier ones are executed.</summary>
internal sealed class PreparedLog(EntryPreparer preparer)
{
    // A page is what is prepared at a time: enough for all cores.
    private const int BundlesAtOnce = 4;
    private const int PageBytes = 2 << 20;

    // Acts that are long in execution and have few signatures (rosters) alternate with the opposite (payments), so a good deal is prepared ahead: at
    // most some 270 MB, where every entry has the largest size.
    private const int PagesAhead = 12;

    // So many pages are waiting: execution, one thread, is what is slow, and shall have a core of its own.
    private const int PagesWaiting = 2;

    /// <summary>Entries from <paramref name="first"/> to the last of the given size.</summary>
    /// <param name="source">Opened already; never trusted.</param>
    /// <param name="first">Index.</param>
    /// <param name="size">Of the log.</param>
    /// <param name="leaves">Leaf hashes that the entries must have, from the first on; null when nothing is known of them yet.</param>
    /// <param name="cancellationToken">Ends reading ahead as well.</param>
    /// <exception cref="AuditFaultException">A bundle is missing or has another form, or an entry another hash.</exception>
    public async IAsyncEnumerable<PreparedEntry> ReadAsync(
        ILedgerSource source, long first, long size, IReadOnlyList<Hash32>? leaves, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = Channel.CreateBounded<PreparedEntry[]>(PagesAhead);
        var preparing = Task.Run(() => PrepareAllAsync(source, first, size, leaves, ahead, stop.Token), stop.Token);
        try
        {
            await foreach (var page in ahead.Reader.ReadAllAsync(stop.Token))
            {
                foreach (var entry in page)
                {
                    yield return entry;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await preparing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PrepareAllAsync(
        ILedgerSource source, long first, long size, IReadOnlyList<Hash32>? leaves, Channel<PreparedEntry[]> ahead,
        CancellationToken cancellationToken)
    {
        var reading = Task.FromResult<List<byte[]>>([]);
        try
        {
            // A page begins at a bundle's start, which may lie before the first entry that is wanted.
            var start = first - (first % Tile.FullWidth);
            reading = ReadPageAsync(source, start, size, cancellationToken);
            while (start < size)
            {
                var page = await reading;
                var end = start + page.Count;
                reading = Task.Run(() => ReadPageAsync(source, end, size, cancellationToken), CancellationToken.None);
                var skipped = (int)Math.Max(0, first - start);
                var prepared = new PreparedEntry[page.Count - skipped];
                var from = start + skipped;
                var cores = ahead.Reader.Count < PagesWaiting ? Environment.ProcessorCount : Math.Max(1, Environment.ProcessorCount - 1);
                Parallel.For(0, prepared.Length, new ParallelOptions { MaxDegreeOfParallelism = cores }, i =>
                {
                    var bytes = page[skipped + i];
                    var leaf = Merkle.HashLeaf(bytes);
                    prepared[i] = leaves is not null && leaf != leaves[(int)(from + i - first)]
                        ? EntryPreparer.Faulty(bytes, AuditFaultCode.EntryMalformed, from + i, "The entry is not the one in the log.")
                        : preparer.Prepare(bytes, leaf, from + i);
                });
                await ahead.Writer.WriteAsync(prepared, cancellationToken);
                start = end;
            }

            ahead.Writer.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, the reader must learn of it: a request that ran out of time ends with a cancellation, too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ahead.Writer.Complete(e);
        }
    }

    private static async Task<List<byte[]>> ReadPageAsync(ILedgerSource source, long first, long size, CancellationToken cancellationToken)
    {
        var entries = new List<byte[]>(BundlesAtOnce * Tile.FullWidth);
        var bytes = 0L;
        for (var i = 0; i < BundlesAtOnce && bytes < PageBytes && first + entries.Count < size; i++)
        {
            var number = (first + entries.Count) / Tile.FullWidth;
            var width = Tile.Width(0, number, size);
            var path = new TilePath(TilePath.EntryLevel, number, width);
            var bundle = await source.ReadEntriesAsync(path, cancellationToken)
                ?? throw new AuditFaultException(AuditFaultCode.Incomplete, path.ToString(), "The entry bundle is missing.");
            entries.AddRange(bundle);
            bytes += bundle.Sum(e => (long)e.Length);
        }

        return entries;
    }
}
