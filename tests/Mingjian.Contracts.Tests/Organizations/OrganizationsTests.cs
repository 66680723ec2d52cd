using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Nodes;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Organizations;

public sealed class OrganizationsTests
{
    /// <summary>Each row mends one fault of the row above.</summary>
    internal const string Founding = """
        height | agreed | founded | signer  | node | outcome
        1      | alone  | yes     | another | 1    | AlreadyFounded
        11     | yes    | yes     | another | 2    | AlreadyFounded
        11     | no     | no      | another | 2    | KeyDidNotSign
        11     | no     | no      | officer | 2    | AgreementMissing
        1      | no     | no      | officer | 1    | AgreementMissing
        2      | yes    | no      | officer | 2    | NotTheFirstNode
        2      | yes    | no      | officer | 4    | NotTheFirstNode
        11     | left1  | no      | officer | 1    | accepted
        12     | left1  | no      | officer | 1    | NotTheFirstNode
        12     | left1  | no      | officer | 2    | accepted
        2      | yes    | no      | officer | 1    | accepted
        1      | alone  | no      | officer | 1    | accepted
        2      | alone  | no      | officer | 1    | accepted
        """;

    internal const string Establishing = """
        kind | signed     | higher  | organization | outcome
        0    | nobody     | unknown | A            | Malformed
        4    | nobody     | unknown | A            | Malformed
        1    | nobody     | unknown | A            | SignerNotAMember
        1    | wang       | unknown | A            | HigherUnknown
        1    | wang       | A       | A            | MayNotEstablish
        1    | auditor    | A       | A            | MayNotEstablish
        1    | officerTop | A       | A            | OrganizationExists
        1    | officerTop | A       | new          | KindDoesNotFit
        1    | officerTop | general | new          | KindDoesNotFit
        2    | officerTop | general | new          | KindDoesNotFit
        3    | officerTop | general | new          | accepted
        1    | officerTop | deepest | new          | TooDeep
        1    | officerTop | top     | new          | accepted
        3    | officerGeneral | general | new      | accepted
        3    | officerGeneral | top | new          | MayNotEstablish
        """;

    internal const string Appointing = """
        post | signed         | organization | member     | from       | until      | outcome
        5    | nobody         | unknown      | unknown    | 2027-11-24 | 2026-11-21 | Malformed
        0    | nobody         | unknown      | unknown    | 2027-11-24 | 2026-11-21 | Malformed
        2    | nobody         | unknown      | unknown    | 1921-06-30 | 2026-11-21 | Malformed
        2    | nobody         | unknown      | unknown    | 1921-07-01 | 2026-11-21 | SignerNotAMember
        2    | secretaryD     | unknown      | unknown    | 2027-11-24 | 2026-11-21 | OrganizationUnknown
        2    | secretaryD     | general      | unknown    | 2027-11-24 | 2026-11-21 | MayNotAppoint
        2    | officerGeneral | general      | unknown    | 2027-11-24 | 2026-11-21 | MayNotAppoint
        2    | officerTop     | general      | unknown    | 2027-11-24 | 2026-11-21 | MemberUnknown
        2    | officerTop     | general      | withdrawn  | 2027-11-24 | 2026-11-21 | MemberWithdrawn
        2    | officerTop     | general      | wang       | 2027-11-24 | 2026-11-21 | PostDoesNotFit
        1    | officerTop     | A            | wang       | 2027-11-24 | 2026-11-21 | PostDoesNotFit
        3    | officerTop     | A            | wang       | 2026-11-20 | 2026-11-21 | TermHasEnded
        3    | officerTop     | A            | wang       | 2026-11-20 | 2026-11-22 | accepted
        3    | officerTop     | A            | wang       | 2026-11-24 | 2026-11-23 | TermHasEnded
        3    | officerTop     | A            | wang       | 2026-11-24 | 2026-11-24 | accepted
        3    | officerTop     | A            | wang       | 2027-11-24 | 2027-11-24 | TermTooFarAhead
        3    | officerTop     | A            | wang       | 2027-11-23 | 2027-11-24 | accepted
        1    | founder        | top          | officerTop | 2026-12-31 | none       | AlreadyAppointed
        1    | founder        | top          | officerTop | 2027-01-01 | none       | accepted
        3    | officerTop     | A            | collectorA | 2027-01-01 | 2027-01-02 | AlreadyAppointed
        4    | officerTop     | A            | manyPosts  | 2026-11-22 | none       | TooManyPosts
        4    | officerTop     | A            | auditor    | 2026-11-22 | none       | accepted
        1    | officerGeneral | top          | wang       | 2026-11-22 | none       | MayNotAppoint
        2    | officerGeneral | D            | memberD    | 2026-11-22 | none       | accepted
        """;

    internal const string Ending = """
        post | signed         | organization | member     | last       | outcome
        9    | nobody         | unknown      | wang       | 2026-11-20 | Malformed
        1    | nobody         | unknown      | wang       | 2026-11-20 | SignerNotAMember
        1    | officerGeneral | unknown      | wang       | 2026-11-20 | OrganizationUnknown
        1    | officerGeneral | top          | wang       | 2026-11-20 | MayNotAppoint
        1    | officerTop     | top          | wang       | 2026-11-20 | NotAppointed
        1    | officerTop     | top          | officerTop | 2026-11-20 | LastDayPast
        1    | officerTop     | top          | officerTop | 2027-01-01 | EndsNoEarlier
        1    | officerTop     | top          | officerTop | 2026-12-31 | EndsNoEarlier
        1    | officerTop     | top          | officerTop | 2026-12-30 | OwnPost
        1    | founder        | top          | officerTop | 2026-12-30 | accepted
        3    | founder        | A            | collectorA | 2026-11-21 | accepted
        """;

    internal const string Registering = """
        signed         | site  | registered | outcome
        nobody         | known | 64         | SignerNotAMember
        wang           | known | 64         | MayNotManageSites
        secretaryD     | known | 64         | MayNotManageSites
        officerGeneral | known | 64         | MayNotManageSites
        auditor        | known | 64         | MayNotManageSites
        officerTop     | known | 64         | AlreadyRegistered
        officerTop     | new   | 64         | TooManySites
        officerTop     | new   | 63         | accepted
        officerTop     | new   | 0          | accepted
        """;

    internal const string Removing = """
        signed         | site  | registered | outcome
        nobody         | new   | 0          | SignerNotAMember
        wang           | new   | 0          | MayNotManageSites
        officerGeneral | new   | 0          | MayNotManageSites
        officerTop     | new   | 0          | SiteUnknown
        officerTop     | new   | 64         | SiteUnknown
        officerTop     | known | 1          | accepted
        founder        | known | 64         | accepted
        """;

    [Fact]
    public void Registering_a_site_is_refused_in_order_of_precedence() => Table.Parse(Registering).Check(row =>
        WithSites(int.Parse(row["registered"])).Decide(new RegisterSite(SiteNamed(row["site"])), World.Signed(row["signed"])));

    [Fact]
    public void Removing_a_site_is_refused_in_order_of_precedence() => Table.Parse(Removing).Check(row =>
        WithSites(int.Parse(row["registered"])).Decide(new RemoveSite(SiteNamed(row["site"])), World.Signed(row["signed"])));

    [Fact]
    public void Passkeys_sign_on_a_site_from_its_registration_to_its_removal()
    {
        var ledger = World.Open();
        var keys = new KeyDirectory();
        var act = new RemoveSite(Hash(1));
        Assert.False(keys.IsSite(ledger, act, Hash(7_001)));
        ledger.Must(new RegisterSite(Hash(7_001)), By(World.Founder));
        ledger.Must(new RegisterSite(Hash(7_002)), By(World.Founder));
        Assert.True(keys.IsSite(ledger, act, Hash(7_001)) && keys.IsSite(ledger, act, Hash(7_002)));
        ledger.Must(new RemoveSite(Hash(7_001)), By(World.Founder));
        Assert.False(keys.IsSite(ledger, act, Hash(7_001)));
        Assert.True(keys.IsSite(ledger, act, Hash(7_002)));
        ledger.Must(new RemoveSite(Hash(7_002)), By(World.Founder));
        Assert.Null(ledger.Get(OrganizationsState.SitesKey));
    }

    [Fact]
    public void The_founding_act_may_name_its_own_site_and_only_while_nothing_is_founded()
    {
        var keys = new KeyDirectory();
        var ledger = new TestLedger();
        var found = new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1), Hash(7_001));
        Assert.True(keys.IsSite(ledger, found, Hash(7_001)));
        Assert.False(keys.IsSite(ledger, found, Hash(7_002)));
        Assert.False(keys.IsSite(ledger, found with { Site = null }, Hash(7_001)));
        Assert.False(keys.IsSite(ledger, new RegisterSite(Hash(7_001)), Hash(7_001)));
        ledger.Must(found, Unbound(1));
        Assert.True(ledger.IsSite(Hash(7_001)));
        Assert.False(keys.IsSite(ledger, found with { Site = Hash(7_002) }, Hash(7_002)));
    }

    private static TestLedger WithSites(int count)
    {
        var ledger = World.Open();
        for (var n = 1; n <= count; n++)
        {
            ledger.Must(new RegisterSite(Hash(7_000 + n)), By(World.Founder));
        }

        return ledger;
    }

    private static Mingjian.Primitives.Hash32 SiteNamed(string name) => Hash(name == "known" ? 7_001 : 7_999);

    [Fact]
    public void Founding_is_refused_in_order_of_precedence() =>
        Table.Parse(Founding).Check(row =>
        {
            var founders = Seating.Founders(4);
            var ledger = row["agreed"] switch
            {
                "alone" => new TestLedger(),
                "no" => new TestLedger { Nodes = new NodeSet(founders) },
                _ => Seating.Open(founders),
            };
            if (row["agreed"] == "left1")
            {
                // Decided in block 10: from block 12 on the first seat is another's.
                ledger.Must(new ChangeNodes(Hash(1), [.. founders.Skip(1)]), Seating.Orgs(founders));
            }

            var command = new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1));
            if (row["founded"] == "yes")
            {
                ledger.Must(command, Unbound(1));
            }

            ledger.Height = long.Parse(row["height"]);
            ledger.Proposer = int.Parse(row["node"]);
            return ledger.Decide(command, Unbound(row["signer"] == "officer" ? 1 : 2));
        });

    [Fact]
    public void Establishing_is_refused_in_order_of_precedence() =>
        Table.Parse(Establishing).Check(row => World.Open().Decide(
            new EstablishOrganization(
                World.Place(row["organization"]), World.Place(row["higher"]), (OrganizationKind)int.Parse(row["kind"]), Hash(9)),
            World.Signed(row["signed"])));

    [Fact]
    public void Appointing_is_refused_in_order_of_precedence() =>
        Table.Parse(Appointing).Check(row => World.Open().Decide(
            new AppointToPost(
                World.Person(row["member"]), World.Place(row["organization"]), (Post)int.Parse(row["post"]), D(row["from"]),
                row["until"] == "none" ? null : D(row["until"])),
            World.Signed(row["signed"])));

    [Fact]
    public void Ending_an_appointment_is_refused_in_order_of_precedence() =>
        Table.Parse(Ending).Check(row => World.Open().Decide(
            new EndAppointment(
                World.Person(row["member"]), World.Place(row["organization"]), (Post)int.Parse(row["post"]), D(row["last"])),
            World.Signed(row["signed"])));

    [Fact]
    public void The_first_act_makes_committee_officer_and_key()
    {
        var ledger = new TestLedger();
        ledger.Must(new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1)), Unbound(1));

        Assert.Equal(OrganizationKind.PrimaryPartyCommittee, ledger.Organization(World.Top)!.Kind);
        Assert.Null(ledger.Organization(World.Top)!.Higher);
        Assert.Equal(World.Top, ledger.Member(World.Founder)!.Branch);
        Assert.Equal(World.Founder, new KeyDirectory().Find(ledger, Key(1).Id)!.Member);
        Assert.True(Rights.Allows(ledger, World.Founder, Right.ImportMembers, World.Top, D("2026-01-05")));
        Assert.False(Rights.Allows(ledger, World.Founder, Right.ImportMembers, World.Top, D("2026-01-04")));
    }

    [Fact]
    public void An_appointment_keeps_the_import_of_the_member_from_being_withdrawn()
    {
        var ledger = World.Open();
        ledger.Must(new AppointToPost(World.Unused, World.BranchA, Post.DuesCollector, D("2026-11-22"), null), By(World.Founder));
        Assert.Equal("ImportInUse", ledger.Submit(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection?.Name);
    }

    [Fact]
    public void An_ended_appointment_gives_rights_up_to_its_last_day_only()
    {
        var ledger = World.Open();
        ledger.Must(new EndAppointment(World.CollectorA, World.BranchA, Post.DuesCollector, D("2026-11-23")), By(World.Founder));
        Assert.True(Rights.Allows(ledger, World.CollectorA, Right.RecordPayment, World.BranchA, D("2026-11-23")));
        Assert.False(Rights.Allows(ledger, World.CollectorA, Right.RecordPayment, World.BranchA, D("2026-11-24")));
    }

    [Fact]
    public void Ended_appointments_leave_the_state_when_the_next_one_comes()
    {
        var ledger = World.Open();
        ledger.Must(new EndAppointment(World.CollectorA, World.BranchA, Post.DuesCollector, D("2026-11-21")), By(World.Founder));
        ledger.Must(new AppointToPost(World.CollectorA, World.BranchB, Post.DuesCollector, D("2026-11-22"), null), By(World.Founder));
        Assert.Equal(World.BranchB, Assert.Single(ledger.PostsOf(World.CollectorA)!.Appointments).Organization);
    }
}
