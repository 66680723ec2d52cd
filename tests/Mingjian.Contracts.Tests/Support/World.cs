using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Support;

/// <summary>A small network on 2026-11-22, built by commands alone: a top committee, a general branch, branches A, B and D.</summary>
internal static class World
{
    // Organisations.
    public static readonly OrganizationId Top = Organization(1);
    public static readonly OrganizationId General = Organization(2);
    public static readonly OrganizationId BranchA = Organization(3);
    public static readonly OrganizationId BranchB = Organization(4);
    public static readonly OrganizationId BranchD = Organization(5);
    public static readonly OrganizationId Deepest = Organization(212);

    // People; the letters after the name say where they belong and what they are.
    public static readonly MemberId Founder = Member(1);
    public static readonly MemberId SecretaryA = Member(10);
    public static readonly MemberId CollectorA = Member(11);
    public static readonly MemberId CollectorB = Member(12);
    public static readonly MemberId Wang = Member(13);
    public static readonly MemberId Probationer = Member(14);
    public static readonly MemberId OfficerTop = Member(15);
    public static readonly MemberId NoStandard = Member(16);
    public static readonly MemberId OfficerGeneral = Member(17);
    public static readonly MemberId MemberD = Member(18);
    public static readonly MemberId Retired = Member(19);
    public static readonly MemberId Auditor = Member(20);
    public static readonly MemberId ManyPosts = Member(21);
    public static readonly MemberId SecretaryD = Member(22);
    public static readonly MemberId Withdrawn = Member(30);
    public static readonly MemberId Unused = Member(31);

    public static readonly ImportId MainImport = Import(1);
    public static readonly ImportId WithdrawnImport = Import(2);
    public static readonly ImportId UnusedImport = Import(3);
    public static readonly ImportId HalfImport = Import(4);

    private static readonly Lazy<TestLedger> Built = new(Build);

    private static readonly Dictionary<string, MemberId> People = new(StringComparer.Ordinal)
    {
        ["founder"] = Founder,
        ["secretaryA"] = SecretaryA,
        ["collectorA"] = CollectorA,
        ["collectorB"] = CollectorB,
        ["wang"] = Wang,
        ["probationer"] = Probationer,
        ["officerTop"] = OfficerTop,
        ["noStandard"] = NoStandard,
        ["officerGeneral"] = OfficerGeneral,
        ["memberD"] = MemberD,
        ["retired"] = Retired,
        ["auditor"] = Auditor,
        ["manyPosts"] = ManyPosts,
        ["secretaryD"] = SecretaryD,
        ["withdrawn"] = Withdrawn,
        ["unused"] = Unused,
        ["unknown"] = Member(999),
    };

    private static readonly Dictionary<string, OrganizationId> Places = new(StringComparer.Ordinal)
    {
        ["top"] = Top,
        ["general"] = General,
        ["A"] = BranchA,
        ["B"] = BranchB,
        ["D"] = BranchD,
        ["deepest"] = Deepest,
        ["new"] = Organization(900),
        ["unknown"] = Organization(999),
    };

    /// <summary>A copy of the network as it stands on 2026-11-22 at ten in the morning, Beijing.</summary>
    public static TestLedger Open() => Built.Value.Clone();

    public static MemberId Person(string name) => People[name];

    public static OrganizationId Place(string name) => Places[name];

    /// <summary>Signers by name, parted by '+'; <c>nobody</c> is a key that no member holds.</summary>
    public static Actor[] Signed(string names) =>
        names.Split('+').Select(n => n == "nobody" ? Unbound(77) : By(Person(n))).ToArray();

    public static MemberRow NewRow(int n, OrganizationId branch, string admitted = "2020-07-01", string? full = "2021-07-01") => new(
        Member(n), branch, full is null ? MemberStanding.ProbationaryMember : MemberStanding.FullMember, D(admitted),
        full is null ? null : D(full), Hash(1_000 + n), Hash(2_000 + n), Hash(3_000 + n));

    private static TestLedger Build()
    {
        var ledger = new TestLedger();
        ledger.Must(new FoundNetwork(Top, Hash(1), Founder, Key(1)), Unbound(1));
        ledger.Height = 2;
        var founder = By(Founder);
        ledger.Must(new EstablishOrganization(General, Top, OrganizationKind.GeneralBranch, Hash(2)), founder);
        ledger.Must(new EstablishOrganization(BranchA, Top, OrganizationKind.PartyBranch, Hash(3)), founder);
        ledger.Must(new EstablishOrganization(BranchB, Top, OrganizationKind.PartyBranch, Hash(4)), founder);
        ledger.Must(new EstablishOrganization(BranchD, General, OrganizationKind.PartyBranch, Hash(5)), founder);
        var higher = Top;
        for (var n = 201; n <= 200 + OrganizationRecord.MaxDepth; n++)
        {
            ledger.Must(new EstablishOrganization(Organization(n), higher, OrganizationKind.PrimaryPartyCommittee, Hash(n)), founder);
            higher = Organization(n);
        }

        ImportAll(ledger);
        Appoint(ledger);
        SetAndAssess(ledger);
        Pay(ledger);
        Bind(ledger);
        return ledger;
    }

    private static void ImportAll(TestLedger ledger)
    {
        // Probation began in September: the row cannot be imported before.
        ledger.Time = TestLedger.At(2026, 9, 20);
        ledger.Must(
            new ImportMembers(MainImport, 0, 1,
            [
                .. new[] { 10, 11, 13, 15, 16, 19, 20, 21 }.Select(n => NewRow(n, BranchA)),
                NewRow(12, BranchB), NewRow(14, BranchA, "2026-09-15", null), NewRow(17, BranchD), NewRow(18, BranchD), NewRow(22, BranchD),
            ]),
            By(Founder));
        ledger.Must(new ImportMembers(WithdrawnImport, 0, 1, [NewRow(30, BranchA)]), By(Founder));
        ledger.Must(
            new IssueInvitation(Withdrawn, Code(9), ledger.Time.AddMilliseconds(1000)), By(Founder));
        ledger.Must(new WithdrawImport(WithdrawnImport), By(Founder));
        ledger.Must(new ImportMembers(UnusedImport, 0, 1, [NewRow(31, BranchA)]), By(Founder));
        ledger.Must(new ImportMembers(HalfImport, 0, 2, [NewRow(40, BranchA)]), By(Founder));
    }

    private static void Appoint(TestLedger ledger)
    {
        ledger.Time = TestLedger.At(2026, 11, 22);
        var from = D("2026-01-01");
        var founder = By(Founder);
        ledger.Must(new AppointToPost(OfficerTop, Top, Post.OrganizationOfficer, from, D("2026-12-31")), founder);
        ledger.Must(new AppointToPost(Auditor, Top, Post.Auditor, from, null), founder);
        ledger.Must(new AppointToPost(OfficerGeneral, General, Post.OrganizationOfficer, from, null), founder);
        ledger.Must(new AppointToPost(SecretaryA, BranchA, Post.BranchSecretary, from, null), founder);
        ledger.Must(new AppointToPost(CollectorA, BranchA, Post.DuesCollector, from, null), founder);
        ledger.Must(new AppointToPost(CollectorB, BranchB, Post.DuesCollector, from, null), founder);
        ledger.Must(new AppointToPost(SecretaryD, BranchD, Post.BranchSecretary, from, null), founder);
        for (var n = 0; n < PostsRecord.MaxCurrent - 1; n++)
        {
            var post = n < 12 ? Organization(201 + n) : new[] { Top, General, BranchB, BranchD }[n - 12];
            ledger.Must(new AppointToPost(ManyPosts, post, Post.Auditor, from, null), founder);
        }
    }

    private static void SetAndAssess(TestLedger ledger)
    {
        var officer = By(OfficerTop);
        ledger.Must(
            new SetDuesPolicy(BranchB, RoundingMode.HalfUp, RoundingUnit.Fen, BaseChangeMode.FixedForYear, Hash(50)), officer);
        ledger.Must(
            new SetStandards(
            [
                new StandardLine(Wang, M("2026-01"), DuesClass.SalariedMonthly, Y("48.00"), Hash(60)),
                new StandardLine(Probationer, M("2026-09"), DuesClass.Student, Y("0.20"), null),
                new StandardLine(Retired, M("2026-01"), DuesClass.Retired, Y("52.00"), Hash(61)),
                new StandardLine(CollectorA, M("2026-01"), DuesClass.SalariedMonthly, Y("30.00"), Hash(62)),
                new StandardLine(CollectorB, M("2026-01"), DuesClass.SalariedMonthly, Y("30.00"), Hash(63)),
                new StandardLine(MemberD, M("2026-01"), DuesClass.Farmer, Y("1.00"), null),
                new StandardLine(SecretaryA, M("2026-01"), DuesClass.SalariedMonthly, Y("98.15"), Hash(64)),
                new StandardLine(OfficerTop, M("2026-01"), DuesClass.SalariedMonthly, Y("120.00"), Hash(65)),
            ]),
            officer);
        for (var month = M("2026-04"); month <= M("2026-12"); month = month.AddMonths(1))
        {
            ledger.Must(new AssessDues(BranchA, month, [Wang]), officer);
        }

        ledger.Must(new AssessDues(BranchA, M("2026-10"), [Retired, CollectorA, Probationer]), officer);
        ledger.Must(new ProposeReduction(Retired, M("2026-12"), M("2027-02"), Y("10.00")), By(SecretaryA));
        ledger.Must(new ProposeReduction(CollectorA, M("2026-11"), M("2027-01"), Y("0.00")), By(SecretaryA));
        ledger.Must(new DecideReduction(CollectorA, M("2026-11"), true), officer);
        ledger.Must(new ProposeReduction(OfficerTop, M("2026-11"), M("2027-01"), Y("0.00")), By(SecretaryA));
        ledger.Must(new ProposeReduction(MemberD, M("2026-11"), M("2027-01"), Y("0.00")), By(SecretaryD));
        ledger.Must(new AppointToPost(SecretaryA, Top, Post.OrganizationOfficer, D("2026-11-01"), null), By(Founder));
    }

    private static void Pay(TestLedger ledger)
    {
        var collector = By(CollectorA);
        ledger.Must(Payment1Of(Wang, "2026-09", "48.00", 1, "2026-09-20"), collector);
        ledger.Must(Payment1Of(Wang, "2026-10", "48.00", 2, "2026-10-20"), collector);
        ledger.Must(new ReversePayment(Payment(2), ReversalReason.WrongAmount), collector);
        ledger.Must(
            new RecordVoluntaryPayment(Payment(3), Wang, BranchA, D("2026-10-20"), PaymentMethod.Cash, Y("100.00")), collector);
        ledger.Must(Payment1Of(Wang, "2026-10", "20.00", 4, "2026-10-21"), collector);
        ledger.Must(new ConfirmPayment(Payment(4)), By(Wang));
        ledger.Must(Payment1Of(Wang, "2026-08", "48.00", 5, "2026-08-20"), collector);
        ledger.Must(new DisputePayment(Payment(5), DisputeReason.WrongDate), By(Wang));
        for (var n = 0; n < MonthRecord.MaxPayments; n++)
        {
            ledger.Must(Payment1Of(Wang, "2026-07", "0.01", 20 + n, "2026-07-20"), collector);
        }
    }

    private static RecordPayment Payment1Of(MemberId member, string month, string amount, int id, string date) => new(
        Payment(id), member, BranchA, D(date), PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary, [new PaymentItem(M(month), Y(amount))]);

    private static void Bind(TestLedger ledger)
    {
        // The founder invites the secretary, the secretary the members of branch A.
        var later = ledger.Time.AddMilliseconds(3_600_000);
        ledger.Must(new IssueInvitation(SecretaryA, Code(10), later), By(Founder));
        ledger.Must(new BindKey(SecretaryA, Key(10)), Redeeming(10, 10));

        // 1: for Wang, from before the first key. 2: used, Wang. 3..7: CollectorA's five keys. 8: CollectorA, open.
        ledger.Must(new IssueInvitation(Wang, Code(1), later), By(SecretaryA));
        ledger.Must(new IssueInvitation(Wang, Code(2), later), By(SecretaryA));
        ledger.Must(new BindKey(Wang, Key(13)), Redeeming(2, 13));
        for (var n = 3; n <= 8; n++)
        {
            ledger.Must(new IssueInvitation(CollectorA, Code(n), later), By(n == 3 ? SecretaryA : CollectorA));
            if (n < 8)
            {
                ledger.Must(new BindKey(CollectorA, Key(100 + n)), Redeeming(n, 100 + n));
            }
        }

        ledger.Must(new IssueInvitation(OfficerTop, Code(11), later), By(Founder));
        ledger.Must(new BindKey(OfficerTop, Key(15)), Redeeming(11, 15));
        ledger.Must(new IssueInvitation(Retired, Code(12), later), By(Founder));
        ledger.Must(new BindKey(Retired, Key(19)), Redeeming(12, 19));
        ledger.Must(new RevokeKey(Key(19).Id, KeyRevocationReason.Lost), By(Retired));

        // Further keys for Wang. 20: confirmed. 21: withdrawn. 22: for a device of his own. 23: to be confirmed.
        var muchLater = ledger.Time.AddMilliseconds(10 * 86_400_000L);
        ledger.Must(new IssueInvitation(Wang, Code(20), muchLater), By(SecretaryA));
        ledger.Must(new ConfirmInvitation(Wang, Code(20).Id), By(OfficerTop));
        ledger.Must(new IssueInvitation(Wang, Code(21), muchLater), By(SecretaryA));
        ledger.Must(new WithdrawInvitation(Wang, Code(21).Id), By(Wang));
        ledger.Must(new IssueInvitation(Wang, Code(22), later), By(Wang));
        ledger.Must(new IssueInvitation(Wang, Code(23), muchLater), By(SecretaryA));

        // 14: issued by somebody who left office since.
        ledger.Must(new AppointToPost(ManyPosts, BranchA, Post.BranchSecretary, D("2026-11-22"), D("2026-11-22")), By(Founder));
        ledger.Must(new IssueInvitation(NoStandard, Code(14), later), By(ManyPosts));
        ledger.Must(new EndAppointment(ManyPosts, BranchA, Post.BranchSecretary, D("2026-11-21")), By(Founder));
        ledger.Must(new AppointToPost(ManyPosts, BranchD, Post.Auditor, D("2026-01-01"), null), By(Founder));
    }
}
