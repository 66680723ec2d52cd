using System.Text;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Testing;
using Mingjian.Views.Members;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Tests.Members;

/// <summary>Rosters as offices keep them, through the import: what is asked, answered, remembered and founded.</summary>
public sealed class RosterMappingTests
{
    private static readonly ImportChoices Choices = new(ImportChoices.DefaultFarmer, new Month(2026, 11));

    [Fact]
    public async Task Branches_that_are_not_there_yet_are_founded_in_the_import_with_one_signature()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "unknown-branches.xlsx");
        Assert.Equal((0, 12), (preview.Good, preview.Faulty));
        Assert.Equal(["机关一支部", "第二党支部", "新能源党支部", "研发支部"], preview.UnknownBranches.Select(u => u.Name));
        Assert.Equal("某某集团党委", Assert.Single(preview.Committees).Name);

        // One is only another spelling; the others are new.
        preview = await world.Imports.MapBranchAsync(preview.Draft, "机关一支部", world.Branches["机关第一党支部"]);
        preview = await world.Imports.FoundBranchesAsync(preview.Draft, [.. preview.UnknownBranches.Select(u => u.Name)], world.Committee);
        Assert.Equal((12, 0, 0), (preview.Good, preview.Faulty, preview.UnknownBranches.Count));
        Assert.Equal([("第二党支部", 3), ("新能源党支部", 3), ("研发支部", 3)], preview.NewBranches.Select(b => (b.Name, b.Rows)));

        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        Assert.Equal((12, 12, 3 + 1 + 1), (staged.People, staged.Standards, staged.Acts.Count));
        Assert.Equal(["新能源党支部", "研发支部", "第二党支部"], staged.Founded!.Values.Order(StringComparer.Ordinal));
        await world.DoAsync(staged.Acts);

        var state = world.Ledger.ReadState();
        Assert.All(staged.Founded.Keys, id => Assert.Equal((OrganizationKind.PartyBranch, world.Committee), (state.Organization(id)!.Kind, state.Organization(id)!.Higher)));
        Assert.Equal(12, (await ReadAsync(world, "unknown-branches.xlsx")) is { } again ? again.Known + again.UnknownBranches.Sum(u => u.Rows) : 0);
        Assert.Equal(12, state.Import(staged.Import!.Value)!.Members);
    }

    [Fact]
    public async Task Only_who_may_found_below_a_committee_founds_there()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "unknown-branches.xlsx");
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.FoundBranchesAsync(preview.Draft, ["研发支部"], world.Branches["研发党支部"]));
        Assert.Equal("roster/113", (await Assert.ThrowsAsync<RosterRefusedException>(
            () => world.Imports.FoundBranchesAsync(preview.Draft, ["研发党支部"], world.Committee))).Code);
        Assert.Equal("roster/112", (await Assert.ThrowsAsync<RosterRefusedException>(
            () => world.Imports.FoundBranchesAsync(preview.Draft, [new string('长', 61)], world.Committee))).Code);
    }

    [Fact]
    public async Task Two_spellings_of_one_new_branch_found_it_once()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadCsvAsync(world, Row("甲", "990101199005061016", "退休党支部(一)") + Row("乙", "990101199005061032", "退休党支部（一）"));
        Assert.Equal(2, preview.UnknownBranches.Count);
        preview = await world.Imports.FoundBranchesAsync(preview.Draft, [.. preview.UnknownBranches.Select(u => u.Name)], world.Committee);
        Assert.Equal((2, 0), (preview.Good, preview.UnknownBranches.Count));
        Assert.Equal(2, Assert.Single(preview.NewBranches).Rows);
        Assert.Single((await world.Imports.ConfirmAsync(preview.Draft, Choices)).Founded!);
    }

    [Fact]
    public async Task A_day_for_months_is_chosen_once_for_the_column_and_told_in_every_row()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "month-only-dates.xlsx");
        Assert.Equal((0, 20), (preview.Good, preview.Faulty));
        Assert.Equal([("Admitted", 20), ("FullSince", 20)], preview.Mapping.Months.Select(m => (m.Field, m.Rows)));
        preview = await world.Imports.MapAsync(preview.Draft, RosterMapping.None with
        {
            Days = new Dictionary<string, string>(StringComparer.Ordinal) { ["Admitted"] = RosterMapping.First, ["FullSince"] = RosterMapping.Last },
        });
        Assert.Equal((20, 0), (preview.Good, preview.Faulty));
        Assert.Equal(("1986-11-01", "1987-11-30"), (preview.Rows[0].Admitted, preview.Rows[0].FullSince));
        Assert.All(preview.Rows, r => Assert.Equal(2, r.Remarks.Count(m => m.Code == "roster/520")));
        Assert.Equal([(0, "first"), (0, "last")], preview.Mapping.Months.Select(m => (m.Rows, m.Chosen)));
    }

    [Fact]
    public async Task A_choice_for_a_heading_is_remembered_for_the_next_file_and_can_be_changed_back()
    {
        await using var world = await RosterWorld.CreateAsync();
        const string Heading = "姓名,公民身份号码,类,支部,入党日期,转正日期\n";
        const string Rows = "甲某,990101199005061016,甲,机关第一党支部,2012-07-01,2013-07-01\n";
        var preview = await ReadCsvAsync(world, Heading + Rows);
        Assert.Null(preview.Mapping.Columns[2].Field);
        preview = await world.Imports.MapAsync(preview.Draft, RosterMapping.None with { Columns = new Dictionary<int, string?> { [3] = "Job" } });
        Assert.Equal(("Job", "已选定"), (preview.Mapping.Columns[2].Field, preview.Mapping.Columns[2].How));
        preview = await ReadCsvAsync(world, Heading + Rows);
        Assert.Equal(("Job", "按上次的选择"), (preview.Mapping.Columns[2].Field, preview.Mapping.Columns[2].How));
        preview = await world.Imports.MapAsync(preview.Draft, RosterMapping.None with { Columns = new Dictionary<int, string?> { [3] = null } });
        Assert.Null((await ReadCsvAsync(world, Heading + Rows)).Mapping.Columns[2].Field);
        Assert.True(preview.CanImport);
    }

    [Fact]
    public async Task Bases_that_would_be_lost_stop_the_import_until_it_is_said_what_they_are()
    {
        await using var world = await RosterWorld.CreateAsync();
        const string File = "姓名,公民身份号码,支部,入党日期,转正日期,月工资\n甲某,990101199005061016,机关第一党支部,2012-07-01,2013-07-01,4800\n";
        var preview = await ReadCsvAsync(world, File);
        Assert.False(preview.CanImport);
        Assert.Equal("roster/109", Assert.Single(preview.Remarks, r => r.IsFault).Code);
        Assert.Equal("roster/111", (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ConfirmAsync(preview.Draft, Choices))).Code);
        preview = await world.Imports.MapAsync(preview.Draft, RosterMapping.None with { Class = DuesClass.SalariedMonthly });
        Assert.True(preview.CanImport);
        Assert.Equal(("4800.00", DuesClass.SalariedMonthly), (preview.Rows[0].Base, preview.Rows[0].Class));
        Assert.Equal((1, 1), (await world.Imports.ConfirmAsync(preview.Draft, Choices)) is { } staged ? (staged.People, staged.Standards) : default);
    }

    [Fact]
    public async Task A_text_in_GBK_is_shown_as_guessed_and_read_in_another_encoding_when_asked()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "gbk.csv");
        Assert.Equal(("gb18030", 6), (preview.Mapping.Encoding, preview.Good));
        Assert.Equal("姓名", preview.Mapping.Head[0][1]);
        var refused = await Assert.ThrowsAsync<RosterRefusedException>(
            () => world.Imports.MapAsync(preview.Draft, RosterMapping.None with { Encoding = "utf-8" }));
        Assert.Equal("roster/101", refused.Code);

        // What was refused changed nothing.
        Assert.Equal(6, (await world.Imports.ConfirmAsync(preview.Draft, Choices)).People);
    }

    [Fact]
    public async Task A_second_number_is_kept_beside_the_first()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadCsvAsync(world, "姓名,公民身份号码,支部,入党日期,转正日期,手机,联系电话\n甲某,990101199005061016,机关第一党支部,2012-07-01,2013-07-01,13912345678,010-62345678\n");
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        var vault = await world.Vault.GetAsync();
        var record = (await vault.FindRecordAsync((await vault.FindMembersAsync(staged.Import!.Value))[0]))!;
        Assert.Equal(("13912345678", "010-62345678"), (record.Phone, record.OtherPhone));
    }

    [Fact]
    public async Task The_member_list_goes_out_as_a_roster_that_finds_everybody_known_when_it_comes_in_again()
    {
        await using var world = await RosterWorld.CreateAsync();
        await using (var file = RosterWorld.Sample("roster-300.xlsx"))
        {
            var staged = await world.Imports.ConfirmAsync((await world.Imports.ReadAsync(file, "a.xlsx")).Draft, Choices);
            await world.DoAsync(staged.Acts);
        }

        await world.ProjectAsync();
        using var export = new MemoryStream(await world.Lists.ExportAsync(world.Committee));
        var again = await world.Imports.ReadAsync(export, "b.xlsx");
        Assert.Equal((0, 0, 300, true), (again.Good, again.Faulty, again.Known, again.CanImport));

        // Occupations and bases are in it for whoever sets standards; another branch's secretary gets nothing at all.
        Assert.Contains(again.Rows, r => r.Base.Length > 0);
        world.Member = LedgerId.New<MemberId>();
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ExportAsync(world.Committee));
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.CreateTemplateAsync());
    }

    [Fact]
    public async Task The_template_offers_the_officer_s_branches()
    {
        await using var world = await RosterWorld.CreateAsync();
        using var package = new System.IO.Compression.ZipArchive(new MemoryStream(await world.Imports.CreateTemplateAsync()));
        var sheets = new List<string>();
        foreach (var part in package.Entries.Where(e => e.FullName.Contains("worksheets/", StringComparison.Ordinal)))
        {
            using var text = new StreamReader(await part.OpenAsync());
            sheets.Add(await text.ReadToEndAsync());
        }

        Assert.Contains(sheets, t => world.Branches.Keys.All(b => t.Contains(b, StringComparison.Ordinal)) && t.Contains("dataValidation", StringComparison.Ordinal));
        Assert.Contains(sheets, t => t.Contains("填写说明", StringComparison.Ordinal));
    }

    private static string Row(string name, string id, string branch) =>
        (name == "甲" ? "姓名,公民身份号码,支部,入党日期,转正日期\n" : string.Empty) + $"{name}某,{id},{branch},2012-07-01,2013-07-01\n";

    private static async Task<RosterPreview> ReadCsvAsync(RosterWorld world, string text)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await world.Imports.ReadAsync(file, "名册.csv");
    }

    private static async Task<RosterPreview> ReadAsync(RosterWorld world, string name)
    {
        await using var file = File.OpenRead(Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters", "offices", name));
        return await world.Imports.ReadAsync(file, name);
    }
}
