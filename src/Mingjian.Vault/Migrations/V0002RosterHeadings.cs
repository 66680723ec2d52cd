using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Vault.Migrations;

/// <summary>What an organisation's rosters call their columns.</summary>
[DbContext(typeof(VaultContext))]
[Migration("0002_RosterHeadings")]
internal sealed class V0002RosterHeadings : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "roster_headings",
        table => new
        {
            Organization = table.Column<string>(maxLength: 34),
            Heading = table.Column<string>(maxLength: 60),
            Field = table.Column<int>(),
        },
        constraints: table => table.PrimaryKey("PK_roster_headings", h => new { h.Organization, h.Heading }));
}
