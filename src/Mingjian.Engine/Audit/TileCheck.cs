using Mingjian.Log;

namespace Mingjian.Engine.Audit;

/// <summary>Compares the source's tiles with those that the replayed entries give.</summary>
internal sealed class TileCheck(ILedgerSource source, long size)
{
    private readonly Dictionary<(int Level, long Number), TileWrite> _partial = [];

    /// <summary>Full tiles are compared at once, partial ones when nothing follows any more.</summary>
    public async Task TakeAsync(ReplayedBlock block, CancellationToken cancellationToken)
    {
        foreach (var tile in block.Tiles)
        {
            if (tile.Width == Tile.FullWidth)
            {
                _partial.Remove((tile.Level, tile.Number));
                await CompareAsync(tile, cancellationToken);
            }
            else
            {
                _partial[(tile.Level, tile.Number)] = tile;
            }
        }
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var tile in _partial.Values)
        {
            await CompareAsync(tile, cancellationToken);
        }

        if (source.Stored is { } stored)
        {
            foreach (var tile in stored.ReadTiles())
            {
                if (tile.Width != Tile.Width(tile.Level, tile.Number, size))
                {
                    throw Differs(new TilePath(tile.Level, tile.Number, Math.Clamp(tile.Width, 1, Tile.FullWidth)), "A tile is stored that the log does not have.");
                }
            }
        }
    }

    private async Task CompareAsync(TileWrite tile, CancellationToken cancellationToken)
    {
        var path = new TilePath(tile.Level, tile.Number, tile.Width);
        var bytes = await source.ReadTileAsync(path, cancellationToken)
            ?? throw new AuditFaultException(AuditFaultCode.Incomplete, path.ToString(), "The tile is missing.");
        if (!bytes.AsSpan().SequenceEqual(tile.Hashes))
        {
            throw Differs(path, "The tile is not what the entries give.");
        }
    }

    private static AuditFaultException Differs(TilePath path, string message) => new(AuditFaultCode.TileDiffers, path.ToString(), message);
}
