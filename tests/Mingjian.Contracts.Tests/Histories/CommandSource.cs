using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Histories;

/// <summary>Random commands over <see cref="World"/>: mostly sensible, some absurd.</summary>
internal sealed class CommandSource(Random64 random, TestLedger ledger)
{
    private static readonly MemberId[] People =
        [.. Enumerable.Range(10, 13).Select(Member), Member(1), Member(30), Member(31), Member(40), Member(999)];

    private static readonly MemberId[] Payers = [World.Wang, World.Retired, World.CollectorA, World.Probationer, World.SecretaryA, World.OfficerTop];

    private static readonly OrganizationId[] Places =
        [World.Top, World.General, World.BranchA, World.BranchB, World.BranchD, Organization(201), Organization(999)];

    private int _next = 10_000;

    public (ICommand Command, Actor[] Actors) Next() => random.Below(20) switch
    {
        < 7 => (Pay(), Staff()),
        7 => (new RecordVoluntaryPayment(Fresh(), Payer(), World.BranchA, Date(), Enumerate<PaymentMethod>(), Sum()), Staff()),
        8 or 9 => (new ReversePayment(AnyPayment(), Enumerate<ReversalReason>()), Staff()),
        10 => Answer(),
        11 or 12 => (new AssessDues(random.OneIn(8) ? Place() : World.BranchA, AnyMonth(), [.. Some(Payer)]), Officer()),
        13 => (new SetStandards([.. Some(Line)]), Officer()),
        14 => (new ProposeReduction(Payer(), AnyMonth(), AnyMonth(), Sum()), Staff()),
        15 => (new DecideReduction(Payer(), AnyMonth(), random.OneIn(2)), Officer()),
        16 => (random.OneIn(3) ? Policy() : Tree(), Officer()),
        17 => (Post(), Officer()),
        18 => Key(),
        _ => (Roster(), Officer()),
    };

    private RecordPayment Pay()
    {
        var member = Payer();
        var items = new SortedDictionary<Month, Amount>();
        for (var n = random.Below(3); n >= 0; n--)
        {
            var month = AnyMonth();
            var open = ledger.DuesMonth(member, month) is { } record ? record.Due - record.Paid : Y("1.00");
            items[month] = random.Below(6) switch
            {
                0 => Sum(),
                1 => new Amount(open.Fen / 2),
                2 => open + new Amount(1),
                _ => open,
            };
        }

        var basis = random.OneIn(3) ? Enumerate<PaymentBasis>() : items.Count > 1 ? PaymentBasis.Quarterly : PaymentBasis.BackPayment;
        return new RecordPayment(
            random.OneIn(20) ? AnyPayment() : Fresh(), member, random.OneIn(15) ? Place() : World.BranchA, Date(), Enumerate<PaymentMethod>(),
            random.OneIn(4) ? Enumerate<Payer>() : Contracts.Dues.Payer.Member, basis,
            [.. items.Select(i => new PaymentItem(i.Key, i.Value))]);
    }

    private (ICommand Command, Actor[] Actors) Answer()
    {
        // Payment 5 is disputed from the beginning.
        var payment = random.OneIn(3) ? Payment(5) : AnyPayment();
        var owner = ledger.Payment(payment)?.Member ?? World.Wang;
        DuesCommand command = random.Below(5) switch
        {
            0 => new ConfirmPayment(payment),
            1 => new DisputePayment(payment, Enumerate<DisputeReason>()),
            2 => new WithdrawDispute(payment),
            3 => new AnswerDispute(payment, Enumerate<DisputeAnswer>()),
            _ => new ReplyToAnswer(payment, random.OneIn(2)),
        };
        return (command, command is AnswerDispute || random.OneIn(5) ? Staff() : [By(owner)]);
    }

    private (ICommand Command, Actor[] Actors) Key()
    {
        var n = 600 + random.Below(2);
        var code = random.Pick(n, n, 20, 22, 23);
        var member = ledger.Invitation(Code(code).Id)?.Member ?? Person();
        return random.Below(7) switch
        {
            0 or 1 => Invite(n),
            2 or 3 => (new BindKey(member, Ids.Key(n)), Redeeming(code, n)),
            4 => (new ConfirmInvitation(member, Code(code).Id), Officer()),
            5 => (new WithdrawInvitation(member, Code(code).Id), Staff()),
            _ => (new RevokeKey(Ids.Key(random.OneIn(2) ? n : 13).Id, Enumerate<KeyRevocationReason>()), Staff()),
        };
    }

    private (ICommand Command, Actor[] Actors) Invite(int n)
    {
        var member = Payer();
        return (
            new IssueInvitation(member, Code(n), ledger.Time.AddMilliseconds(random.Below(4) * 900_000_000L)),
            random.OneIn(3) ? [By(member)] : Staff());
    }

    private MembersCommand Roster()
    {
        var import = Import(1 + random.Below(8));
        if (random.OneIn(3))
        {
            return new WithdrawImport(import);
        }

        return new ImportMembers(
            import, random.Below(3), 2 + random.Below(2),
            [.. Some(() => World.NewRow(40 + random.Below(8), Place()) with { Member = Member(random.Below(2) * 40 + 30 + random.Below(20)) })]);
    }

    private OrganizationsCommand Tree() => new EstablishOrganization(
        Organization(800 + random.Below(9)), random.OneIn(3) ? Organization(800 + random.Below(9)) : Place(), Enumerate<OrganizationKind>(),
        Hash(random.Below(9)));

    private SetDuesPolicy Policy() =>
        new(Place(), Enumerate<RoundingMode>(), Enumerate<RoundingUnit>(), Enumerate<BaseChangeMode>(), Hash(random.Below(9)));

    private OrganizationsCommand Post() => random.OneIn(2)
        ? random.Pick(
            new EndAppointment(Person(), Place(), Enumerate<Post>(), Date()),
            new EndAppointment(World.Auditor, World.Top, Contracts.Organizations.Post.Auditor, ledger.Time.BeijingDate.AddDays(random.Below(5) - 2)),
            new EndAppointment(World.OfficerGeneral, World.General, Contracts.Organizations.Post.OrganizationOfficer, Date()),
            new EndAppointment(World.CollectorB, World.BranchB, Contracts.Organizations.Post.DuesCollector, ledger.Time.BeijingDate))
        : new AppointToPost(Person(), Place(), Enumerate<Post>(), Date(), random.OneIn(2) ? null : Date());

    private StandardLine Line()
    {
        var duesClass = Enumerate<DuesClass>();
        var monthlyBase = new Amount(random.Below(1_500_000));
        var hasBase = DuesAmounts.HasBase(duesClass) != random.OneIn(12);
        var monthly = DuesAmounts.HasBase(duesClass) && !random.OneIn(12)
            ? DuesAmounts.Compute(duesClass, monthlyBase, ledger.PolicyFor(World.BranchA), D("2026-11-01"))
            : random.Pick(Y("0.20"), Y("1.00"), Y("20.00"));
        return new StandardLine(random.OneIn(6) ? Person() : Payer(), AnyMonth(), duesClass, monthly, hasBase ? Hash(random.Below(9)) : null);
    }

    private IEnumerable<T> Some<T>(Func<T> make) => Enumerable.Range(0, 1 + random.Below(3)).Select(_ => make()).ToList();

    private Actor[] Staff() => random.Below(10) switch
    {
        < 5 => [By(World.CollectorA), By(World.SecretaryA)],
        < 7 => [By(World.CollectorA), By(World.SecretaryA), By(World.OfficerTop)],
        7 => [By(World.SecretaryA)],
        8 => [By(World.CollectorA)],
        _ => [random.OneIn(3) ? Unbound(77) : By(Person())],
    };

    private Actor[] Officer() => random.Below(8) switch
    {
        < 4 => [By(World.OfficerTop)],
        < 7 => [By(World.Founder)],
        _ => Staff(),
    };

    /// <summary>Defined values mostly, and now and then one that is not.</summary>
    private T Enumerate<T>()
        where T : struct, Enum => random.OneIn(60) ? (T)Enum.ToObject(typeof(T), random.Pick(0, 77)) : random.Pick(Enum.GetValues<T>());

    private MemberId Person() => random.Pick(People);

    private MemberId Payer() => random.OneIn(15) ? Person() : random.Pick(Payers);

    private OrganizationId Place() => random.Pick(Places);

    private PaymentId Fresh() => Payment(_next++);

    private PaymentId AnyPayment() => Payment(random.OneIn(2) ? 1 + random.Below(6) : 10_000 + random.Below(Math.Max(1, _next - 10_000)));

    private Month AnyMonth() => Month.Of(ledger.Time.BeijingDate).AddMonths(random.OneIn(8) ? random.Below(40) - 36 : random.Below(7) - 4);

    private DateOnly Date() => ledger.Time.BeijingDate.AddDays(random.OneIn(8) ? random.Below(4_000) - 3_000 : -random.Below(12));

    private Amount Sum() => random.Below(6) switch
    {
        0 => Amount.Zero,
        1 => new Amount(-1),
        2 => new Amount(100_000 + random.Below(3) - 1),
        3 => DuesLimits.Largest + new Amount(random.Below(3) - 1),
        _ => new Amount(random.Below(20_000)),
    };
}
