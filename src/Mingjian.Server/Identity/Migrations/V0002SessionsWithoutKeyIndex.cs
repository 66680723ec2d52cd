using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mingjian.Server.Identity.Migrations;

/// <summary>Drops an index that nothing reads: whether a session's key still counts is looked up on the ledger at each use, never the other way round.</summary>
[DbContext(typeof(IdentityDatabase))]
[Migration("0002_SessionsWithoutKeyIndex")]
internal sealed class V0002SessionsWithoutKeyIndex : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.DropIndex("IX_Sessions_Key", "Sessions");
}
