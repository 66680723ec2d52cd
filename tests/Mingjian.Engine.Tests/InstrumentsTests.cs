using System.Diagnostics.Metrics;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

public sealed class InstrumentsTests
{
    [Fact]
    public async Task What_a_ledger_does_is_counted()
    {
        await using var ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        using var figures = new Figures(ledger.Ledger);
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await ledger.Do(ada, new Deposit(Person.Payment(1), ada.Member, new Amount(500)));
        var refused = await ledger.Submit(ada, new Deposit(Person.Payment(2), ada.Member, Amount.Zero));
        Assert.NotNull(refused.Refusal);
        var malformed = await ledger.Ledger.SubmitAsync("{}"u8.ToArray(), default);
        await ledger.CloseAsync();

        Assert.Equal(2, figures["mingjian.acts outcome=done"]);
        Assert.Equal(1, figures["mingjian.acts outcome=refused"]);
        Assert.Equal(1, figures["mingjian.admission.refused code=" + malformed.Refusal!.Code]);
        Assert.Equal(3, figures["mingjian.blocks"]);
        Assert.Equal(3, figures["mingjian.votes node=1"]);
        Assert.Equal(3, figures["mingjian.block.acts"]);
        Assert.Equal(3, figures["mingjian.act.finality.duration #"]);
    }

    [Fact]
    public async Task A_ledger_says_how_it_is()
    {
        await using var ledger = LedgerFixture.Create();
        Assert.Equal(new NodeStatus(1, true, null, 0, 0, 0), Assert.Single(ledger.Ledger.Status.Nodes));
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        var status = ledger.Ledger.Status;
        Assert.Equal((1, 1L, 1L, 0L, VoteHold.None), (status.Self, status.Head.Height, status.KnownHeight, status.Lag, status.Hold));
        Assert.Equal(new NodeStatus(1, true, 1, 1, 0, 0), Assert.Single(status.Nodes));
    }

    [Fact]
    public async Task After_a_start_the_newest_certificate_says_who_voted()
    {
        var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await ledger.CloseAsync();
        await using (var again = LedgerFixture.Open(ledger.Directory))
        {
            Assert.Equal(new NodeStatus(1, true, 1, 0, 0, 0), Assert.Single(again.Ledger.Status.Nodes));
        }

        Directory.Delete(ledger.Directory, recursive: true);
    }

    [Theory]
    [InlineData(10, 0, 0, 0, 10)] // nobody was heard of
    [InlineData(10, 21, 21, 21, 20)] // who votes for 21 has 20
    [InlineData(10, 999, 0, 0, 10)] // one liar of four raises nothing
    [InlineData(10, 999, 16, 0, 15)] // nor beyond what somebody else says, too
    [InlineData(10, 5, 5, 5, 10)] // the others are behind
    public void One_liar_of_four_cannot_raise_the_known_height(long own, long second, long third, long fourth, long known)
    {
        using var instruments = new LedgerInstruments(LedgerFixture.Network, this);
        var directory = Directory.CreateTempSubdirectory("mingjian-").FullName;
        var nodes = new NodeSet([.. Enumerable.Range(1, 4)
            .Select(n => NodeKeys.LoadOrCreate(Path.Combine(directory, n.ToString(System.Globalization.CultureInfo.InvariantCulture)), LedgerFixture.Network, n).Public)]);
        Directory.Delete(directory, recursive: true);
        foreach (var (node, height) in new[] { (2, second), (3, third), (4, fourth) }.Where(v => v.Item2 > 0))
        {
            instruments.Voted(node, height);
        }

        Assert.Equal(known, instruments.KnownHeight(nodes, own));
    }

    [Fact]
    public void Skipped_batches_and_evidence_are_counted_against_their_node_even_when_it_is_no_member()
    {
        using var instruments = new LedgerInstruments(LedgerFixture.Network, this);
        using var figures = new Figures(this);
        var directory = Directory.CreateTempSubdirectory("mingjian-").FullName;
        var nodes = NodeKeys.LoadOrCreate(directory, LedgerFixture.Network).Alone.Nodes;
        Directory.Delete(directory, recursive: true);
        instruments.Skipped(7, BatchFault.Signature);
        instruments.Accused(new Evidence(1, "", 3, EvidenceKind.DoubleVote, 7, ""));
        instruments.Accused(new Evidence(1, "", 4, EvidenceKind.WrongVote, 7, ""));
        var head = new LedgerHead(0, 0, default, default, default, "");
        Assert.Equal([new(1, true, null, 0, 0, 0), new(7, false, null, 0, 1, 2)], instruments.Nodes(LedgerFixture.Network, nodes, head));
        Assert.Equal(1, figures["mingjian.batches.skipped node=7 fault=Signature"]);
    }

    /// <summary>Adds up what the instruments of one scope report.</summary>
    private sealed class Figures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);

        public Figures(object scope)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Add(i, v, tags));
            _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Add(i, v, tags));
            _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Add(i, v, tags));
            _listener.Start();
        }

        public double this[string name] => _sums[name];

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => $"{t.Key}={t.Value}")]);
            lock (_sums)
            {
                _sums[name] = _sums.GetValueOrDefault(name) + value;
                _sums[name + " #"] = _sums.GetValueOrDefault(name + " #") + 1;
            }
        }
    }
}
