using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Dues;

/// <summary>Random acts of <c>dues</c>.</summary>
internal sealed class DuesCommands(Random64 random, TestLedger ledger) : CommandSource(random, ledger)
{
    private int _next = 10_000;

    public override (ICommand Command, Actor[] Actors) Next() => Random.Below(18) switch
    {
        < 7 => (Pay(), Staff()),
        7 => (new RecordVoluntaryPayment(Fresh(), Payer(), World.BranchA, Date(), Enumerate<PaymentMethod>(), Sum()), Staff()),
        8 or 9 => (new ReversePayment(AnyPayment(), Enumerate<ReversalReason>()), Staff()),
        10 or 11 => Answer(),
        12 or 13 => (new AssessDues(Random.OneIn(8) ? Place() : World.BranchA, AnyMonth(), [.. Some(Payer)]), Officer()),
        14 => (new SetStandards([.. Some(Line)]), Officer()),
        15 => (new ProposeReduction(Payer(), AnyMonth(), AnyMonth(), Sum()), Staff()),
        16 => (new DecideReduction(Payer(), AnyMonth(), Random.OneIn(2)), Officer()),
        _ => (Policy(), Officer()),
    };

    private RecordPayment Pay()
    {
        var member = Payer();
        var items = new SortedDictionary<Month, Amount>();
        for (var n = Random.Below(3); n >= 0; n--)
        {
            var month = AnyMonth();
            var open = Ledger.DuesMonth(member, month) is { } record ? record.Due - record.Paid : Y("1.00");
            items[month] = Random.Below(6) switch
            {
                0 => Sum(),
                1 => new Amount(open.Fen / 2),
                2 => open + new Amount(1),
                _ => open,
            };
        }

        var basis = Random.OneIn(3) ? Enumerate<PaymentBasis>() : items.Count > 1 ? PaymentBasis.Quarterly : PaymentBasis.BackPayment;
        return new RecordPayment(
            Random.OneIn(20) ? AnyPayment() : Fresh(), member, Random.OneIn(15) ? Place() : World.BranchA, Date(), Enumerate<PaymentMethod>(),
            Random.OneIn(4) ? Enumerate<Payer>() : Contracts.Dues.Payer.Member, basis,
            [.. items.Select(i => new PaymentItem(i.Key, i.Value))]);
    }

    private (ICommand Command, Actor[] Actors) Answer()
    {
        // Payment 5 is disputed from the beginning.
        var payment = Random.OneIn(3) ? Payment(5) : AnyPayment();
        var owner = Ledger.Payment(payment)?.Member ?? World.Wang;
        DuesCommand command = Random.Below(Ledger.Protocol >= 2 ? 5 : 3) switch
        {
            0 => new ConfirmPayment(payment),
            1 => new DisputePayment(payment, Enumerate<DisputeReason>()),
            2 => new WithdrawDispute(payment),
            3 => new AnswerDispute(payment, Enumerate<DisputeAnswer>()),
            _ => new ReplyToAnswer(payment, Random.OneIn(2)),
        };
        return (command, command is AnswerDispute || Random.OneIn(5) ? Staff() : [By(owner)]);
    }

    private SetDuesPolicy Policy() =>
        new(Place(), Enumerate<RoundingMode>(), Enumerate<RoundingUnit>(), Enumerate<BaseChangeMode>(), Hash(Random.Below(9)));

    private StandardLine Line()
    {
        var duesClass = Enumerate<DuesClass>();
        var monthlyBase = new Amount(Random.Below(1_500_000));
        var hasBase = DuesAmounts.HasBase(duesClass) != Random.OneIn(12);
        var monthly = DuesAmounts.HasBase(duesClass) && !Random.OneIn(12)
            ? DuesAmounts.Compute(duesClass, monthlyBase, Ledger.PolicyFor(World.BranchA), D("2026-11-01"))
            : Random.Pick(Y("0.20"), Y("1.00"), Y("20.00"));
        return new StandardLine(Random.OneIn(6) ? Person() : Payer(), AnyMonth(), duesClass, monthly, hasBase ? Hash(Random.Below(9)) : null);
    }

    private PaymentId Fresh() => Payment(_next++);

    private PaymentId AnyPayment() => Payment(Random.OneIn(2) ? 1 + Random.Below(6) : 10_000 + Random.Below(Math.Max(1, _next - 10_000)));
}
