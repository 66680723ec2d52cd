using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Tests.Dues;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Explorer;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Views.ReadModels;
using static Mingjian.Slices.Tests.Dues.SmallNetwork;

namespace Mingjian.Slices.Tests.Projections;

/// <summary>The read models on every database product; one subclass a product.</summary>
public abstract class ProjectionTests : IAsyncLifetime
{
    private readonly SmallNetwork _network = new();
    private SqlSettings _settings = null!;

    public async ValueTask InitializeAsync() => _settings = await CreateSettingsAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rows_say_what_the_ledger_says()
    {
        await using var context = await ProjectAsync();
        Assert.Equal(_network.Ledger.Head.Height, await CursorAsync(context));
        Assert.Equal(11, await context.Members().CountAsync());
        Assert.Equal(3, await context.Organizations().CountAsync());
        Assert.Equal(5, await context.Posts().CountAsync());
        Assert.Equal(_network.Ledger.Head.Size, await context.Entries().LongCountAsync());
        var november = await context.Months().SingleAsync(m => m.Member == MemberA && m.Month == November);
        Assert.Equal((Amount.FromYuan(48), Amount.FromYuan(48), DuesClass.SalariedMonthly), (november.Due, november.Paid, november.Class));
        Assert.Equal(Officer, november.Signer);
        var waived = await context.Months().SingleAsync(m => m.Member == Waived && m.Month == November);
        Assert.Equal((Amount.Zero, true), (waived.Due, waived.Reduced));
        var payment = await context.Payments().SingleAsync(p => p.Payment == _network.NovemberOfMemberA);
        Assert.Equal((CollectorA, Amount.FromYuan(48), DuesFund.Branch, MemberAnswer.None), (payment.Collector, payment.Total, payment.Fund, payment.Answer));
        Assert.Equal("dues.RecordPayment", (await context.Entries().SingleAsync(e => e.Index == payment.Index)).Command);
    }

    [Fact]
    public async Task Every_month_agrees_with_the_authenticated_state()
    {
        var payment = _network.NovemberOfMemberA;
        _network.Ledger.Accept(CollectorA, new ReversePayment(payment, ReversalReason.WrongAmount));
        _network.Ledger.Accept(CollectorA, _network.Pay(MemberA, BranchA, new DateOnly(2026, 11, 20), new PaymentItem(November, Amount.FromYuan(20))));
        await using var context = await ProjectAsync();
        var state = _network.Ledger.ReadState();
        var rows = await context.Months().AsNoTracking().ToListAsync();
        Assert.Equal(48, rows.Count);
        Assert.All(rows, row =>
        {
            var record = state.DuesMonth(row.Member, row.Month)!;
            Assert.Equal((record.Due, record.Paid, record.Branch, record.Rule), (row.Due, row.Paid, row.Branch, row.Rule));
        });
        var reversed = await context.Payments().SingleAsync(p => p.Payment == payment);
        Assert.Equal((ReversalReason.WrongAmount, CollectorA), (reversed.Reversal, reversed.ReversedBy));
    }

    [Fact]
    public async Task The_members_word_on_an_entry_is_kept()
    {
        var payment = _network.NovemberOfMemberA;
        _network.Ledger.Accept(MemberA, new DisputePayment(payment, DisputeReason.WrongDate));
        await using var context = await ProjectAsync();
        Assert.Equal((MemberAnswer.Disputed, DisputeReason.WrongDate), await AnswerAsync(context, payment));
        _network.Ledger.Accept(MemberA, new WithdrawDispute(payment));
        await NewProjector().CatchUpAsync(context, _network.Ledger.Head.Height, default);
        Assert.Equal((MemberAnswer.None, null), await AnswerAsync(context, payment));
        _network.Ledger.Accept(MemberA, new ConfirmPayment(payment));
        await NewProjector().CatchUpAsync(context, _network.Ledger.Head.Height, default);
        Assert.Equal((MemberAnswer.Confirmed, null), await AnswerAsync(context, payment));
    }

    [Fact]
    public async Task A_block_that_is_already_in_changes_nothing()
    {
        await using var context = await ProjectAsync();
        var before = await ReadModelTables.DigestAsync(context, default);
        await NewProjector().ApplyAsync(context, _network.Ledger.ReadBlock(3)!, default);
        Assert.Equal(before, await ReadModelTables.DigestAsync(context, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Sets_in_large_steps_give_the_rows_that_one_row_at_a_time_gives_whatever_fails_in_between(int seed)
    {
        new RandomHistory(_network, seed).Add(200);
        var head = _network.Ledger.Head.Height;
        var expected = await OneRowAtATimeAsync();

        var faulty = FaultyLedger.Over(_network.Ledger, out var faults);
        var projector = new Projector(faulty, new LedgerEvents(faulty, AllContracts.Create()));
        await using var context = await OpenAsync();
        var random = new Random(seed);
        var (failed, cursor) = (0, 0L);
        while (cursor < head)
        {
            // Until something fails, one connection and its statements are used again, as the running server does.
            await context.Database.OpenConnectionAsync();
            await using (var rows = new RowWriter(context))
            {
                try
                {
                    faults.After = random.Next(400);
                    while (cursor < head)
                    {
                        cursor = (await projector.ApplyAsync(rows, _network.Ledger.ReadBlock(cursor + 1)!, Math.Min(head, cursor + random.Next(1, 40)), default)).Front;
                    }
                }
                catch (IOException)
                {
                    // In the middle of a block, after some of its rows were gathered: nothing of the step may stay.
                    failed++;
                }
            }

            await context.Database.CloseConnectionAsync();
            faults.After = int.MaxValue;
            Assert.Equal(cursor, await CursorAsync(context));

            // Whoever died after the commit and before it knew of it hands the same blocks in once more.
            for (var again = Math.Max(1, cursor - 2); again <= cursor; again++)
            {
                await projector.ApplyAsync(context, _network.Ledger.ReadBlock(again)!, default);
            }
        }

        Assert.True(failed > 3, $"only {failed} steps failed");
        Assert.Equal(expected, await ReadModelTables.DigestAsync(context, default));
        var state = _network.Ledger.ReadState();
        Assert.All(await context.Months().AsNoTracking().ToListAsync(), m => Assert.Equal(state.DuesMonth(m.Member, m.Month)!.Paid, m.Paid));
        Assert.True(await context.Payments().CountAsync(p => p.Reversal != null) > 20);
        Assert.True(await context.Payments().CountAsync(p => p.Answer != MemberAnswer.None) > 10);
        Assert.True(await context.Posts().CountAsync(p => p.Member == MemberB) > 0);
    }

    /// <summary>Each entry by itself, each block in a transaction of its own, on SQLite.</summary>
    private async Task<(string Digest, long Rows)> OneRowAtATimeAsync()
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-projection-");
        try
        {
            await using var context = await OpenAsync(new SqlSettings(SqlProvider.Sqlite, directory.FullName));
            await using var rows = new RowWriter(context, most: 1);
            await context.Database.OpenConnectionAsync();
            for (var height = 1L; height <= _network.Ledger.Head.Height; height++)
            {
                Assert.Equal(height, (await NewProjector().ApplyAsync(rows, _network.Ledger.ReadBlock(height)!, height, default)).Lowest);
            }

            return await ReadModelTables.DigestAsync(context, default);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Of_two_rows_with_one_key_in_a_set_the_later_stands()
    {
        await using var context = await OpenAsync();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await using var rows = new RowWriter(context);
            rows.Upsert(new ProjectedPaymentItem { Payment = new PaymentId(1), Month = November, Member = MemberA, Amount = new Amount(1) });
            rows.Upsert(new ProjectedPaymentItem { Payment = new PaymentId(2), Month = November, Member = MemberA, Amount = new Amount(2) });
            rows.Upsert(new ProjectedPaymentItem { Payment = new PaymentId(1), Month = November, Member = MemberA, Amount = new Amount(3) });
            await rows.FlushAsync(default);
            await transaction.CommitAsync();
        }

        Assert.Equal([3, 2], (await context.PaymentItems().AsNoTracking().OrderBy(i => i.Payment).ToListAsync()).Select(i => i.Amount.Fen));
    }

    [Fact]
    public async Task A_slice_in_another_version_is_replayed_by_itself()
    {
        await using var context = await ProjectAsync();
        var before = await ReadModelTables.DigestAsync(context, default);
        var head = _network.Ledger.Head.Height;

        // What another version of the slice dues left, with a table that this one does not have; and a mark that only a replay of members would take away.
        await context.Database.ExecuteSqlRawAsync("""CREATE TABLE "Former" ("Id" integer)""");
        await context.Database.ExecuteSqlRawAsync("""ALTER TABLE "Months" ADD COLUMN "Former" integer""");
        await context.Database.ExecuteSqlRawAsync("UPDATE schema_parts SET version = 99, tables = tables || ',Former' WHERE name = 'dues'");
        await context.Database.ExecuteSqlRawAsync("""UPDATE "Members" SET "Standing" = 2 WHERE "Member" = 'm-000000000000000000000000000000cc'""");
        await Projector.EnsureSchemaAsync(context, default);
        var cursors = await Projector.ReadCursorsAsync(context, default);
        Assert.Equal([0, head, head, head, head], cursors.Heights.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value));
        Assert.Equal((0, head), (await Projector.ReadCursorAsync(context, "dues", default), await Projector.ReadCursorAsync(context, "members", default)));
        Assert.Equal((0, 11), (await context.Months().CountAsync(), await context.Members().CountAsync()));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => context.Database.ExecuteSqlRawAsync("""DELETE FROM "Former" """));

        // A new block reaches the others while dues are behind; then dues catch up, and nothing is written twice.
        _network.Ledger.Accept(MemberA, new ConfirmPayment(_network.NovemberOfMemberA));
        await context.Database.OpenConnectionAsync();
        await using (var rows = new RowWriter(context))
        {
            cursors = await NewProjector().ApplyAsync(rows, _network.Ledger.ReadBlock(head + 1)!, head + 1, default);
            Assert.Equal((0, head + 1), (cursors.Lowest, cursors.Front));
            while (!cursors.AreLevel)
            {
                cursors = await NewProjector().ApplyBehindAsync(rows, default);
            }
        }

        Assert.Equal(head + 1, await CursorAsync(context));
        Assert.Equal(MemberAnswer.Confirmed, (await AnswerAsync(context, _network.NovemberOfMemberA)).Answer);
        var fault = Assert.Single((await CompareAsync()).Faults);
        Assert.Equal(("Members", "Standing", "2"), (fault.Table, fault.Column, fault.Found));
        Assert.NotEqual(before.Digest, (await ReadModelTables.DigestAsync(context, default)).Digest);
    }

    [Fact]
    public async Task A_slice_that_is_behind_is_compared_as_of_where_it_stands()
    {
        await using var context = await ProjectAsync();
        await Projector.ClearAsync(context, "dues", default);
        var outcome = await CompareAsync();
        Assert.Equal((0, 0), (outcome.FaultCount, outcome.Height));
        Assert.True(outcome.Rows > 50);
    }

    [Fact]
    public async Task A_block_cannot_be_skipped()
    {
        await using var context = await OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => NewProjector().ApplyAsync(context, _network.Ledger.ReadBlock(2)!, default));
        Assert.Equal(0, await CursorAsync(context));
    }

    [Fact]
    public async Task Rebuilding_gives_the_same_rows()
    {
        await using var context = await ProjectAsync();
        var before = await ReadModelTables.DigestAsync(context, default);
        await Projector.ClearAsync(context, null, default);
        Assert.Equal(0, await context.Members().CountAsync());
        await NewProjector().CatchUpAsync(context, _network.Ledger.Head.Height, default);
        Assert.Equal(before, await ReadModelTables.DigestAsync(context, default));
        Assert.True(before.Rows > 150);
    }

    [Fact]
    public async Task Withdrawn_imports_and_ended_posts_leave_the_lists()
    {
        _network.Ledger.Accept(Officer, new WithdrawImport(new ImportId(2)));
        _network.Ledger.Accept(Officer, new EndAppointment(CollectorA, BranchA, Post.DuesCollector, new DateOnly(2026, 11, 30)));
        _network.Ledger.Accept(Officer, new AppointToPost(MemberB, BranchB, Post.DuesCollector, new DateOnly(2026, 12, 1), null));
        _network.Ledger.Accept(Officer, new EndAppointment(MemberB, BranchB, Post.DuesCollector, new DateOnly(2026, 11, 22)));
        await using var context = await ProjectAsync();
        Assert.False(await context.Members().AnyAsync(m => m.Member == Newcomer));
        Assert.Equal(new DateOnly(2026, 11, 30), (await context.Posts().SingleAsync(p => p.Member == CollectorA)).Until);
        Assert.False(await context.Posts().AnyAsync(p => p.Member == MemberB));
    }

    [Fact]
    public async Task A_refused_act_is_indexed_with_its_code_and_changes_nothing_else()
    {
        await using var context = await ProjectAsync();
        var months = await context.Months().CountAsync();
        Assert.Equal(["dues/1007"], _network.Ledger.Block(MemberA, new AssessDues(BranchA, November, [MemberA])));
        await NewProjector().CatchUpAsync(context, _network.Ledger.Head.Height, default);
        Assert.Equal(months, await context.Months().CountAsync());
        var refused = await context.Entries().SingleAsync(e => e.Refusal != null);
        Assert.Equal(("", "dues/1007", null), (refused.Command, refused.Refusal, refused.Signer));
        Assert.NotNull(refused.Transaction);
    }

    [Fact]
    public async Task A_clean_table_passes_the_check()
    {
        await using var context = await ProjectAsync();
        var outcome = await CompareAsync();
        Assert.Empty(outcome.Faults);
        Assert.Equal(_network.Ledger.Head.Height, outcome.Height);
        Assert.Equal((await ReadModelTables.DigestAsync(context, default)).Digest, outcome.Digest);
    }

    [Theory]
    [InlineData("Months", "\"Paid\" = 0", "\"Member\" = 'm-000000000000000000000000000000cc' AND \"Month\" = '2026-11'", "Paid", "4800", "0")]
    [InlineData("Payments", "\"Date\" = '2026-11-11'", "\"Member\" = 'm-000000000000000000000000000000cc' AND \"Date\" = '2026-11-10'", "Date", "2026-11-10", "2026-11-11")]
    [InlineData("Members", "\"Standing\" = 2", "\"Member\" = 'm-000000000000000000000000000000cc'", "Standing", "1", "2")]
    [InlineData("Posts", "\"Until\" = NULL", "\"Member\" = 'm-000000000000000000000000000000cb'", "Until", "2027-05-31", null)]
    [InlineData("Entries", "\"Refusal\" = 'dues/1007'", "\"Index\" = 0", "Refusal", null, "dues/1007")]
    public async Task An_altered_row_is_found_and_named(string table, string change, string where, string column, string? expected, string? found)
    {
        await using var context = await ProjectAsync();
        Assert.Equal(1, await context.Database.ExecuteSqlRawAsync($"UPDATE \"{table}\" SET {change} WHERE {where}"));
        var fault = Assert.Single((await CompareAsync()).Faults);
        Assert.Equal((table, RowFaultKind.Altered, column, expected, found), (fault.Table, fault.Kind, fault.Column, fault.Expected, fault.Found));
    }

    [Fact]
    public async Task A_missing_row_and_an_invented_one_are_found_and_named()
    {
        await using var context = await ProjectAsync();
        await context.PaymentItems().Where(i => i.Payment == _network.NovemberOfMemberA).ExecuteDeleteAsync();
        context.Add(new ProjectedMonth { Member = NoStandard, Month = November, Branch = BranchB, Class = DuesClass.Student, Due = new Amount(20), Rule = RuleId.Parse("dues-2008/6.2@1") });
        await context.SaveChangesAsync();
        var faults = (await CompareAsync()).Faults;
        Assert.Equal(2, faults.Count);
        Assert.Contains(faults, f => f.Table == "Months" && f.Kind == RowFaultKind.Extra && f.Key == $"{NoStandard}/2026-11");
        Assert.Contains(faults, f => f.Table == "PaymentItems" && f.Kind == RowFaultKind.Missing && f.Key == $"{MemberA}/2026-11/{_network.NovemberOfMemberA}");
    }

    protected abstract Task<SqlSettings> CreateSettingsAsync();

    internal static async Task<string> DigestOnAsync(SqlSettings settings)
    {
        var network = new SmallNetwork();
        await using var context = await OpenAsync(settings);
        await new Projector(network.Ledger, new LedgerEvents(network.Ledger, AllContracts.Create()))
            .CatchUpAsync(context, network.Ledger.Head.Height, default);
        return (await ReadModelTables.DigestAsync(context, default)).Digest;
    }

    private static async Task<long> CursorAsync(ReadModelContext context)
    {
        var cursors = await Projector.ReadCursorsAsync(context, default);
        Assert.True(cursors.AreLevel);
        return cursors.Front;
    }

    private static async Task<(MemberAnswer Answer, DisputeReason? Dispute)> AnswerAsync(ReadModelContext context, PaymentId payment)
    {
        var row = await context.Payments().AsNoTracking().SingleAsync(p => p.Payment == payment);
        return (row.Answer, row.Dispute);
    }

    private static async Task<ReadModelContext> OpenAsync(SqlSettings settings)
    {
        var context = new Factory(settings).CreateDbContext();
        await Projector.EnsureSchemaAsync(context, default);
        return context;
    }

    private Task<ReadModelContext> OpenAsync() => OpenAsync(_settings);

    private async Task<ReadModelContext> ProjectAsync()
    {
        var context = await OpenAsync();
        await NewProjector().CatchUpAsync(context, _network.Ledger.Head.Height, default);
        return context;
    }

    private Projector NewProjector() => new(_network.Ledger, new LedgerEvents(_network.Ledger, AllContracts.Create()));

    private Task<ReadModelComparison.Outcome> CompareAsync() =>
        new ReadModelComparison(new Factory(_settings), NewProjector(), _network.Ledger).RunAsync(default);

    private sealed class Factory(SqlSettings settings) : IDbContextFactory<ReadModelContext>
    {
        public ReadModelContext CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<ReadModelContext>();
            options.UseMingjian(settings, ReadModelContext.Name, SqlDurability.Rebuildable);
            return new ReadModelContext(options.Options, AllSlices.ReadModels);
        }
    }
}

public sealed class SqliteProjectionTests : ProjectionTests
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-projection-").FullName;

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
        return base.DisposeAsync();
    }

    protected override Task<SqlSettings> CreateSettingsAsync() => Task.FromResult(new SqlSettings(SqlProvider.Sqlite, _directory));
}

public sealed class PostgreSqlProjectionTests : ProjectionTests
{
    [Fact]
    public async Task Both_products_give_the_same_digest()
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-projection-");
        try
        {
            Assert.Equal(
                await DigestOnAsync(new SqlSettings(SqlProvider.Sqlite, directory.FullName)), await DigestOnAsync(await CreateSettingsAsync()));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            directory.Delete(recursive: true);
        }
    }

    protected override async Task<SqlSettings> CreateSettingsAsync() =>
        new(SqlProvider.PostgreSql, "", await PostgresCluster.CreateDatabaseAsync());
}
