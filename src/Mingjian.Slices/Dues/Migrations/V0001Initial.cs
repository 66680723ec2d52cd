using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Slices.Dues.Migrations;

/// <summary>As the first releases made it.</summary>
[DbContext(typeof(DuesContext))]
[Migration("0001_Initial")]
internal sealed class V0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "ComponentTables",
            table => new { Hash = table.Column<string>(maxLength: 44), Json = table.Column<string>() },
            constraints: table => table.PrimaryKey("PK_ComponentTables", t => t.Hash));
        migrationBuilder.CreateTable(
            "Reminders",
            table => new
            {
                Id = table.Column<Guid>(),
                Member = table.Column<string>(maxLength: 34),
                Branch = table.Column<string>(maxLength: 34),
                By = table.Column<string>(maxLength: 34),
                Time = table.Column<long>(),
                Months = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_Reminders", r => r.Id));
        migrationBuilder.CreateIndex("IX_Reminders_Member", "Reminders", "Member");
        migrationBuilder.CreateIndex("IX_Reminders_Branch", "Reminders", "Branch");
        migrationBuilder.CreateTable(
            "CheckRuns",
            table => new
            {
                Id = table.Column<Guid>(),
                Started = table.Column<long>(),
                Finished = table.Column<long>(),
                Height = table.Column<long>(),
                Rows = table.Column<long>(),
                Digest = table.Column<string>(),
                FaultCount = table.Column<int>(),
                Faults = table.Column<string>(),
                Trigger = table.Column<int>(),
                By = table.Column<string>(maxLength: 34, nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_CheckRuns", r => r.Id));
        migrationBuilder.CreateIndex("IX_CheckRuns_Started", "CheckRuns", "Started");
    }
}
