using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Storage.Sql.Tests;

/// <summary>One store as the programs of several releases know it: each context is a release, with the migrations that it carries.</summary>
public class ReleaseContext(DbContextOptions options) : DbContext(options)
{
    public Task<int> CountAsync() => Database.SqlQuery<int>($"SELECT count(*) AS \"Value\" FROM \"Goods\"").SingleAsync();

    public Task AddAsync(string name) => Database.ExecuteSqlAsync($"INSERT INTO \"Goods\" (\"Name\") VALUES ({name})");

    /// <summary>The stock of all goods together; a column of the second release.</summary>
    public Task<int> StockAsync() => Database.SqlQuery<int>($"SELECT CAST(sum(\"Stock\") AS integer) AS \"Value\" FROM \"Goods\"").SingleAsync();

    public Task<int> VersionAsync() => Database.SqlQuery<int>($"SELECT version AS \"Value\" FROM schema_stamp").SingleAsync();
}

public sealed class FirstRelease(DbContextOptions<FirstRelease> options) : ReleaseContext(options);

public sealed class SecondRelease(DbContextOptions<SecondRelease> options) : ReleaseContext(options);

/// <summary>Its second migration adds the column, and then fails.</summary>
public sealed class BrokenRelease(DbContextOptions<BrokenRelease> options) : ReleaseContext(options);

/// <summary>Its second migration wants to run outside of the transaction.</summary>
public sealed class OutsideRelease(DbContextOptions<OutsideRelease> options) : ReleaseContext(options);

/// <summary>Its migrations are numbered 1 and 3.</summary>
public sealed class GapRelease(DbContextOptions<GapRelease> options) : ReleaseContext(options);

public abstract class GoodsMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "Goods", table => new { Name = table.Column<string>(maxLength: 10) }, constraints: table => table.PrimaryKey("PK_Goods", g => g.Name));
}

public abstract class StockMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<int>("Stock", "Goods", defaultValue: 7);
}

[DbContext(typeof(FirstRelease))]
[Migration("0001_Initial")]
public sealed class FirstGoods : GoodsMigration;

[DbContext(typeof(SecondRelease))]
[Migration("0001_Initial")]
public sealed class SecondGoods : GoodsMigration;

[DbContext(typeof(SecondRelease))]
[Migration("0002_Stock")]
public sealed class SecondStock : StockMigration;

[DbContext(typeof(BrokenRelease))]
[Migration("0001_Initial")]
public sealed class BrokenGoods : GoodsMigration;

[DbContext(typeof(BrokenRelease))]
[Migration("0002_Stock")]
public sealed class BrokenStock : StockMigration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        base.Up(migrationBuilder);
        migrationBuilder.Sql("INSERT INTO \"Goods\" (\"Name\", \"Nowhere\") VALUES ('x', 1)");
    }
}

[DbContext(typeof(OutsideRelease))]
[Migration("0001_Initial")]
public sealed class OutsideGoods : GoodsMigration;

[DbContext(typeof(OutsideRelease))]
[Migration("0002_Stock")]
public sealed class OutsideStock : StockMigration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        base.Up(migrationBuilder);
        migrationBuilder.Sql("SELECT 1", suppressTransaction: true);
    }
}

[DbContext(typeof(GapRelease))]
[Migration("0001_Initial")]
public sealed class GapGoods : GoodsMigration;

[DbContext(typeof(GapRelease))]
[Migration("0003_Stock")]
public sealed class GapStock : StockMigration;
