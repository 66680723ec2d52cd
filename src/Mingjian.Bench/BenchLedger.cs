using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Ordering.Local;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Bench;

/// <summary>A ledger of one node in a directory, with a roster on it.</summary>
internal sealed class BenchLedger : IAsyncDisposable
{
    private readonly string _directory;

    public BenchLedger(string directory)
    {
        _directory = directory;
        Keys = NodeKeys.LoadOrCreate(Path.Combine(directory, "keys"), BenchRoster.Network);
        Ledger = Open();
    }

    public BenchRoster Roster { get; } = new();

    public NodeKeys Keys { get; }

    public Ledger Ledger { get; private set; }

    public string StoreDirectory => Path.Combine(_directory, "ledger");

    /// <summary>Closes the ledger and opens it again.</summary>
    /// <returns>How long opening took.</returns>
    public async Task<TimeSpan> ReopenAsync()
    {
        await Ledger.DisposeAsync();
        var start = TimeProvider.System.GetTimestamp();
        Ledger = Open();
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Closes the ledger; its files stay.</summary>
    public ValueTask CloseAsync() => Ledger.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        Roster.Dispose();
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The ledger owns store and ordering.")]
    private Ledger Open() => Ledger.Open(
        new LedgerOptions { Network = BenchRoster.Network },
        RocksDbBlockStore.Open(StoreDirectory),
        new LocalOrdering(TimeProvider.System),
        Keys,
        new ContractSet(AllContracts.Create()),
        new KeyDirectory(),
        new SignatureVerifier(new PlatformEcVerifier()),
        TimeProvider.System);
}
