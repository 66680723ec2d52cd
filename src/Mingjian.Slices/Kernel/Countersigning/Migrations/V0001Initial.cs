using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Slices.Kernel.Countersigning.Migrations;

/// <summary>As the first releases made it.</summary>
[DbContext(typeof(PendingDatabase))]
[Migration("0001_Initial")]
internal sealed class V0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Acts",
            table => new
            {
                Id = table.Column<string>(maxLength: 44),
                Branch = table.Column<string>(maxLength: 34),
                Signer = table.Column<string>(maxLength: 34),
                Made = table.Column<long>(),
                Expires = table.Column<long>(),
                Envelope = table.Column<byte[]>(),
            },
            constraints: table => table.PrimaryKey("PK_Acts", a => a.Id));
        migrationBuilder.CreateIndex("IX_Acts_Expires", "Acts", "Expires");
    }
}
