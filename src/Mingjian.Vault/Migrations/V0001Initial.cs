using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Vault.Migrations;

/// <summary>As the first releases made it.</summary>
[DbContext(typeof(VaultContext))]
[Migration("0001_Initial")]
internal sealed class V0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "people",
            table => new
            {
                Member = table.Column<string>(maxLength: 34),
                Import = table.Column<string>(maxLength: 34, nullable: true),
                KeyVersion = table.Column<int>(),
                Key = table.Column<byte[]>(nullable: true),
                Name = table.Column<byte[]>(nullable: true),
                Record = table.Column<byte[]>(nullable: true),
                Stored = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_people", p => p.Member));
        migrationBuilder.CreateIndex("IX_people_Import", "people", "Import");
        migrationBuilder.CreateTable(
            "bases",
            table => new
            {
                Member = table.Column<string>(maxLength: 34),
                Commitment = table.Column<string>(maxLength: 44),
                From = table.Column<string>(maxLength: 7),
                Value = table.Column<byte[]>(),
            },
            constraints: table => table.PrimaryKey("PK_bases", b => new { b.Member, b.Commitment }));
        migrationBuilder.CreateTable(
            "organizations",
            table => new
            {
                Organization = table.Column<string>(maxLength: 34),
                Name = table.Column<string>(),
                Salt = table.Column<string>(maxLength: 24),
            },
            constraints: table => table.PrimaryKey("PK_organizations", o => o.Organization));
        migrationBuilder.CreateTable(
            "imports",
            table => new
            {
                Import = table.Column<string>(maxLength: 34),
                By = table.Column<string>(maxLength: 34),
                File = table.Column<string>(maxLength: 44),
                People = table.Column<int>(),
                LeftOut = table.Column<int>(),
                Known = table.Column<int>(),
                Staged = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_imports", i => i.Import));
        migrationBuilder.CreateTable(
            "vault_keys",
            table => new
            {
                Name = table.Column<string>(),
                KeyVersion = table.Column<int>(),
                Value = table.Column<byte[]>(),
            },
            constraints: table => table.PrimaryKey("PK_vault_keys", k => k.Name));
    }
}
