using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Tests.Members;

public sealed class RosterImportTests
{
    private static readonly ImportChoices Choices = new(ImportChoices.DefaultFarmer, new Month(2026, 11));

    [Fact]
    public async Task The_clean_roster_goes_in_with_its_dues_standards_and_reads_back()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-300.xlsx");
        Assert.Equal((300, 0, 0), (preview.Good, preview.Faulty, preview.Known));
        var heightBefore = world.Ledger.Head.Height;
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        Assert.Equal((300, 300, 8 + 5, heightBefore), (staged.People, staged.Standards, staged.Acts.Count, world.Ledger.Head.Height));
        await world.DoAsync(staged.Acts);

        var state = world.Ledger.ReadState();
        var vault = await world.Vault.GetAsync();
        var members = await vault.FindMembersAsync(staged.Import!.Value);
        Assert.Equal(300, members.Count);
        var expected = ReadSample("roster-300.xlsx").ToDictionary(p => p.IdNumber.Reveal());
        foreach (var id in members)
        {
            var record = (await vault.FindRecordAsync(id))!;
            var person = expected[record.IdNumber];
            var member = state.Member(id)!;
            var standard = Assert.Single(state.StandardsOf(id)!.Standards);
            Assert.Equal((person.Name, person.Phone), (record.Name, record.Phone));
            Assert.Equal((world.Branches[person.Branch], person.Standing, person.Admitted, person.FullSince), (member.Branch, member.Standing, member.Admitted, member.FullSince));
            Assert.Equal(person.Class, standard.Class);
            if (person.Base is { } monthlyBase)
            {
                Assert.Equal(monthlyBase, (await vault.FindBasesAsync([(id, standard.Base!.Value)]))[standard.Base.Value]);
                Assert.Equal(DuesAmounts.Compute(standard.Class, monthlyBase, PolicyRecord.Default, new DateOnly(2026, 11, 1)), standard.Monthly);
            }
            else
            {
                Assert.Equal((new Amount(20), null), (standard.Monthly, standard.Base));
            }

            var opening = (await vault.FindNameOpeningAsync(id))!;
            Assert.Equal(member.Name, Commitment.Compute(Commitment.Context(id, "name"), opening.Salt, opening.Value));
        }
    }

    [Fact]
    public async Task The_order_on_the_ledger_says_nothing_of_the_roster_s_and_the_vault_keeps_the_roster_s()
    {
        await using var world = await RosterWorld.CreateAsync();
        await ImportAsync(world, "roster-300.xlsx");
        var vault = await world.Vault.GetAsync();
        var places = ReadSample("roster-300.xlsx").Select((p, i) => (Number: p.IdNumber.Reveal(), Place: i)).ToDictionary(p => p.Number, p => p.Place);
        var order = new Dictionary<string, List<int>>(StringComparer.Ordinal) { ["members.MembersImported"] = [], ["dues.StandardSet"] = [] };
        foreach (var entry in world.Entries().Select(e => Log.Entries.LogEntry.Decode(e)).OfType<Log.Entries.TransactionEntry>())
        {
            foreach (var happened in entry.Events!.Where(e => order.ContainsKey(e.Name)))
            {
                foreach (Match id in Regex.Matches(happened.Body.GetRawText(), "\"member\":\"(m-[0-9a-f]{32})\"", RegexOptions.None, TimeSpan.FromSeconds(1)))
                {
                    var record = (await vault.FindRecordAsync(LedgerId.Parse<MemberId>(id.Groups[1].Value)))!;
                    order[happened.Name].Add(places[record.IdNumber]);
                }
            }
        }

        // Of 300 people in no order about half stand before their successor, and about one in 300 right before; in the roster's order all do.
        foreach (var (name, found) in order)
        {
            Assert.Equal(300, found.Distinct().Count());
            Assert.InRange(found.Zip(found.Skip(1)).Count(p => p.Second == p.First + 1), 0, 15);
            Assert.InRange(found.Zip(found.Skip(1)).Count(p => p.Second > p.First), 100, 200);

            // Over all chunks, not within each: a chunk has people from the whole roster.
            Assert.True(found.Take(40).Max() - found.Take(40).Min() > 150, name);
        }

        Assert.NotEqual(order["members.MembersImported"], order["dues.StandardSet"]);
    }

    [Fact]
    public async Task Nothing_personal_reaches_the_ledger()
    {
        await using var world = await RosterWorld.CreateAsync();
        await ImportAsync(world, "roster-300.xlsx");
        var text = world.Entries().Select(e => (Entry: Encoding.UTF8.GetString(e), Payload: PayloadOf(e))).ToList();
        Assert.Contains(text, t => t.Payload.Contains("members.ImportMembers", StringComparison.Ordinal));
        foreach (var person in ReadSample("roster-300.xlsx"))
        {
            foreach (var secret in new[] { person.Name, person.IdNumber.Reveal(), person.Phone! })
            {
                Assert.DoesNotContain(text, t => t.Entry.Contains(secret, StringComparison.Ordinal) || t.Payload.Contains(secret, StringComparison.Ordinal));
            }
        }

        Assert.DoesNotContain(text, t => t.Payload.Contains('党'));
    }

    [Fact]
    public async Task Importing_the_same_file_again_adds_nothing()
    {
        await using var world = await RosterWorld.CreateAsync();
        await ImportAsync(world, "roster-300.xlsx");
        var again = await ReadAsync(world, "roster-300.xlsx");
        Assert.Equal((0, 0, 300), (again.Good, again.Faulty, again.Known));
        var staged = await world.Imports.ConfirmAsync(again.Draft, Choices);
        Assert.Equal((null, 0, 0, 0), (staged.Import, staged.People, staged.Standards, staged.Acts.Count));
        Assert.Single(await world.Imports.ListAsync());
    }

    [Fact]
    public async Task Good_rows_go_in_while_faulty_rows_go_out_as_a_workbook()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-dirty-60.xlsx");
        Assert.Equal((49, 11, 0, 5), (preview.Good, preview.Faulty, preview.Known, preview.Noticed));
        using (var faulty = new MemoryStream(await world.Imports.ExportFaultyAsync(preview.Draft)))
        using (var workbook = Workbook.Open(faulty))
        {
            Assert.Equal(12, workbook.ReadRows(workbook.Sheets[0]).Count());
        }

        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        await world.DoAsync(staged.Acts);
        var view = Assert.Single(await world.Imports.ListAsync());
        Assert.Equal((49, 11, ImportState.InForce, true), (view.People, view.LeftOut, view.State, view.MayWithdraw));
    }

    [Fact]
    public async Task A_draft_is_confirmed_once_only_and_by_its_owner_only()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-dirty-60.xlsx");
        world.Member = LedgerId.New<MemberId>();
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.ConfirmAsync(preview.Draft, Choices));
        world.Member = world.Officer;
        await world.Imports.ConfirmAsync(preview.Draft, Choices);
        Assert.Equal("roster/107", (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ConfirmAsync(preview.Draft, Choices))).Code);
    }

    [Fact]
    public async Task What_nobody_signed_within_a_day_is_removed_once_the_ledger_has_gone_on_without_it()
    {
        const long Hours25 = 25L * 3_600_000;
        await using var world = await RosterWorld.CreateAsync();
        await world.Imports.ConfirmAsync((await ReadAsync(world, "roster-300.xlsx")).Draft, Choices);
        world.Clock.Advance(Hours25);

        // The ledger may be a copy that is behind: its newest block is older than the import.
        var second = await world.Imports.ConfirmAsync((await ReadAsync(world, "roster-dirty-60.xlsx")).Draft, Choices);
        Assert.Equal([49, 300], (await world.Imports.ListAsync()).Select(i => i.People));
        await world.DoAsync(second.Acts);
        world.Clock.Advance(60_000);
        await world.Imports.ConfirmAsync((await ReadAsync(world, "roster-300.xlsx")).Draft, Choices);
        Assert.Equal([ImportState.Unsigned, ImportState.InForce], (await world.Imports.ListAsync()).Select(i => i.State));
    }

    [Fact]
    public async Task A_draft_is_forgotten_after_an_hour()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-dirty-60.xlsx");
        world.Clock.Advance((long)RosterPreview.Lifetime.TotalMilliseconds);
        await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ExportFaultyAsync(preview.Draft));
    }

    [Fact]
    public async Task A_branch_by_another_name_can_be_mapped()
    {
        await using var world = await RosterWorld.CreateAsync("机关第一党支部", "机关第二党支部", "生产支部", "研发党支部", "后勤党支部", "离退休党支部");
        var preview = await ReadAsync(world, "roster-300.xlsx");
        Assert.Equal(new UnknownBranch("生产党支部", 50), Assert.Single(preview.UnknownBranches));
        Assert.Equal(250, preview.Good);
        preview = await world.Imports.MapBranchAsync(preview.Draft, "生产党支部", world.Branches["生产支部"]);
        Assert.Equal((300, 0), (preview.Good, preview.UnknownBranches.Count));
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        await world.DoAsync(staged.Acts);
        await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.MapBranchAsync(preview.Draft, "x", world.Branches["生产支部"]));
    }

    [Fact]
    public async Task A_whole_import_is_withdrawn_and_can_then_be_imported_again()
    {
        await using var world = await RosterWorld.CreateAsync();
        var import = await ImportAsync(world, "roster-300.xlsx");
        await world.DoAsync(await world.Imports.WithdrawAsync(import));
        Assert.Equal(ImportState.Withdrawn, Assert.Single(await world.Imports.ListAsync()).State);
        Assert.Equal("roster/106", (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.WithdrawAsync(import))).Code);
        Assert.Equal(300, (await ReadAsync(world, "roster-300.xlsx")).Good);
        await ImportAsync(world, "roster-300.xlsx");
    }

    [Fact]
    public async Task An_import_on_which_something_depends_stays()
    {
        await using var world = await RosterWorld.CreateAsync();
        var import = await ImportAsync(world, "roster-300.xlsx");
        var member = (await (await world.Vault.GetAsync()).FindMembersAsync(import))[0];
        await world.DoAsync(ActsToSign.Create(new AppointToPost(member, world.Ledger.ReadState().Member(member)!.Branch, Post.DuesCollector, new DateOnly(2026, 11, 22), null)));
        Assert.False(Assert.Single(await world.Imports.ListAsync()).MayWithdraw);
        await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.WithdrawAsync(import));
    }

    [Fact]
    public async Task What_was_staged_and_never_signed_is_removed()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-300.xlsx");
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        Assert.Equal(ImportState.Unsigned, Assert.Single(await world.Imports.ListAsync()).State);
        await world.Imports.DiscardAsync(staged.Import!.Value);
        Assert.Empty(await world.Imports.ListAsync());
        Assert.Empty(await (await world.Vault.GetAsync()).FindMembersAsync(staged.Import.Value));

        var signed = await ImportAsync(world, "roster-300.xlsx");
        await world.Imports.DiscardAsync(signed);
        Assert.Equal(300, (await (await world.Vault.GetAsync()).FindMembersAsync(signed)).Count);
    }

    [Fact]
    public async Task An_import_broken_off_half_way_is_completed_by_uploading_the_file_again()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-300.xlsx");
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        using (var all = JsonDocument.Parse(staged.Acts.CommandsJson))
        {
            await world.DoAsync(new ActsToSign($"[{string.Join(',', all.RootElement.EnumerateArray().Take(3).Select(e => e.GetRawText()))}]", 3));
        }

        Assert.Equal((ImportState.Partial, 3, 8), (await world.Imports.ListAsync()).Select(i => (i.State, i.ReceivedChunks, i.Chunks)).Single());
        preview = await ReadAsync(world, "roster-300.xlsx");
        Assert.Equal((180, 120), (preview.Good, preview.Known));
        staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        Assert.Equal((180, 300), (staged.People, staged.Standards));
        await world.DoAsync(staged.Acts);
        Assert.Equal(300, (await ReadAsync(world, "roster-300.xlsx")).Known);
    }

    [Fact]
    public async Task Farmers_pay_what_the_officer_chose_within_the_regulation()
    {
        await using var world = await RosterWorld.CreateAsync();
        var preview = await ReadAsync(world, "roster-300.xlsx");
        await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ConfirmAsync(preview.Draft, Choices with { FarmerMonthly = new Amount(19) }));
        await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ConfirmAsync(preview.Draft, Choices with { FarmerMonthly = new Amount(101) }));
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices with { FarmerMonthly = new Amount(100) });
        await world.DoAsync(staged.Acts);
        var state = world.Ledger.ReadState();
        var standards = (await (await world.Vault.GetAsync()).FindMembersAsync(staged.Import!.Value)).Select(m => state.StandardsOf(m)!.Standards[0]).ToList();
        Assert.Equal(12, standards.Count(s => s.Class == DuesClass.Farmer));
        Assert.All(standards.Where(s => s.Class == DuesClass.Farmer), s => Assert.Equal(new Amount(100), s.Monthly));
    }

    [Fact]
    public async Task Nobody_without_the_right_may_read_confirm_list_or_withdraw()
    {
        await using var world = await RosterWorld.CreateAsync();
        var import = await ImportAsync(world, "roster-dirty-60.xlsx");
        foreach (var who in new MemberId?[] { null, LedgerId.New<MemberId>(), (await (await world.Vault.GetAsync()).FindMembersAsync(import))[0] })
        {
            world.Member = who;
            await Assert.ThrowsAsync<AccessDeniedException>(() => ReadAsync(world, "roster-300.xlsx"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.ListAsync());
            await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.ExportFaultyAsync("x"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.ConfirmAsync("x", Choices));
            Assert.True(who is null
                ? (await Assert.ThrowsAsync<AccessDeniedException>(() => world.Imports.WithdrawAsync(import))) is not null
                : (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.WithdrawAsync(import))).Code == "roster/106");
        }
    }

    [Fact]
    public async Task A_hostile_upload_is_refused_with_its_code()
    {
        await using var world = await RosterWorld.CreateAsync();
        using var text = new MemoryStream("姓名,身份证号"u8.ToArray());
        Assert.Equal("roster/101", (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ReadAsync(text, "a.xlsx"))).Code);
        using var large = new MemoryStream(new byte[IRosterImports.MaxFileBytes + 1]);
        Assert.Equal("workbook/102", (await Assert.ThrowsAsync<RosterRefusedException>(() => world.Imports.ReadAsync(large, "a.xlsx"))).Code);
    }

    [Theory]
    [InlineData(SqlProvider.Sqlite)]
    [InlineData(SqlProvider.PostgreSql)]
    public async Task Twenty_thousand_rows_go_in_within_a_minute(SqlProvider database)
    {
        var settings = database == SqlProvider.Sqlite ? null : new SqlSettings(database, "", await PostgresCluster.CreateDatabaseAsync());
        await using var world = await RosterWorld.CreateAsync(settings, []);
        using var file = new MemoryStream(BigRoster.Create(20_000, [.. world.Branches.Keys]));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var preview = await world.Imports.ReadAsync(file, "big.xlsx");
        var read = clock.Elapsed;
        Assert.Equal(20_000, preview.Good);
        var staged = await world.Imports.ConfirmAsync(preview.Draft, Choices);
        var stored = clock.Elapsed - read;
        await world.DoAsync(staged.Acts);
        var signed = clock.Elapsed - read - stored;
        TestContext.Current.SendDiagnosticMessage(
            $"{database}, {file.Length / 1024} KB: read and previewed {read.TotalSeconds:0.0} s, stored {stored.TotalSeconds:0.0} s, {staged.Acts.Count} acts signed and final {signed.TotalSeconds:0.0} s");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private static string PayloadOf(byte[] entry)
    {
        using var json = JsonDocument.Parse(entry);
        return json.RootElement.TryGetProperty("envelope", out var envelope)
            ? Encoding.UTF8.GetString(envelope.GetProperty("payload").GetBytesFromBase64())
            : string.Empty;
    }

    private static async Task<ImportId> ImportAsync(RosterWorld world, string sample)
    {
        var staged = await world.Imports.ConfirmAsync((await ReadAsync(world, sample)).Draft, Choices);
        await world.DoAsync(staged.Acts);
        return staged.Import!.Value;
    }

    private static async Task<RosterPreview> ReadAsync(RosterWorld world, string sample)
    {
        await using var file = RosterWorld.Sample(sample);
        return await world.Imports.ReadAsync(file, sample);
    }

    private static List<RosterPerson> ReadSample(string sample)
    {
        using var file = RosterWorld.Sample(sample);
        return [.. RosterReader.Read(file, new RosterContext(new DateOnly(2026, 11, 22))).Rows.Select(r => r.Person).OfType<RosterPerson>()];
    }
}
