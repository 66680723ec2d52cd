using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Server.Shared.Migrations;

/// <summary>As the first releases made it.</summary>
[DbContext(typeof(SharedDatabase))]
[Migration("0001_Initial")]
internal sealed class V0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "values",
            table => new
            {
                Kind = table.Column<string>(),
                Name = table.Column<string>(),
                Owner = table.Column<string>(),
                Value = table.Column<byte[]>(),
                Expires = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_values", v => new { v.Kind, v.Name }));
        migrationBuilder.CreateIndex("IX_values_Expires", "values", "Expires");
    }
}
