using System.Text;
using Microsoft.EntityFrameworkCore;
using Mingjian.Primitives;
using Mingjian.Storage.Sql;

namespace Mingjian.Vault.Tests;

public sealed class PersonVaultTests
{
    private static readonly ImportId Import = ImportId.From(7);

    public static TheoryData<SqlProvider> Databases => [SqlProvider.Sqlite, SqlProvider.PostgreSql];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_is_stored_is_read_back_and_opens_the_commitments(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var person = TestVault.Person(1, new Amount(480_000));
        var staged = Assert.Single(await test.Vault.StageAsync(Row(1), [person]));

        Assert.Equal(person.Record, await test.Vault.FindRecordAsync(person.Member));
        Assert.Equal(person.Record.Name, (await test.Vault.FindNamesAsync([person.Member, MemberId.From(99)]))[person.Member]);
        var name = await test.Vault.FindNameOpeningAsync(person.Member);
        Assert.Equal(staged.Name, Commitment.Compute($"{person.Member}/name/1", name!.Salt, name.Value));
        var record = await test.Vault.FindRecordOpeningAsync(person.Member);
        Assert.Equal(staged.Record, Commitment.Compute($"{person.Member}/record/1", record!.Salt, record.Value));
        var bases = await test.Vault.FindBasesAsync([(person.Member, staged.Base!.Value)]);
        Assert.Equal(new Amount(480_000), bases[staged.Base.Value]);
        Assert.Equal([person.Member], await test.Vault.FindMembersAsync(Import));
        Assert.Equal(1, Assert.Single(await test.Vault.FindImportsAsync(10)).People);
    }

    [Fact]
    public async Task Free_text_is_stored_and_committed_to_in_form_c_and_otherwise_as_it_was_written()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        var person = TestVault.Person(1);
        var typed = person with { Record = person.Record with { Name = "\uF92Ce\u0301", Job = "cafe\u0301", Address = "（一）\uF92C路—\uFE00" } };
        var staged = Assert.Single(await test.Vault.StageAsync(null, [typed]));

        var record = await test.Vault.FindRecordAsync(person.Member);
        Assert.Equal(("\u90CE\u00E9", "caf\u00E9", "（一）\u90CE路—\uFE00"), (record!.Name, record.Job, record.Address));
        var name = await test.Vault.FindNameOpeningAsync(person.Member);
        Assert.Equal("\u90CE\u00E9", name!.Value);
        Assert.Equal(staged.Name, Commitment.Compute($"{person.Member}/name/1", name.Salt, "\uF92Ce\u0301"));
        var opening = await test.Vault.FindRecordOpeningAsync(person.Member);
        Assert.Equal(staged.Record, Commitment.Compute($"{person.Member}/record/1", opening!.Salt, opening.Value));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_later_base_leaves_the_earlier_one_readable(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var person = TestVault.Person(1, new Amount(480_000));
        var first = (await test.Vault.StageAsync(Row(1), [person]))[0].Base!.Value;
        var second = (await test.Vault.StageBasesAsync([(person.Member, new Month(2026, 11), new Amount(500_000))]))[0];
        var bases = await test.Vault.FindBasesAsync([(person.Member, first), (person.Member, second)]);
        Assert.Equal((new Amount(480_000), new Amount(500_000)), (bases[first], bases[second]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Vault.StageBasesAsync([(MemberId.From(5), new Month(2026, 11), Amount.Zero)]));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_erased_person_is_unreadable_for_ever(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var staged = await test.Vault.StageAsync(Row(2), [TestVault.Person(1, new Amount(1)), TestVault.Person(2)]);
        Assert.True(await test.Vault.EraseAsync(staged[0].Member));
        Assert.False(await test.Vault.EraseAsync(staged[0].Member));

        Assert.Null(await test.Vault.FindRecordAsync(staged[0].Member));
        Assert.Null(await test.Vault.FindNameOpeningAsync(staged[0].Member));
        Assert.Empty(await test.Vault.FindBasesAsync([(staged[0].Member, staged[0].Base!.Value)]));
        Assert.Equal([staged[1].Member], (await test.Vault.FindNamesAsync([staged[0].Member, staged[1].Member])).Keys);
        await using var context = test.CreateDbContext();
        var row = await context.People.SingleAsync(p => p.Member == staged[0].Member);
        Assert.Equal((null, null, null), (row.Key, row.Name, row.Record));
        Assert.Empty(await context.Bases.ToListAsync());
    }

    [Fact]
    public async Task The_bytes_of_an_erased_persons_key_leave_the_database_file()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        await test.Vault.StageAsync(Row(1), [TestVault.Person(1), TestVault.Person(2)]);
        byte[] wrapped;
        await using (var context = test.CreateDbContext())
        {
            wrapped = (await context.People.SingleAsync(p => p.Member == MemberId.From(1))).Key!;
        }

        await test.Vault.EraseAsync(MemberId.From(1));
        Assert.DoesNotContain(Files(test), f => f.AsSpan().IndexOf(wrapped) >= 0);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_value_moved_to_another_person_does_not_open(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        await test.Vault.StageAsync(Row(2), [TestVault.Person(1), TestVault.Person(2)]);
        await SwapAsync(test, (a, b) => (a.Name, b.Name) = (b.Name, a.Name));
        await TamperedAsync(() => test.Vault.FindNamesAsync([MemberId.From(1)]));
        await SwapAsync(test, (a, b) => (a.Key, b.Key) = (b.Key, a.Key));
        await TamperedAsync(() => test.Vault.FindNamesAsync([MemberId.From(1)]));
    }

    [Fact]
    public async Task A_value_moved_to_another_field_does_not_open()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        await test.Vault.StageAsync(Row(2), [TestVault.Person(1), TestVault.Person(2)]);
        await SwapAsync(test, (a, _) => (a.Name, a.Record) = (a.Record, a.Name));
        await TamperedAsync(() => test.Vault.FindNamesAsync([MemberId.From(1)]));
        await TamperedAsync(() => test.Vault.FindRecordAsync(MemberId.From(1)));
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_stored_value_is_found()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        await test.Vault.StageAsync(Row(2), [TestVault.Person(1), TestVault.Person(2)]);
        await using var context = test.CreateDbContext();
        var row = await context.People.SingleAsync(p => p.Member == MemberId.From(1));
        var whole = row.Name!;
        for (var i = 0; i < whole.Length; i++)
        {
            var altered = (byte[])whole.Clone();
            altered[i] ^= 1;
            row.Name = altered;
            await context.SaveChangesAsync();
            await TamperedAsync(() => test.Vault.FindNamesAsync([MemberId.From(1)]));
        }

        row.Name = whole[..20];
        await context.SaveChangesAsync();
        await TamperedAsync(() => test.Vault.FindNamesAsync([MemberId.From(1)]));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Another_master_key_opens_nothing(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var fault = await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync(MasterKeys.Create()));
        Assert.Equal(VaultFault.WrongMasterKey, fault.Fault);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Rotation_keeps_data_and_blind_indexes_and_retires_the_old_key(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var old = test.Master;
        var people = Enumerable.Range(1, 30).Select(i => TestVault.Person(i, new Amount(i))).ToList();
        var staged = await test.Vault.StageAsync(Row(30), people);
        var ring = old.WithNewKey();
        Assert.Equal(30, await test.Vault.RotateAsync(ring));
        Assert.Equal(0, await test.Vault.RotateAsync(ring));

        var vault = await test.OpenAsync(ring.OnlyCurrent());
        Assert.Equal(people.Select(p => p.Record.Name), (await vault.FindNamesAsync([.. people.Select(p => p.Member)])).OrderBy(p => p.Key.Value).Select(p => p.Value));
        Assert.Equal(staged.Select(s => s.Identity), people.Select(p => vault.Index(Id(p))));
        Assert.Equal(VaultFault.WrongMasterKey, (await Assert.ThrowsAsync<VaultException>(() => test.OpenAsync(old))).Fault);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task The_index_key_does_not_follow_from_the_master_key_and_two_who_make_it_at_once_agree(SqlProvider database)
    {
        var master = MasterKeys.Parse("1:" + new string('A', 43) + "=");
        using var one = await TestVault.CreateAsync(database);
        using var other = await TestVault.CreateAsync(database);
        foreach (var test in new[] { one, other })
        {
            await using (var context = test.CreateDbContext())
            {
                await context.Keys.ExecuteDeleteAsync();
            }

            await test.OpenAsync(master);
        }

        var id = Id(TestVault.Person(1));
        Assert.NotEqual(one.Vault.Index(id), other.Vault.Index(id));

        await using (var context = one.CreateDbContext())
        {
            await context.Keys.ExecuteDeleteAsync();
        }

        var vaults = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PersonVault.OpenAsync(one, master, TimeProvider.System))));
        Assert.Single(vaults.Select(v => v.Index(id)).Distinct());
        Assert.Equal(vaults[0].Index(id), (await one.OpenAsync(master)).Index(id));
    }

    [Fact]
    public async Task Blind_indexes_are_equal_for_equal_people_only_and_differ_between_vaults()
    {
        using var one = await TestVault.CreateAsync(SqlProvider.Sqlite);
        using var other = await TestVault.CreateAsync(SqlProvider.Sqlite);
        var (a, b) = (Id(TestVault.Person(1)), Id(TestVault.Person(2)));
        Assert.Equal(one.Vault.Index(a), one.Vault.Index(a));
        Assert.NotEqual(one.Vault.Index(a), one.Vault.Index(b));
        Assert.NotEqual(one.Vault.Index(a), other.Vault.Index(a));
    }

    [Fact]
    public async Task Nothing_personal_stands_in_clear_in_the_database_file()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        var people = Enumerable.Range(1, 200).Select(i => TestVault.Person(i, new Amount(123_456 + i))).ToList();
        await test.Vault.StageAsync(Row(200), people);
        var files = Files(test);
        Assert.Contains(files, f => f.AsSpan().IndexOf(Encoding.UTF8.GetBytes(people[0].Member.ToString())) >= 0);
        foreach (var text in people.SelectMany(p => new[] { p.Record.Name, p.Record.IdNumber, p.Record.Phone!, p.Record.Address!, p.Base!.Value.Amount.ToString() }).Distinct())
        {
            foreach (var bytes in new[] { Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text) })
            {
                Assert.DoesNotContain(files, f => f.AsSpan().IndexOf(bytes) >= 0);
            }
        }
    }

    [Fact]
    public async Task A_removed_import_leaves_nothing_and_others_alone()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        await test.Vault.StageAsync(Row(1), [TestVault.Person(1, new Amount(1))]);
        await test.Vault.StageNameAsync(MemberId.From(2), "另一人");
        await test.Vault.RemoveAsync(Import);
        Assert.Equal([MemberId.From(2)], (await test.Vault.FindNamesAsync([MemberId.From(1), MemberId.From(2)])).Keys);
        Assert.Empty(await test.Vault.FindImportsAsync(10));
        await using var context = test.CreateDbContext();
        Assert.Empty(await context.Bases.ToListAsync());
    }

    [Fact]
    public async Task Organisations_have_names_that_open_their_commitments()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        var id = OrganizationId.From(3);
        var commitment = await test.Vault.StageOrganizationAsync(id, "机关第一党支部");
        Assert.Equal("机关第一党支部", (await test.Vault.FindOrganizationsAsync())[id]);
        await using var context = test.CreateDbContext();
        var row = await context.Organizations.SingleAsync();
        Assert.Equal(commitment, Commitment.Compute($"{id}/name/1", row.Salt, row.Name));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Twenty_thousand_people_are_stored_and_named_in_seconds(SqlProvider database)
    {
        using var test = await TestVault.CreateAsync(database);
        var people = Enumerable.Range(1, 20_000).Select(i => TestVault.Person(i, new Amount(i))).ToList();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await test.Vault.StageAsync(Row(people.Count), people);
        var stored = clock.Elapsed;
        var names = await test.Vault.FindNamesAsync([.. people.Select(p => p.Member)]);
        TestContext.Current.SendDiagnosticMessage($"{database}: stored in {stored.TotalSeconds:0.0} s, named in {(clock.Elapsed - stored).TotalSeconds:0.0} s");
        Assert.Equal(people.Count, names.Count);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private static ImportRow Row(int people) => new() { Import = Import, By = MemberId.From(1000), People = people, File = Hash32.Of("file"u8) };

    private static ResidentId Id(NewPerson person) => ResidentId.TryParse(person.Record.IdNumber, out var id) ? id : throw new FormatException();

    private static async Task TamperedAsync(Func<Task> read) => Assert.Equal(VaultFault.Tampered, (await Assert.ThrowsAsync<VaultException>(read)).Fault);

    private static async Task SwapAsync(TestVault test, Action<PersonRow, PersonRow> swap)
    {
        await using var context = test.CreateDbContext();
        var rows = await context.People.OrderBy(p => p.Member).ToListAsync();
        swap(rows[0], rows[1]);
        await context.SaveChangesAsync();
    }

    private static List<byte[]> Files(TestVault test) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(test.DatabaseFile)!).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)).Select(ReadShared)];

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
