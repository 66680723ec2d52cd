using Mingjian.Engine.Store;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Storage.Tests;

/// <summary>Blocks of one entry, one after the other: enough for a store, no ledger.</summary>
internal static class OneEntryBlock
{
    public static BlockCommit Of(long height, byte[] entry) => new(
        LedgerFixture.Network, new BlockRecord(height, height - 1, 1, default, Hash32.Of(entry), default, "checkpoint"), [entry], [], [], []);
}
