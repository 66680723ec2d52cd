using System.Security.Cryptography;
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

    /// <summary>Acts of all contracts.</summary>
    public static History Run(ulong seed) => Run(seed, (random, ledger) => new MixedCommands(random, ledger), AllContracts.Protocol);

    /// <param name="protocol">By which all of the history's blocks are made.</param>
    public static History Run(ulong seed, Func<Random64, TestLedger, CommandSource> open, int protocol, IncrementalHash? digest = null)
    {
        var random = new Random64(seed);
        var ledger = World.Open();
        ledger.Protocol = protocol;
        digest?.Follow(ledger);
        var history = new History(ledger);
        var source = open(random, ledger);
        for (var act = 0; act < Acts; act++)
        {
            ledger.Height++;
            ledger.Time = ledger.Time.AddMilliseconds(random.OneIn(4) ? random.Below(40) * 43_200_000L : 1_000);
            var (command, actors) = source.Next();
            var decision = ledger.Submit(command, actors);
            var outcome = decision.Rejection?.Code ?? command.GetType().Name;
            history.Outcomes[outcome] = history.Outcomes.GetValueOrDefault(outcome) + 1;
            digest?.Add(outcome);
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
}
