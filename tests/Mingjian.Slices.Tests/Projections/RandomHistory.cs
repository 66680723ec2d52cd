using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Slices.Tests.Dues;
using static Mingjian.Slices.Tests.Dues.SmallNetwork;

namespace Mingjian.Slices.Tests.Projections;

/// <summary>Goes on with a <see cref="SmallNetwork"/> by blocks of mixed acts, many of which meet the same rows; what the rules refuse is in the blocks as refused.</summary>
internal sealed class RandomHistory(SmallNetwork network, int seed)
{
    private const int MostActs = 9;

    private static readonly MemberId[] Payers = [SecretaryA, CollectorA, Auditor, MemberA];

    private readonly Random _random = new(seed);
    private readonly List<(PaymentId Payment, MemberId Member)> _payments = [.. network.Payments.Where(p => Payers.Contains(p.Member)).Select(p => (p.Payment, p.Member))];
    private UInt128 _nextKey = 5_000;

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "Seeded: the same history each time.")]
    public void Add(int blocks)
    {
        for (var i = 0; i < blocks; i++)
        {
            var acts = Enumerable.Range(0, _random.Next(1, MostActs)).Select(_ => Act()).ToList();
            var refusals = network.Ledger.Block(acts);
            _payments.AddRange(acts.Where((_, at) => refusals[at] is null).Select(a => a.Command).OfType<RecordPayment>().Select(p => (p.Payment, p.Member)));
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "Seeded.")]
    private (MemberId Signer, ICommand Command) Act()
    {
        var (payment, payer) = _payments[_random.Next(_payments.Count)];
        var day = new DateOnly(2026, 11, 20).AddDays(_random.Next(-3, 3));
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                var member = Payers[_random.Next(Payers.Length)];
                var month = new Month(2026, 6).AddMonths(_random.Next(6));
                var basis = month >= November.AddMonths(-1) ? PaymentBasis.Ordinary : PaymentBasis.BackPayment;
                return (CollectorA, new RecordPayment(
                    network.NextPayment(), member, BranchA, new DateOnly(2026, 11, 21), PaymentMethod.Cash, Payer.Member, basis,
                    [new PaymentItem(month, Amount.FromYuan(_random.Next(1, 49)))]));
            case 3 or 4:
                return (CollectorA, new ReversePayment(payment, ReversalReason.WrongAmount));
            case 5:
                return _random.Next(2) == 0
                    ? (payer, new DisputePayment(payment, DisputeReason.WrongDate))
                    : (CollectorA, new AnswerDispute(payment, (DisputeAnswer)_random.Next(1, 4)));
            case 6:
                return (payer, _random.Next(3) switch
                {
                    0 => new WithdrawDispute(payment),
                    1 => new ReplyToAnswer(payment, _random.Next(2) == 0),
                    _ => new ConfirmPayment(payment),
                });
            case 7:
                return (Officer, new AppointToPost(MemberB, BranchB, Post.DuesCollector, day, _random.Next(2) == 0 ? null : day.AddDays(3)));
            case 8:
                return (Officer, new EndAppointment(MemberB, BranchB, Post.DuesCollector, day));
            default:
                return (Officer, new IssueInvitation(MemberB, Dues.Keys.Of(new MemberId(_nextKey++)), network.Ledger.Now.AddMilliseconds(3_600_000)));
        }
    }
}
