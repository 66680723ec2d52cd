using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Tests.Support;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Members;

public sealed class ImportTests
{
    internal const string Importing = """
        import    | chunk | chunks | rows     | standing | signed         | branch  | member | admitted   | full       | outcome
        withdrawn | 0     | 0      | 1        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 5001   | 1        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | -1    | 1      | 1        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 1     | 1      | 1        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 1      | 0        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 1      | 41       | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 1      | null     | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 1      | 1        | 3        | nobody         | unknown | taken  | 2026-11-23 | none       | Malformed
        withdrawn | 0     | 1      | 1        | 1        | nobody         | unknown | taken  | 1921-06-30 | none       | Malformed
        withdrawn | 0     | 1      | 1        | 1        | nobody         | unknown | taken  | 2026-11-23 | none       | SignerNotAMember
        withdrawn | 0     | 5000   | 1        | 1        | wang           | unknown | taken  | 2026-11-23 | none       | ImportWithdrawn
        half      | 0     | 5000   | 1        | 1        | wang           | unknown | taken  | 2026-11-23 | none       | AnotherOfficersImport
        half      | 0     | 5000   | 1        | 1        | founder        | unknown | taken  | 2026-11-23 | none       | ChunkCountDiffers
        half      | 0     | 2      | 1        | 1        | founder        | unknown | taken  | 2026-11-23 | none       | ChunkRepeated
        half      | 1     | 2      | 1        | 1        | founder        | unknown | taken  | 2026-11-23 | none       | BranchUnknown
        half      | 1     | 2      | 1        | 1        | founder        | general | taken  | 2026-11-23 | none       | NotABranch
        new       | 0     | 1      | 1        | 1        | officerGeneral | A       | taken  | 2026-11-23 | none       | MayNotImport
        new       | 0     | 1      | twice    | 1        | officerTop     | A       | new    | 2020-07-01 | 2021-07-01 | RowRepeated
        new       | 0     | 1      | same-id  | 1        | officerTop     | A       | new    | 2020-07-01 | 2021-07-01 | RowRepeated
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | taken  | 2026-11-23 | none       | MemberIdTaken
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | person | 2026-11-23 | none       | IdentityTaken
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | new    | 2026-11-23 | none       | AdmittedInFuture
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | new    | 2026-11-22 | none       | StandingDoesNotFit
        new       | 0     | 1      | 1        | 2        | officerTop     | A       | new    | 2026-11-22 | 2026-11-22 | StandingDoesNotFit
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | new    | 2026-11-22 | 2026-11-21 | FullSinceOutOfRange
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | new    | 2026-11-22 | 2026-11-23 | FullSinceOutOfRange
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | new    | 2026-11-22 | 2026-11-22 | accepted
        new       | 0     | 1      | 1        | 2        | officerTop     | A       | new    | 2026-11-22 | none       | accepted
        new       | 4999  | 5000   | 40       | 1        | officerTop     | A       | new    | 2020-07-01 | 2021-07-01 | accepted
        half      | 1     | 2      | 1        | 1        | founder        | A       | new    | 2020-07-01 | 2021-07-01 | accepted
        # a person whose import was withdrawn may come again, under a new id
        new       | 0     | 1      | 1        | 1        | officerTop     | A       | again  | 2020-07-01 | 2021-07-01 | accepted
        # a committee's officer imports below the committee only
        new       | 0     | 1      | 1        | 1        | officerGeneral | D       | new    | 2020-07-01 | 2021-07-01 | accepted
        """;

    internal const string Withdrawing = """
        import    | signed     | outcome
        none      | nobody     | SignerNotAMember
        none      | secretaryD | ImportUnknown
        withdrawn | secretaryD | MayNotWithdraw
        withdrawn | founder    | AlreadyWithdrawn
        main      | founder    | ImportInUse
        unused    | founder    | accepted
        unused    | officerTop | accepted
        half      | founder    | accepted
        """;

    [Fact]
    public void Importing_is_refused_in_order_of_precedence() =>
        Table.Parse(Importing).Check(row => World.Open().Decide(Build(row), World.Signed(row["signed"])));

    [Fact]
    public void Withdrawing_is_refused_in_order_of_precedence() =>
        Table.Parse(Withdrawing).Check(row => World.Open().Decide(new WithdrawImport(Import(row["import"])), World.Signed(row["signed"])));

    [Fact]
    public void A_withdrawn_import_frees_its_people_and_costs_one_write()
    {
        var ledger = World.Open();
        ledger.Must(new WithdrawImport(World.UnusedImport), By(World.Founder));
        Assert.Equal(1, ledger.Writes);
        Assert.False(ledger.IsActive(ledger.Member(World.Unused)!));

        var again = World.NewRow(31, World.BranchA) with { Member = Member(60) };
        ledger.Must(new ImportMembers(Ids.Import(9), 0, 1, [again]), By(World.Founder));
        Assert.True(ledger.IsActive(ledger.Member(Member(60))!));
    }

    [Fact]
    public void The_same_people_again_are_refused_by_identity()
    {
        var row = World.NewRow(13, World.BranchA) with { Member = Member(61) };
        var decision = World.Open().Decide(new ImportMembers(Ids.Import(9), 0, 1, [row]), By(World.Founder));
        Assert.Equal("members/1116", decision.Rejection?.Code);
    }

    [Fact]
    public void Only_an_officer_still_in_office_withdraws_his_own_import()
    {
        var ledger = World.Open();
        ledger.Must(new ImportMembers(Ids.Import(9), 0, 1, [World.NewRow(50, World.BranchD)]), By(World.OfficerGeneral));
        ledger.Must(
            new EndAppointment(World.OfficerGeneral, World.General, Post.OrganizationOfficer, D("2026-11-21")), By(World.Founder));
        Assert.Equal("MayNotWithdraw", ledger.Decide(new WithdrawImport(Ids.Import(9)), By(World.OfficerGeneral)).Rejection?.Name);
        Assert.Null(ledger.Decide(new WithdrawImport(Ids.Import(9)), By(World.Founder)).Rejection);
    }

    [Fact]
    public void An_assessment_keeps_an_import_from_being_withdrawn_and_a_standard_does_not()
    {
        var ledger = World.Open();
        ledger.Must(
            new SetStandards([new StandardLine(World.Unused, M("2026-11"), DuesClass.Student, Y("0.20"), null)]), By(World.Founder));
        Assert.Null(ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection);

        ledger.Must(new AssessDues(World.BranchA, M("2026-11"), [World.Unused]), By(World.Founder));
        Assert.Equal("ImportInUse", ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection?.Name);
    }

    [Fact]
    public void An_import_counts_its_chunks_and_people()
    {
        var ledger = World.Open();
        ledger.Must(new ImportMembers(World.HalfImport, 1, 2, [World.NewRow(41, World.BranchA), World.NewRow(42, World.BranchB)]), By(World.Founder));
        Assert.Equal(
            new ImportRecord(World.HalfImport, 2, 2, 3, World.BranchA, World.Founder, false), ledger.Import(World.HalfImport));
    }

    private static Mingjian.Primitives.ImportId Import(string name) => name switch
    {
        "main" => World.MainImport,
        "withdrawn" => World.WithdrawnImport,
        "unused" => World.UnusedImport,
        "half" => World.HalfImport,
        _ => Ids.Import(99),
    };

    private static ImportMembers Build(Row row)
    {
        var member = row["member"] switch
        {
            "taken" => World.NewRow(13, World.Place(row["branch"])),
            "person" => World.NewRow(13, World.Place(row["branch"])) with { Member = Member(500) },
            "again" => World.NewRow(30, World.Place(row["branch"])) with { Member = Member(500) },
            _ => World.NewRow(500, World.Place(row["branch"])),
        };
        member = member with
        {
            Standing = (MemberStanding)int.Parse(row["standing"]),
            Admitted = D(row["admitted"]),
            FullSince = row["full"] == "none" ? null : D(row["full"]),
        };
        IReadOnlyList<MemberRow> rows = row["rows"] switch
        {
            "null" => [member, null!],
            "twice" => [member, member with { Member = Member(501) }],
            "same-id" => [member, member with { Identity = Hash(5) }],
            "1" => [member],
            var count => Enumerable.Range(0, int.Parse(count))
                .Select(n => member with { Member = Member(500 + n), Identity = Hash(9_000 + n) }).ToList(),
        };
        return new ImportMembers(Import(row["import"]), int.Parse(row["chunk"]), int.Parse(row["chunks"]), rows);
    }
}
