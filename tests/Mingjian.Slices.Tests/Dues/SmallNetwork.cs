using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Slices.Tests.Dues;

/// <summary>A committee with two branches, five people each, with history from June to November 2026. Today is 2026-11-22.</summary>
internal sealed class SmallNetwork
{
    public static readonly OrganizationId Committee = new(1);
    public static readonly OrganizationId BranchA = new(2);
    public static readonly OrganizationId BranchB = new(3);
    public static readonly MemberId Officer = new(100);
    public static readonly MemberId SecretaryA = new(201);
    public static readonly MemberId CollectorA = new(202);
    public static readonly MemberId Auditor = new(203);
    public static readonly MemberId MemberA = new(204);
    public static readonly MemberId Newcomer = new(205);
    public static readonly MemberId SecretaryB = new(301);
    public static readonly MemberId MemberB = new(302);
    public static readonly MemberId Behind = new(303);
    public static readonly MemberId Waived = new(304);
    public static readonly MemberId NoStandard = new(305);

    public static readonly Month November = new(2026, 11);

    private UInt128 _nextPayment = 1000;

    public SmallNetwork()
    {
        Ledger = new ScriptedLedger(At(2026, 6, 1));
        Ledger.Accept(Officer, new FoundNetwork(Committee, Hash(1), Officer, Keys.Of(Officer)));
        Ledger.Accept(
            Officer,
            new EstablishOrganization(BranchA, Committee, OrganizationKind.PartyBranch, Hash(2)),
            new EstablishOrganization(BranchB, Committee, OrganizationKind.PartyBranch, Hash(3)));
        Ledger.Accept(Officer, new ImportMembers(new ImportId(1), 0, 1,
        [
            Row(SecretaryA, BranchA), Row(CollectorA, BranchA), Row(Auditor, BranchA), Row(MemberA, BranchA),
            Row(SecretaryB, BranchB), Row(MemberB, BranchB), Row(Behind, BranchB), Row(Waived, BranchB), Row(NoStandard, BranchB),
        ]));
        Ledger.Accept(
            Officer,
            new AppointToPost(SecretaryA, BranchA, Post.BranchSecretary, new DateOnly(2026, 6, 1), null),
            new AppointToPost(CollectorA, BranchA, Post.DuesCollector, new DateOnly(2026, 6, 1), null),
            new AppointToPost(SecretaryB, BranchB, Post.BranchSecretary, new DateOnly(2026, 6, 1), null),
            new AppointToPost(Auditor, Committee, Post.Auditor, new DateOnly(2026, 6, 1), new DateOnly(2027, 5, 31)));
        Ledger.Accept(Officer, new SetStandards(
        [
            .. new[] { SecretaryA, CollectorA, Auditor, MemberA, SecretaryB, MemberB, Behind, Waived }.Select(m => Standard(m, 4800, 48)),
        ]));
        Ledger.Accept(SecretaryB, new ProposeReduction(Waived, new Month(2026, 6), new Month(2026, 12), Amount.Zero));
        Ledger.Accept(Officer, new DecideReduction(Waived, new Month(2026, 6), true));
        for (var month = new Month(2026, 6); month <= November; month = month.AddMonths(1))
        {
            RunMonth(month);
        }

        Ledger.Now = At(2026, 11, 21);
        Ledger.Accept(Officer, new ImportMembers(new ImportId(2), 0, 1,
            [Row(Newcomer, BranchA) with { Standing = MemberStanding.ProbationaryMember, FullSince = null, Admitted = new DateOnly(2026, 11, 15) }]));
        Ledger.Now = At(2026, 11, 22);
    }

    public ScriptedLedger Ledger { get; }

    /// <summary>Every payment that <see cref="Pay"/> has made, in order.</summary>
    public List<RecordPayment> Payments { get; } = [];

    /// <summary>November's payment of <see cref="MemberA"/>.</summary>
    public PaymentId NovemberOfMemberA { get; private set; }

    public static LedgerTime At(int year, int month, int day) =>
        LedgerTime.From(new DateTimeOffset(year, month, day, 10, 0, 0, TimeSpan.FromHours(8)));

    public static StandardLine Standard(MemberId member, int monthlyBase, int due) => new(
        member, new Month(2026, 6), DuesClass.SalariedMonthly, Amount.FromYuan(due),
        Commitment.Compute(Commitment.Context(member, new Month(2026, 6)), new Salt(member.Value), $"{monthlyBase}.00"));

    public static MemberRow Row(MemberId member, OrganizationId branch) => new(
        member, branch, MemberStanding.FullMember, new DateOnly(2010, 7, 1), new DateOnly(2011, 7, 1), Hash((int)member.Value), Hash(7), Hash(8));

    public static Hash32 Hash(int value) => Hash32.Of(BitConverter.GetBytes(value));

    public PaymentId NextPayment() => new(_nextPayment++);

    public RecordPayment Pay(MemberId member, OrganizationId branch, DateOnly date, params IReadOnlyList<PaymentItem> items)
    {
        var payment = new RecordPayment(NextPayment(), member, branch, date, PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary, items);
        Payments.Add(payment);
        return payment;
    }

    // Everybody in A pays on the 10th; in B only the secretary and MemberB; Behind never.
    private void RunMonth(Month month)
    {
        Ledger.Now = At(month.Year, month.Number, 5);
        Ledger.Accept(
            Officer,
            new AssessDues(BranchA, month, [SecretaryA, CollectorA, Auditor, MemberA]),
            new AssessDues(BranchB, month, [SecretaryB, MemberB, Behind, Waived]));
        Ledger.Now = At(month.Year, month.Number, 10);
        var date = new DateOnly(month.Year, month.Number, 10);
        var mine = Pay(MemberA, BranchA, date, new PaymentItem(month, Amount.FromYuan(48)));
        Ledger.Accept(
            CollectorA,
            [
                .. new[] { SecretaryA, CollectorA, Auditor }.Select(m => (ICommand)Pay(m, BranchA, date, new PaymentItem(month, Amount.FromYuan(48)))),
                mine,
            ]);
        if (month < November)
        {
            Ledger.Accept(
                SecretaryB,
                Pay(SecretaryB, BranchB, date, new PaymentItem(month, Amount.FromYuan(48))),
                Pay(MemberB, BranchB, date, new PaymentItem(month, Amount.FromYuan(48))));
        }

        NovemberOfMemberA = mine.Payment;
    }
}
