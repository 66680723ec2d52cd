using System.Security.Cryptography;
using System.Text;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Tests.Histories;

/// <summary>One random history from a seed: 30 acts over the network of <see cref="World"/>, with days passing.</summary>
internal sealed class History
{
    private const int Acts = 30;
    private readonly List<(IEvent Event, LedgerTime Time, long Height, Actor[] Actors)> _log = [];

    private History(TestLedger ledger) => Ledger = ledger;

    public TestLedger Ledger { get; }

    public IEnumerable<IEvent> Events => _log.Select(e => e.Event);

    public Dictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    public static History Run(ulong seed, IncrementalHash? digest = null)
    {
        var random = new Random64(seed);
        var ledger = World.Open();
        ledger.Trace = digest is null ? null : (name, bytes) => Append(digest, name, bytes);
        var history = new History(ledger);
        var source = new CommandSource(random, ledger);
        for (var act = 0; act < Acts; act++)
        {
            ledger.Height++;
            ledger.Time = ledger.Time.AddMilliseconds(random.OneIn(4) ? random.Below(40) * 43_200_000L : 1_000);
            var (command, actors) = source.Next();
            var decision = ledger.Submit(command, actors);
            var outcome = decision.Rejection?.Code ?? command.GetType().Name;
            history.Outcomes[outcome] = history.Outcomes.GetValueOrDefault(outcome) + 1;
            digest?.AppendData(Encoding.ASCII.GetBytes(outcome));
            history._log.AddRange(decision.Events.Select(e => (e, ledger.Time, ledger.Height, actors)));
        }

        return history;
    }

    /// <summary>The events alone, applied again to a fresh network.</summary>
    public TestLedger Replay()
    {
        var ledger = World.Open();
        foreach (var (happened, time, height, actors) in _log)
        {
            ledger.Time = time;
            ledger.Height = height;
            ledger.Apply(happened, actors);
        }

        return ledger;
    }

    private static void Append(IncrementalHash digest, string name, byte[] bytes)
    {
        digest.AppendData(Encoding.ASCII.GetBytes(name));
        digest.AppendData(BitConverter.GetBytes(bytes.Length));
        digest.AppendData(bytes);
    }
}
