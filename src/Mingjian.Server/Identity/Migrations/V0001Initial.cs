using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Mingjian.Server.Identity.Migrations;

/// <summary>As the first releases made it: ASP.NET Core Identity's tables of its schema version 3, and our sessions.</summary>
[DbContext(typeof(IdentityDatabase))]
[Migration("0001_Initial")]
internal sealed class V0001Initial : Migration
{
    private const string Users = "AspNetUsers";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateUsers(migrationBuilder);
        CreateClaims(migrationBuilder);
        CreateLogins(migrationBuilder);
        CreatePasskeys(migrationBuilder);
        CreateTokens(migrationBuilder);
        migrationBuilder.CreateTable(
            "Sessions",
            table => new
            {
                Id = table.Column<string>(maxLength: 44),
                Member = table.Column<string>(maxLength: 34),
                Key = table.Column<string>(maxLength: 34),
                Opened = table.Column<long>(),
                LastSeen = table.Column<long>(),
                Ended = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_Sessions", s => s.Id));
        migrationBuilder.CreateIndex("IX_Sessions_Key", "Sessions", "Key");
    }

    private static void CreateUsers(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            Users,
            table => new
            {
                Id = table.Column<string>(),
                UserName = table.Column<string>(maxLength: 256, nullable: true),
                NormalizedUserName = table.Column<string>(maxLength: 256, nullable: true),
                Email = table.Column<string>(maxLength: 256, nullable: true),
                NormalizedEmail = table.Column<string>(maxLength: 256, nullable: true),
                EmailConfirmed = table.Column<bool>(),
                PasswordHash = table.Column<string>(nullable: true),
                SecurityStamp = table.Column<string>(nullable: true),
                ConcurrencyStamp = table.Column<string>(nullable: true),
                PhoneNumber = table.Column<string>(maxLength: 256, nullable: true),
                PhoneNumberConfirmed = table.Column<bool>(),
                TwoFactorEnabled = table.Column<bool>(),
                LockoutEnd = table.Column<DateTimeOffset>(nullable: true),
                LockoutEnabled = table.Column<bool>(),
                AccessFailedCount = table.Column<int>(),
            },
            constraints: table => table.PrimaryKey("PK_AspNetUsers", u => u.Id));
        migrationBuilder.CreateIndex("EmailIndex", Users, "NormalizedEmail");
        migrationBuilder.CreateIndex("UserNameIndex", Users, "NormalizedUserName", unique: true);
    }

    private static void CreateClaims(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "AspNetUserClaims",
            table => new
            {
                Id = table.Column<int>()
                    .Annotation("Sqlite:Autoincrement", value: true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                UserId = table.Column<string>(),
                ClaimType = table.Column<string>(nullable: true),
                ClaimValue = table.Column<string>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_AspNetUserClaims", c => c.Id);
                table.ForeignKey("FK_AspNetUserClaims_AspNetUsers_UserId", c => c.UserId, Users, "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_AspNetUserClaims_UserId", "AspNetUserClaims", "UserId");
    }

    private static void CreateLogins(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "AspNetUserLogins",
            table => new
            {
                LoginProvider = table.Column<string>(maxLength: 128),
                ProviderKey = table.Column<string>(maxLength: 128),
                ProviderDisplayName = table.Column<string>(nullable: true),
                UserId = table.Column<string>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_AspNetUserLogins", l => new { l.LoginProvider, l.ProviderKey });
                table.ForeignKey("FK_AspNetUserLogins_AspNetUsers_UserId", l => l.UserId, Users, "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_AspNetUserLogins_UserId", "AspNetUserLogins", "UserId");
    }

    private static void CreatePasskeys(MigrationBuilder migrationBuilder)
    {
        var isPostgreSql = migrationBuilder.IsNpgsql();
        migrationBuilder.CreateTable(
            "AspNetUserPasskeys",
            table => new
            {
                CredentialId = table.Column<byte[]>(maxLength: 1024),
                UserId = table.Column<string>(),
                Data = table.Column<string>(type: isPostgreSql ? "jsonb" : null),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_AspNetUserPasskeys", p => p.CredentialId);
                table.ForeignKey("FK_AspNetUserPasskeys_AspNetUsers_UserId", p => p.UserId, Users, "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_AspNetUserPasskeys_UserId", "AspNetUserPasskeys", "UserId");
    }

    private static void CreateTokens(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        "AspNetUserTokens",
        table => new
        {
            UserId = table.Column<string>(),
            LoginProvider = table.Column<string>(maxLength: 128),
            Name = table.Column<string>(maxLength: 128),
            Value = table.Column<string>(nullable: true),
        },
        constraints: table =>
        {
            table.PrimaryKey("PK_AspNetUserTokens", t => new { t.UserId, t.LoginProvider, t.Name });
            table.ForeignKey("FK_AspNetUserTokens_AspNetUsers_UserId", t => t.UserId, Users, "Id", onDelete: ReferentialAction.Cascade);
        });
}
