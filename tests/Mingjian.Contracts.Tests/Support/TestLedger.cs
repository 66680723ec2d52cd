using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;

namespace Mingjian.Contracts.Tests.Support;

/// <summary>The contracts over an in-memory state that holds canonical bytes, so that every message and record makes the trip through JSON.</summary>
internal sealed class TestLedger : IStateReader
{
    private static readonly IReadOnlyList<IContract> Contracts = AllContracts.Create();

    private static readonly Dictionary<Type, (IContract Contract, MessageType Message)> Routes = Contracts
        .SelectMany(c => c.Commands.Concat(c.Events).Select(m => (c, m)))
        .ToDictionary(r => r.m.Type, r => r);

    private readonly SortedDictionary<string, byte[]> _state;

    public TestLedger()
        : this(new SortedDictionary<string, byte[]>(StringComparer.Ordinal))
    {
    }

    private TestLedger(SortedDictionary<string, byte[]> state) => _state = state;

    public static NetworkId Network { get; } = NetworkId.Parse("test.mingjian.invalid/1");

    public LedgerTime Time { get; set; } = At(2026, 1, 5);

    public long Height { get; set; } = 1;

    /// <summary>The nodes that make the block final; a node that is alone, unless a test says otherwise.</summary>
    public NodeSet Nodes { get; set; } = new([NodeOf(1)]);

    /// <summary>Whose batch the block is made of.</summary>
    public int Proposer { get; set; } = 1;

    /// <summary>By which the next block is made.</summary>
    public int Protocol { get; set; } = AllContracts.Protocol;

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>Names and bytes of every event and write, in order, where somebody listens.</summary>
    public Action<string, byte[]>? Trace { get; set; }

    public IReadOnlyDictionary<string, byte[]> State => _state;

    public IReadOnlyList<IEvent> LastEvents { get; private set; } = [];

    /// <summary>Ten o'clock in Beijing.</summary>
    public static LedgerTime At(int year, int month, int day) =>
        LedgerTime.From(new DateTimeOffset(year, month, day, 10, 0, 0, TimeSpan.FromHours(8)));

    public TestLedger Clone() =>
        new(new SortedDictionary<string, byte[]>(_state, StringComparer.Ordinal)) { Time = Time, Height = Height, Nodes = Nodes, Proposer = Proposer, Protocol = Protocol };

    public T? Get<T>(StateKey<T> key)
        where T : class
    {
        Reads++;
        return _state.TryGetValue(key.Path, out var bytes) ? CanonicalJson.Decode(bytes, key.Table.Json) : null;
    }

    public Decision Decide(ICommand command, params Actor[] actors)
    {
        var (contract, message) = Routes[command.GetType()];
        return contract.Decide(this, (ICommand)RoundTrip(command, message.Json), Context(actors));
    }

    /// <summary>Decides and, where accepted, applies.</summary>
    public Decision Submit(ICommand command, params Actor[] actors)
    {
        Reads = 0;
        Writes = 0;
        var decision = Decide(command, actors);
        LastEvents = decision.Events;
        foreach (var happened in decision.Events)
        {
            Apply(happened, actors);
        }

        return decision;
    }

    /// <summary>As <see cref="Submit"/>; a refusal is a fault of the test's own setting.</summary>
    public TestLedger Must(ICommand command, params Actor[] actors)
    {
        var decision = Submit(command, actors);
        return decision.Rejection is { } rejection
            ? throw new InvalidOperationException($"{command} was refused: {rejection.Code} {rejection.Name}")
            : this;
    }

    public void Apply(IEvent happened, params Actor[] actors)
    {
        var (contract, message) = Routes[happened.GetType()];
        Trace?.Invoke(message.Name, CanonicalJson.Encode(happened, message.Json));
        Write(writes => contract.Apply(this, (IEvent)RoundTrip(happened, message.Json), Context(actors), writes));
    }

    /// <summary>Takes writes over once all of them are there.</summary>
    public void Write(Action<IStateWriter> write)
    {
        var writes = new Collector();
        write(writes);
        foreach (var (path, bytes) in writes.Items)
        {
            Writes++;
            Trace?.Invoke(path, bytes ?? []);
            if (bytes is null)
            {
                _state.Remove(path);
            }
            else
            {
                _state[path] = bytes;
            }
        }
    }

    private static object RoundTrip(object value, JsonTypeInfo type)
    {
        var bytes = CanonicalJson.Encode(value, type);
        var back = JsonSerializer.Deserialize(bytes, type)!;
        return bytes.AsSpan().SequenceEqual(CanonicalJson.Encode(back, type))
            ? back
            : throw new InvalidOperationException($"{type.Type.Name} does not survive its own JSON: {Encoding.UTF8.GetString(bytes)}");
    }

    private DecisionContext Context(Actor[] actors) => new(Time, Height, Network, actors, Nodes, Proposer, Protocol);

    private sealed class Collector : IStateWriter
    {
        public List<(string Path, byte[]? Bytes)> Items { get; } = [];

        public void Put<T>(StateKey<T> key, T value)
            where T : class => Items.Add((key.Path, CanonicalJson.Encode(value, key.Table.Json)));

        public void Remove<T>(StateKey<T> key)
            where T : class => Items.Add((key.Path, null));
    }
}
