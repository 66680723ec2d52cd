using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>A source's entries in order, read ahead and prepared on all cores while earlier ones are executed.</summary>
internal sealed class PreparedLog(EntryPreparer preparer)
{
    // Entries prepared at a time: enough for all cores, at most 256 MB of the largest entries in flight.
    private const int BundlesAtOnce = 4;
    private const int PagesAhead = 2;

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
        var preparing = Task.Run(() => PrepareAllAsync(source, first, size, leaves, ahead.Writer, stop.Token), stop.Token);
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
        ILedgerSource source, long first, long size, IReadOnlyList<Hash32>? leaves, ChannelWriter<PreparedEntry[]> ahead,
        CancellationToken cancellationToken)
    {
        try
        {
            // A page begins at a bundle's start, which may lie before the first entry that is wanted.
            for (var start = first - (first % Tile.FullWidth); start < size;)
            {
                var page = await ReadPageAsync(source, start, size, cancellationToken);
                var skipped = (int)Math.Max(0, first - start);
                var prepared = new PreparedEntry[page.Count - skipped];
                var from = start + skipped;
                Parallel.For(0, prepared.Length, i =>
                {
                    var bytes = page[skipped + i];
                    prepared[i] = leaves is not null && Merkle.HashLeaf(bytes) != leaves[(int)(from + i - first)]
                        ? EntryPreparer.Faulty(bytes, AuditFaultCode.EntryMalformed, from + i, "The entry is not the one in the log.")
                        : preparer.Prepare(bytes, from + i);
                });
                await ahead.WriteAsync(prepared, cancellationToken);
                start += page.Count;
            }

            ahead.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, the reader must learn of it: a request that ran out of time ends with a cancellation, too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ahead.Complete(e);
        }
    }

    private static async Task<List<byte[]>> ReadPageAsync(ILedgerSource source, long first, long size, CancellationToken cancellationToken)
    {
        var entries = new List<byte[]>(BundlesAtOnce * Tile.FullWidth);
        for (var i = 0; i < BundlesAtOnce && first + entries.Count < size; i++)
        {
            var number = (first + entries.Count) / Tile.FullWidth;
            var width = Tile.Width(0, number, size);
            var path = new TilePath(TilePath.EntryLevel, number, width);
            entries.AddRange(await source.ReadEntriesAsync(path, cancellationToken)
                ?? throw new AuditFaultException(AuditFaultCode.Incomplete, path.ToString(), "The entry bundle is missing."));
        }

        return entries;
    }
}
