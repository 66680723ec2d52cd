using System.Net.Http.Headers;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Cli.Faults;

/// <summary>A node's log as an auditor reads it over HTTP, entry by entry, held to the node's checkpoints.</summary>
/// <param name="server">The node.</param>
/// <param name="token">Opens its entries.</param>
internal sealed class NodeLog(Uri server, string token) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server, "/ledger/"), Timeout = TimeSpan.FromMinutes(1) };
    private readonly CompactTree _tree = new();
    private readonly HashSet<Hash32> _done = [];

    /// <summary>Reads on to the newest checkpoint.</summary>
    /// <returns>That checkpoint.</returns>
    /// <exception cref="PromiseBrokenException">The entries are not those that the checkpoint stands for.</exception>
    public async Task<Checkpoint> ReadOnAsync(CancellationToken cancellationToken)
    {
        await using var source = new HttpLedgerSource(_http, _ => new AuthenticationHeaderValue("Bearer", token));
        var checkpoint = Checkpoint.OfNote(await source.ReadCheckpointAsync(cancellationToken) ?? string.Empty)
            ?? throw new PromiseBrokenException($"{server} has no checkpoint.");
        while (_tree.Size < checkpoint.Size)
        {
            var number = _tree.Size / Tile.FullWidth;
            var width = Tile.Width(0, number, checkpoint.Size);
            var bundle = await source.ReadTileAsync(new TilePath(TilePath.EntryLevel, number, width), cancellationToken);
            var entries = bundle is null ? null : EntryBundle.Decode(bundle, width);
            if (entries is null)
            {
                throw new PromiseBrokenException($"{server} does not give out bundle {number} of its log of {checkpoint.Size}.");
            }

            Take([.. entries.Skip((int)(_tree.Size % Tile.FullWidth))]);
        }

        return _tree.Size == checkpoint.Size && _tree.Root == checkpoint.Root
            ? checkpoint
            : throw new PromiseBrokenException($"{server}: the entries of its log of {checkpoint.Size} have another root than its checkpoint says.");
    }

    /// <summary>Whether an act is in the log and was carried out.</summary>
    public bool Holds(Hash32 act) => _done.Contains(act);

    public void Dispose() => _http.Dispose();

    private void Take(IReadOnlyList<byte[]> entries)
    {
        _tree.Append(entries.Select(e => (ReadOnlyMemory<byte>)e));
        foreach (var entry in entries)
        {
            if (LogEntry.DecodeOwn(entry) is TransactionEntry done)
            {
                _done.Add(Hash32.Of(done.Envelope.ToPae()));
            }
        }
    }
}
