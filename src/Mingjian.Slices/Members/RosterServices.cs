using Microsoft.Extensions.DependencyInjection.Extensions;
using Mingjian.Contracts;
using Mingjian.Vault;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks;

namespace Mingjian.Slices.Members;

/// <summary>Roster imports and member lists.</summary>
internal static class RosterServices
{
    public static void AddRoster(this IServiceCollection services)
    {
        services.TryAddSingleton<IRosterDrafts, RosterDrafts>();
        services.AddScoped<RosterAccess>();
        services.AddScoped<IRosterImports, RosterImports>();
        services.AddScoped<IMemberLists, MemberLists>();
        services.AddHostedService<VaultStart>();
    }

    public static void MapRoster(this WebApplication app)
    {
        app.MapGet("/exports/roster/{draft}/faulty.xlsx", ExportFaultyAsync).RequireAuthorization(new RequireRightAttribute(Right.ImportMembers));
        app.MapGet("/exports/roster/template.xlsx", () => Results.File(RosterTemplate.Create(), WorkbookWriter.ContentType, "党员名册-空表.xlsx"))
            .RequireAuthorization(new RequireRightAttribute(Right.ImportMembers));
    }

    private static async Task<IResult> ExportFaultyAsync(string draft, IRosterImports imports, CancellationToken cancelled)
    {
        try
        {
            return Results.File(await imports.ExportFaultyAsync(draft, cancelled), WorkbookWriter.ContentType, "名册-有问题的行.xlsx");
        }
        catch (AccessDeniedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
        catch (RosterRefusedException)
        {
            return Results.NotFound();
        }
    }

    /// <summary>Opens the vault before the first request: a wrong or missing master key stops the start and not a user's work.</summary>
    private sealed class VaultStart(VaultAccess vault) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken) => await vault.GetAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
