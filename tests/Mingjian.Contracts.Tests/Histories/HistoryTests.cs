using CsCheck;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Tests.Histories;

public sealed class HistoryTests
{
    private static readonly Gen<ulong> Seeds = Gen.ULong;

    [Fact]
    public void Money_in_is_money_paid_for_months_plus_voluntary_plus_reversed() => Seeds.Sample(
        seed =>
        {
            var (before, after) = (Sums(World.Open()), History.Run(seed));
            var received = after.Events.Sum(e => e switch
            {
                PaymentRecorded paid => paid.Items.Sum(i => i.Amount.Fen),
                VoluntaryPaymentRecorded voluntary => voluntary.Amount.Fen,
                _ => 0,
            });
            var sums = Sums(after.Ledger);
            return sums.PaidForMonths + sums.Voluntary + sums.Reversed == before.PaidForMonths + before.Voluntary + before.Reversed + received;
        },
        iter: 200);

    [Fact]
    public void Each_month_holds_exactly_the_payments_in_force_and_never_more_than_is_due() => Seeds.Sample(
        seed =>
        {
            var ledger = History.Run(seed).Ledger;
            foreach (var month in Records(ledger, DuesState.Months))
            {
                var payments = month.Payments.Select(id => ledger.Payment(id)!).ToList();
                Assert.All(payments, p => Assert.Null(p.Reversed));
                Assert.Equal(month.Paid.Fen, payments.Sum(p => p.Items.Single(i => i.Month == month.Month).Amount.Fen));
                Assert.InRange(month.Paid.Fen, 0, month.Due.Fen);
            }
        },
        iter: 100);

    [Fact]
    public void Events_applied_again_give_the_same_state() => Seeds.Sample(
        seed =>
        {
            var history = History.Run(seed);
            var replayed = history.Replay();
            Assert.Equal(
                history.Ledger.State.Select(r => (r.Key, Convert.ToBase64String(r.Value))),
                replayed.State.Select(r => (r.Key, Convert.ToBase64String(r.Value))));
        },
        iter: 100);

    [Fact]
    public void Reductions_of_one_member_never_overlap_and_are_decided_by_another_person() => Seeds.Sample(
        seed =>
        {
            foreach (var record in Records(History.Run(seed).Ledger, DuesState.Reductions))
            {
                var standing = record.Reductions.Where(r => r.Outcome != ReductionOutcome.Refused).ToList();
                Assert.All(standing.Zip(standing.Skip(1)), p => Assert.True(p.First.Until < p.Second.From));
                Assert.All(record.Reductions, r => Assert.NotEqual(r.ProposedBy, r.DecidedBy));
            }
        },
        iter: 100);

    [Fact]
    public void Histories_reach_most_commands_and_refusals()
    {
        var outcomes = Enumerable.Range(1, 400).SelectMany(seed => History.Run((ulong)seed).Outcomes.Keys).ToHashSet(StringComparer.Ordinal);
        var commands = AllContracts.Create().SelectMany(c => c.Commands).Select(m => m.Type.Name)
            .Except(["FoundNetwork", "FoundNodes", "ChangeNodes", "RestartHeight", "ActivateProtocol"]);
        Assert.Empty(commands.Except(outcomes));
        Assert.True(outcomes.Count(o => o.Contains('/', StringComparison.Ordinal)) > 60, string.Join(' ', outcomes.Order()));
    }

    private static (long PaidForMonths, long Voluntary, long Reversed) Sums(TestLedger ledger)
    {
        var payments = Records(ledger, DuesState.Payments).ToList();
        return (
            Records(ledger, DuesState.Months).Sum(m => m.Paid.Fen),
            payments.Where(p => p.Reversed is null && p.IsVoluntary()).Sum(p => p.Total.Fen),
            payments.Where(p => p.Reversed is not null).Sum(p => p.Total.Fen));
    }

    private static IEnumerable<T> Records<T>(TestLedger ledger, StateTable<T> table)
        where T : class => ledger.State
            .Where(r => r.Key.StartsWith(table.Prefix, StringComparison.Ordinal))
            .Select(r => CanonicalJson.Decode(r.Value, table.Json));
}
