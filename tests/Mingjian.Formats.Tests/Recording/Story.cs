using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Recording;

/// <summary>What happens in the recorded ledger: every event of every contract, every kind of entry and signature, changes of the nodes, a restart of both kinds.</summary>
/// <remarks>A new event or command needs a line here: a test names those that do not occur. Append blocks at the end, so that older roots stay.</remarks>
internal sealed class Story
{
    public const string Host = "mingjian.invalid";
    public const string HolderName = "欧阳明鉴";

    public static readonly OrganizationId Committee = Cast.Organization("committee");
    public static readonly OrganizationId General = Cast.Organization("general branch");
    public static readonly OrganizationId Branch = Cast.Organization("branch");
    public static readonly MemberId Officer = Cast.Member("officer");
    public static readonly MemberId Deputy = Cast.Member("deputy officer");
    public static readonly MemberId Secretary = Cast.Member("secretary");
    public static readonly MemberId Collector = Cast.Member("collector");
    public static readonly MemberId Person = Cast.Member("person");
    public static readonly MemberId Newcomer = Cast.Member("newcomer");
    public static readonly PaymentId First = Cast.Payment("first");
    public static readonly PaymentId Quarter = Cast.Payment("quarter");

    private static readonly Hash32 Charter = Cast.Hash("charter, version 1");
    private static readonly Hash32 Site = Hash32.Of(System.Text.Encoding.ASCII.GetBytes($"https://{Host}"));

    private readonly LedgerRecorder _ledger;
    private readonly ISigner _officer = Cast.Key("officer");
    private readonly ISigner _deputy = Cast.Key("deputy officer");
    private readonly ISigner _secretary = Cast.Key("secretary");
    private readonly ISigner _collector = Cast.Key("collector");
    private readonly ISigner _collectorsTablet = Cast.Key("collector's tablet");
    private readonly ISigner _person = new Passkey("person", Host);
    private readonly ISigner _personsComputer = Cast.Key("person's computer");
    private IReadOnlyList<byte[]> _repeated = [];

    private Story(LedgerRecorder ledger) => _ledger = ledger;

    /// <summary>Tells it into an empty ledger.</summary>
    public static void Tell(LedgerRecorder ledger)
    {
        var story = new Story(ledger);
        story.Found();
        story.TakeIn();
        story.Invite();
        story.Assess();
        story.Pay();
        story.Answer();
        story.Mend();
        story.PrepareProtocol();
        story.ChangeNodes();
        story.Restart();
        story.Later();
        story.UseProtocol();
    }

    private void Found()
    {
        At(2026, 6, 10, 8);
        Block(1, Organizations([1, 2, 3, 4], new FoundNodes(Charter, _ledger.Genesis.Seats!, 1)));
        At(2026, 6, 10, 9);
        Block(1, By(_officer, new FoundNetwork(Committee, Name(Committee), Officer, _officer.Key, Site)));
        At(2026, 6, 10, 10);
        Block(
            2,
            By(
                _officer,
                new EstablishOrganization(General, Committee, OrganizationKind.GeneralBranch, Name(General)),
                new EstablishOrganization(Branch, Committee, OrganizationKind.PartyBranch, Name(Branch)),
                new EstablishOrganization(Cast.Organization("second branch"), General, OrganizationKind.PartyBranch, Name(Cast.Organization("second branch")))),
            By(_officer, new RegisterSite(Cast.Hash("another site"))),
            By(_officer, new RemoveSite(Cast.Hash("another site"))),
            By(_officer, new SetDuesPolicy(Committee, RoundingMode.HalfUp, RoundingUnit.Fen, BaseChangeMode.MonthFirstReceived, Cast.Hash("components"))));
    }

    private void TakeIn()
    {
        At(2026, 6, 10, 11);
        Block(
            3,
            By(
                _officer,
                new ImportMembers(Cast.Import("roster"), 0, 2, [Row(Secretary), Row(Collector), Row(Person)]),
                new ImportMembers(Cast.Import("roster"), 1, 2,
                [
                    Row(Deputy),
                    Row(Newcomer) with { Standing = MemberStanding.ProbationaryMember, Admitted = new DateOnly(2026, 5, 15), FullSince = null },
                ])),
            By(_officer, new ImportMembers(Cast.Import("mistaken"), 0, 1, [Row(Cast.Member("nobody"))])),
            // Refused: the same person again.
            By(_officer, new ImportMembers(Cast.Import("again"), 0, 1, [Row(Person)])));
        At(2026, 6, 10, 12);
        Block(
            4,
            By(_officer, new WithdrawImport(Cast.Import("mistaken"))),
            By(
                _officer,
                new AppointToPost(Secretary, Branch, Post.BranchSecretary, new DateOnly(2026, 6, 1), null),
                new AppointToPost(Collector, Branch, Post.DuesCollector, new DateOnly(2026, 6, 1), new DateOnly(2027, 5, 31)),
                new AppointToPost(Deputy, Committee, Post.OrganizationOfficer, new DateOnly(2026, 6, 1), null),
                new AppointToPost(Newcomer, Branch, Post.DuesCollector, new DateOnly(2026, 6, 1), new DateOnly(2026, 6, 10)),
                new AppointToPost(Newcomer, Committee, Post.Auditor, new DateOnly(2026, 7, 1), null)));
    }

    private void Invite()
    {
        At(2026, 6, 10, 13);
        Block(
            1,
            By(
                _officer,
                Invitation(Deputy, "for deputy"), Invitation(Secretary, "for secretary"), Invitation(Collector, "for collector"),
                Invitation(Person, "for person"), Invitation(Newcomer, "for newcomer")));
        At(2026, 6, 10, 14);
        Block(
            1,
            Redeem(_deputy, Deputy, "for deputy"), Redeem(_secretary, Secretary, "for secretary"), Redeem(_collector, Collector, "for collector"),
            Redeem(_person, Person, "for person"),
            By(_officer, new WithdrawInvitation(Newcomer, Cast.Key("for newcomer").Key.Id)));
        At(2026, 6, 10, 15);
        Block(2, By(_collector, Invitation(Collector, "for tablet")));
        At(2026, 6, 10, 16);
        Block(2, Redeem(_collectorsTablet, Collector, "for tablet"));
    }

    private void Assess()
    {
        At(2026, 6, 11, 9);
        Block(
            1,
            By(
                _officer,
                new SetStandards(
                [
                    Line(Person, new Month(2025, 11), DuesClass.SalariedMonthly, 4800_00, 48_00),
                    Line(Secretary, new Month(2021, 6), DuesClass.Retired, 6000_00, 60_00),
                    Line(Newcomer, new Month(2026, 5), DuesClass.Student, null, 20),
                ])));
        At(2026, 6, 11, 10);
        Block(
            1,
            By(
                _secretary,
                new ProposeReduction(Newcomer, new Month(2026, 6), new Month(2026, 8), Amount.Zero),
                new ProposeReduction(Secretary, new Month(2026, 7), new Month(2026, 9), new Amount(10_00)),
                new ProposeReduction(Secretary, new Month(2021, 6), new Month(2021, 7), new Amount(5_00))));
        At(2026, 6, 11, 11);
        Block(
            3,
            By(
                _deputy,
                new DecideReduction(Newcomer, new Month(2026, 6), true),
                new DecideReduction(Secretary, new Month(2026, 7), false)));
        At(2026, 6, 11, 12);
        Block(
            1,
            By(_secretary, new ProposeReduction(Secretary, new Month(2026, 8), new Month(2026, 9), new Amount(20_00))),
            By(
                _secretary,
                [
                    new AssessDues(Branch, new Month(2026, 6), [Person, Newcomer, Secretary]),
                    .. new[] { new Month(2025, 11), new Month(2026, 3), new Month(2026, 4), new Month(2026, 5) }.Select(m => new AssessDues(Branch, m, [Person])),
                ]));
    }

    private void Pay()
    {
        At(2026, 6, 12, 9);
        var today = new DateOnly(2026, 6, 12);
        var ordinary = new RecordPayment(
            First, Person, Branch, today, PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary, [new(new Month(2026, 6), new Amount(48_00))]);
        _repeated = By(_collector, ordinary);
        Block(
            2,
            _repeated,
            // Refused: June is paid.
            By(_collectorsTablet, ordinary with { Payment = Cast.Payment("twice") }),
            By(
                [_collector, _secretary],
                ordinary with
                {
                    Payment = Quarter,
                    Basis = PaymentBasis.Quarterly,
                    Items = [new(new Month(2026, 4), new Amount(48_00)), new(new Month(2026, 5), new Amount(48_00))],
                },
                ordinary with
                {
                    Payment = Cast.Payment("part"),
                    Basis = PaymentBasis.BackPayment,
                    Method = PaymentMethod.Transfer,
                    Items = [new(new Month(2026, 3), new Amount(20_00))],
                },
                ordinary with
                {
                    Payment = Cast.Payment("other part"),
                    Basis = PaymentBasis.BackPayment,
                    Items = [new(new Month(2026, 3), new Amount(28_00))],
                }),
            By(
                [_collector, _secretary, _deputy],
                ordinary with
                {
                    Payment = Cast.Payment("late"),
                    Basis = PaymentBasis.LongBackPayment,
                    Items = [new(new Month(2025, 11), new Amount(48_00))],
                }),
            By(
                _secretary,
                new RecordPayment(
                    Cast.Payment("relative"), Secretary, Branch, today, PaymentMethod.Cash, Payer.Relative, PaymentBasis.Ordinary,
                    [new(new Month(2026, 6), new Amount(60_00))]),
                new RecordVoluntaryPayment(Cast.Payment("centre"), Person, Branch, today, PaymentMethod.Transfer, new Amount(1_000_00)),
                new RecordVoluntaryPayment(Cast.Payment("extra"), Newcomer, Branch, today, PaymentMethod.Cash, new Amount(50_00))));
    }

    private void Answer()
    {
        At(2026, 6, 12, 10);
        Block(
            4,
            By(_person, new ConfirmPayment(First), new DisputePayment(Cast.Payment("part"), DisputeReason.WrongAmount)),
            By(_person, new DisputePayment(Quarter, DisputeReason.WrongMonth)));
        At(2026, 6, 12, 11);
        Block(
            1,
            By(_person, new WithdrawDispute(Cast.Payment("part"))),
            By(_collector, new ReversePayment(Quarter, ReversalReason.MemberDisputed)));
    }

    private void Mend()
    {
        At(2026, 6, 12, 12);
        Block(
            1,
            By(_secretary, Invitation(Person, "for person's computer")),
            By(_officer, new AppointToPost(Newcomer, Branch, Post.DuesCollector, new DateOnly(2026, 6, 12), null)),
            By(_officer, new EndAppointment(Newcomer, Committee, Post.Auditor, new DateOnly(2026, 6, 20))),
            By(_officer, new EndAppointment(Newcomer, Branch, Post.DuesCollector, new DateOnly(2026, 6, 30))));
        At(2026, 6, 12, 13);
        Block(1, By(_deputy, new ConfirmInvitation(Person, Cast.Key("for person's computer").Key.Id)));
        At(2026, 6, 13, 14);
        Block(1, Redeem(_personsComputer, Person, "for person's computer"));
        At(2026, 6, 13, 15);
        Block(3, By(_personsComputer, new RevokeKey(_person.Key.Id, KeyRevocationReason.Lost)));
    }

    private void ChangeNodes()
    {
        At(2026, 7, 5, 9);
        Block(
            2,
            Organizations([1, 2, 3, 5], new Contracts.Nodes.ChangeNodes(Cast.Hash("charter, version 2"), [.. _ledger.Genesis.Seats!, _ledger.Seat(5)])),
            By(_officer, new SetStandards([Line(Secretary, new Month(2021, 7), DuesClass.Retired, 6100_00, 61_00)])));
        At(2026, 7, 5, 10);
        Block(1, By(_secretary, new AssessDues(Branch, new Month(2026, 7), [Person])));
        At(2026, 7, 5, 11);
        Block(5, By(_collector, Ordinary("july", new Month(2026, 7), new DateOnly(2026, 7, 5), 48_00)));
        At(2026, 7, 5, 12);
        Block(
            5,
            By(
                [Cast.OrganizationKey(1, 0), Cast.OrganizationKey(3, 0), Cast.OrganizationKey(4, 0), Cast.OrganizationKey(5, 0), Cast.OrganizationKey(2, 1)],
                new Contracts.Nodes.ChangeNodes(
                    Cast.Hash("charter, version 2"), [.. _ledger.NextNodes.Seats!.Select(s => s.Node.Number == 2 ? _ledger.Seat(2, 1) : s)])));
        At(2026, 7, 5, 13);
        Block(2, By(_officer, new EstablishOrganization(
            Cast.Organization("third branch"), Committee, OrganizationKind.PartyBranch, Name(Cast.Organization("third branch")))));
    }

    /// <summary>Three nodes are upgraded and say so, one of them with nothing else; then the organisations decide, for a height so far ahead that they decide again later.</summary>
    private void PrepareProtocol()
    {
        At(2026, 7, 4, 9);
        _ledger.Block(1, [], carries: 2);
        _ledger.Block(2, [By(_officer, new RegisterSite(Cast.Hash("third site")))], carries: 2);
        // Refused: too few carry it.
        _ledger.Block(3, [Organizations([1, 2, 3], new Contracts.Nodes.ActivateProtocol(_ledger.Height + 100_000, 2))], carries: 2);
        _ledger.Block(2, [Organizations([1, 2, 3], new Contracts.Nodes.ActivateProtocol(_ledger.Height + 100_000, 2))], carries: 2);
    }

    private void Restart()
    {
        // The batch of node 3 gets no quorum; nobody has voted, so it is skipped, and the restart's own batch becomes the block.
        At(2026, 7, 6, 9);
        var skipped = _ledger.NextPosition;
        _ledger.Stall(3, By(_collector, Ordinary("skipped", new Month(2026, 7), new DateOnly(2026, 7, 6), 1)));
        At(2026, 7, 6, 10);
        _ledger.Block(
            2,
            [
                By(
                    [.. new[] { (1, 0), (2, 1), (3, 0), (4, 0) }.Select(k => (ISigner)Cast.OrganizationKey(k.Item1, k.Item2))],
                    new RestartHeight(2, _ledger.Height + 1, [skipped], [.. Enumerable.Range(1, 4).Select(n => new NodeStatement(n, null))])),
            ],
            restart: true);

        // A block is voted on again in epoch 3; the restart that says so is recorded by the block after it.
        At(2026, 7, 6, 11);
        _ledger.Block(
            1, [By(_officer, new RegisterSite(Cast.Hash("a site of node 5")))], voteEpoch: 3);
        At(2026, 7, 6, 12);
        _ledger.Block(
            4,
            [
                By(
                    [.. new[] { (1, 0), (2, 1), (3, 0), (4, 0) }.Select(k => (ISigner)Cast.OrganizationKey(k.Item1, k.Item2))],
                    new RestartHeight(
                        3, _ledger.Height, [], [.. Enumerable.Range(1, 4).Select(n => new NodeStatement(n, _ledger.Blocks[^1].Block.Root))])),
            ],
            restart: true);
    }

    private void Later()
    {
        At(2026, 8, 5, 9);
        // A batch by a node that is none, and one with an act that no honest node hands on, are passed over whole.
        _ledger.Block(6, [By(_officer, new RegisterSite(Cast.Hash("of no node")))]);
        _ledger.Block(1, [By(_officer, new RegisterSite(Cast.Hash("forged"))).Select(Forge).ToList()]);
        Block(
            5,
            By(_officer, new SetStandards([Line(Secretary, new Month(2026, 8), DuesClass.Retired, 6200_00, 62_00)])),
            By(_secretary, new ProposeReduction(Secretary, new Month(2026, 10), new Month(2026, 12), new Amount(1_00))),
            By(_secretary, new ProposeReduction(Newcomer, new Month(2026, 9), new Month(2026, 10), new Amount(10))),
            // Dropped, each without an entry: carried out already, expired, by an unknown key, on a page that is no site.
            _repeated,
            _ledger.Sign(_ledger.Now, [_officer], new RegisterSite(Cast.Hash("too late"))),
            By(Cast.Key("stranger"), new RegisterSite(Cast.Hash("of a stranger"))),
            By(_person, new DisputePayment(First, DisputeReason.NotPaid)),
            By(_collector, Invitation(Collector, "for passkey")),
            // Whoever the secretary invites has behind the key, too, who stands behind the secretary's.
            By(_secretary, Invitation(Newcomer, "for newcomer's phone")));
        var elsewhere = new Passkey("collector", "elsewhere.invalid");
        At(2026, 8, 5, 10);
        Block(
            5,
            Redeem(new Passkey("collector", Host), Collector, "for passkey"),
            Redeem(Cast.Key("newcomer's phone"), Newcomer, "for newcomer's phone"),
            By(_personsComputer, new DisputePayment(First, DisputeReason.WrongDate)));
        At(2026, 8, 5, 11);
        Block(
            3,
            By(elsewhere, new RecordVoluntaryPayment(
                Cast.Payment("elsewhere"), Person, Branch, new DateOnly(2026, 8, 5), PaymentMethod.Cash, new Amount(1_00))),
            By(_officer, new RevokeKey(_collectorsTablet.Key.Id, KeyRevocationReason.Replaced)));
    }

    /// <summary>Nodes carry protocol 2 again, the organisations decide once more, and what it brings is passed over before its height and carried out from it on.</summary>
    private void UseProtocol()
    {
        At(2026, 8, 5, 12);
        foreach (var node in new[] { 1, 2, 3, 4 })
        {
            _ledger.Block(node, [], carries: 2);
        }

        At(2026, 8, 5, 13);
        _ledger.Block(
            5,
            [
                By(
                    [.. new[] { (1, 0), (2, 1), (3, 0), (4, 0) }.Select(k => (ISigner)Cast.OrganizationKey(k.Item1, k.Item2))],
                    new Contracts.Nodes.ActivateProtocol(_ledger.Height + 3, 2)),
            ],
            carries: 2);
        At(2026, 8, 5, 14);
        // Passed over: its act does not exist yet.
        _ledger.Block(1, [By(_secretary, new AnswerDispute(First, DisputeAnswer.EntryIsRight))], carries: 2);
        _ledger.Block(1, [By(_officer, new RegisterSite(Cast.Hash("fourth site")))], carries: 2);
        foreach (var (hour, answer, accepted) in new[] { (15, DisputeAnswer.CheckTogether, false), (17, DisputeAnswer.EntryIsRight, true) })
        {
            At(2026, 8, 5, hour);
            _ledger.Block(2, [By(_secretary, new AnswerDispute(First, answer))], carries: 2);
            At(2026, 8, 5, hour + 1);
            _ledger.Block(3, [By(_personsComputer, new ReplyToAnswer(First, accepted))], carries: 2);
        }

        // A new dispute: the answer to the one before is gone.
        At(2026, 8, 5, 19);
        _ledger.Block(3, [By(_personsComputer, new DisputePayment(First, DisputeReason.NotPaid))], carries: 2);
        At(2026, 8, 5, 20);
        _ledger.Block(4, [By(_secretary, new AnswerDispute(First, DisputeAnswer.WillBeReversed))], carries: 2);
    }

    private void At(int year, int month, int day, int hour) =>
        _ledger.Now = LedgerTime.From(new DateTimeOffset(year, month, day, hour, 0, 0, TimeSpan.FromHours(8)));

    private void Block(int proposer, params IReadOnlyList<IReadOnlyList<byte[]>> acts) => _ledger.Block(proposer, acts);

    private IReadOnlyList<byte[]> By(ISigner signer, params IReadOnlyList<ICommand> commands) => _ledger.Sign([signer], commands);

    private IReadOnlyList<byte[]> By(IReadOnlyList<ISigner> signers, params IReadOnlyList<ICommand> commands) => _ledger.Sign(signers, commands);

    private IReadOnlyList<byte[]> Organizations(IReadOnlyList<int> nodes, ICommand command) =>
        _ledger.Sign([.. nodes.Select(n => (ISigner)Cast.OrganizationKey(n, 0))], command);

    private IReadOnlyList<byte[]> Redeem(ISigner key, MemberId member, string code) =>
        _ledger.Sign([key, Cast.Key(code)], new BindKey(member, key.Key));

    private IssueInvitation Invitation(MemberId member, string code) => new(member, Cast.Key(code).Key, _ledger.Now.AddMilliseconds(7 * 86_400_000L));

    private static RecordPayment Ordinary(string payment, Month month, DateOnly date, long fen) => new(
        Cast.Payment(payment), Person, Branch, date, PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary, [new(month, new Amount(fen))]);

    private static byte[] Forge(byte[] bytes)
    {
        Envelope.TryDecode(bytes, out var envelope);
        var signature = envelope!.Signatures[0];
        var sig = signature.Sig.ToArray();
        sig[^1] ^= 1;
        return (envelope with { Signatures = [signature with { Sig = sig }] }).Encode();
    }

    private static Hash32 Name(OrganizationId organization) =>
        Commitment.Compute(Commitment.Context(organization, "name"), Cast.Salt($"{organization}"), "测试党组织");

    private static MemberRow Row(MemberId member) => new(
        member, Branch, MemberStanding.FullMember, new DateOnly(2010, 7, 1), new DateOnly(2011, 7, 1), Cast.Hash($"identity {member}"),
        Commitment.Compute(Commitment.Context(member, "name"), Cast.Salt($"{member}"), HolderName), Cast.Hash($"record {member}"));

    private static StandardLine Line(MemberId member, Month from, DuesClass duesClass, long? baseFen, long monthlyFen) => new(
        member, from, duesClass, new Amount(monthlyFen),
        baseFen is { } fen ? Commitment.Compute(Commitment.Context(member, from), Cast.Salt($"base {member} {from}"), new Amount(fen).ToString()) : null);
}
