using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Ordering.Local;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Testing.Ledger;

/// <summary>A real ledger with the toy contract in a directory of its own; only the clock is a fake.</summary>
public sealed class LedgerFixture : IAsyncDisposable
{
    public static readonly NetworkId Network = NetworkId.Parse("test.mingjian.invalid/1");

    private readonly bool _ownsDirectory;

    private LedgerFixture(string directory, bool ownsDirectory, ManualClock clock, Func<LedgerOptions, LedgerOptions>? change, LocalOrderingOptions? ordering,
        OrderGate? gate = null)
    {
        Directory = directory;
        _ownsDirectory = ownsDirectory;
        Clock = clock;
        var options = new LedgerOptions { Network = Network };
        Keys = NodeKeys.LoadOrCreate(Path.Combine(directory, "keys"), Network);
        Ledger = Engine.Ledger.Open(
            change?.Invoke(options) ?? options,
            RocksDbBlockStore.Open(StoreDirectory),
            gate?.Guard(new LocalOrdering(clock, ordering)) ?? new LocalOrdering(clock, ordering),
            Keys,
            new ContractSet(Toy),
            Toy,
            new SignatureVerifier(new PlatformEcVerifier()),
            clock);
    }

    public static ToyContract Toy { get; } = new();

    public string Directory { get; }

    public string StoreDirectory => Path.Combine(Directory, "ledger");

    public ManualClock Clock { get; }

    public NodeKeys Keys { get; }

    public Engine.Ledger Ledger { get; }

    public LedgerTime Soon => LedgerTime.From(Clock.GetUtcNow()).AddMilliseconds(3_600_000);

    public static LedgerFixture Create(Func<LedgerOptions, LedgerOptions>? change = null, LocalOrderingOptions? ordering = null, OrderGate? gate = null) =>
        new(System.IO.Directory.CreateTempSubdirectory("mingjian-").FullName, ownsDirectory: true, new ManualClock(), change, ordering, gate);

    /// <summary>Opens what is in a directory; the directory stays when this is disposed of.</summary>
    public static LedgerFixture Open(string directory, ManualClock? clock = null) =>
        new(directory, ownsDirectory: false, clock ?? new ManualClock(), null, null);

    public Task<SubmitResult> Submit(Person person, ICommand command) =>
        Ledger.SubmitAsync(person.Sign(command, Network, Soon), CancellationToken.None);

    /// <summary>Submits and expects it to be carried out.</summary>
    public async Task<SubmitResult> Do(Person person, ICommand command)
    {
        var result = await Submit(person, command);
        return result.Refusal is null ? result : throw new InvalidOperationException($"Refused: {result.Refusal.Code} {result.Refusal.Name}");
    }

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    /// <summary>Closes the ledger and keeps its files, which the caller deletes.</summary>
    public ValueTask CloseAsync() => Ledger.DisposeAsync();
}

/// <summary>A clock that stands still until told.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _milliseconds = 1_795_000_000_000;

    public void Advance(long milliseconds) => Interlocked.Add(ref _milliseconds, milliseconds);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _milliseconds));
}
