using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Reads final entries of the ledger as typed events.</summary>
public sealed class LedgerEvents(ILedger ledger, IEnumerable<IContract> contracts)
{
    private readonly Dictionary<string, MessageType> _events =
        contracts.SelectMany(c => c.Events).ToDictionary(e => e.Name, StringComparer.Ordinal);

    /// <summary>The entries of a block, the seal included, in order.</summary>
    public IEnumerable<LedgerItem> Read(LedgerBlock block)
    {
        for (var index = block.FirstIndex; index < block.FirstIndex + block.Entries; index++)
        {
            var bytes = ledger.ReadEntry(index)
                ?? throw new InvalidOperationException($"The ledger has no entry {index} although block {block.Height} is final.");
            yield return Read(index, block.Height, bytes);
        }
    }

    private LedgerItem Read(long index, long height, byte[] bytes)
    {
        var decoded = LogEntry.DecodeOwn(bytes);
        if (decoded is not TransactionEntry entry)
        {
            var refused = decoded as RefusalEntry;
            return new LedgerItem(index, bytes.Length, null, refused, "", refused?.Id, []);
        }

        var payload = entry.Envelope.Payload;
        var events = entry.Events.Select(e => Decode(e, height, index)).ToArray();
        var command = TransactionPayload.TryDecode(payload, out var inside) == PayloadFault.None ? inside!.Command : "";
        return new LedgerItem(index, bytes.Length, entry, null, command, Pae.TransactionId(payload), events);
    }

    private IEvent Decode(EntryEvent happened, long height, long index) =>
        _events.TryGetValue(happened.Name, out var type)
            ? (IEvent)happened.DecodeBody(type.Json)
            : throw new InvalidOperationException($"Unknown event {happened.Name} in block {height}, entry {index}.");
}

/// <summary>One log entry with its typed events.</summary>
/// <param name="Size">Bytes of the entry.</param>
/// <param name="Entry">Null for a seal and for a refused act.</param>
/// <param name="Refused">Null but for a refused act.</param>
/// <param name="Command">Empty for a seal and for a refused act.</param>
/// <param name="Transaction">Null for a seal.</param>
/// <param name="Events">Empty for a seal and for a refused act.</param>
public sealed record LedgerItem(
    long Index, int Size, TransactionEntry? Entry, RefusalEntry? Refused, string Command, Hash32? Transaction, IReadOnlyList<IEvent> Events);
