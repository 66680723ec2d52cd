using Microsoft.Extensions.DependencyInjection.Extensions;
using Mingjian.Contracts;
using Mingjian.Primitives;
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
        app.MapGet("/exports/roster/template.xlsx", ExportTemplateAsync).RequireAuthorization(new RequireRightAttribute(Right.ImportMembers));
        app.MapGet("/exports/members/{organization}/roster.xlsx", ExportMembersAsync).RequireAuthorization(new RequireRightAttribute(Right.ViewMembers));
    }

    private static async Task<IResult> ExportTemplateAsync(IRosterImports imports, CancellationToken cancelled)
    {
        try
        {
            return Results.File(await imports.CreateTemplateAsync(cancelled), WorkbookWriter.ContentType, "党员名册-空表.xlsx");
        }
        catch (AccessDeniedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
    }

    private static async Task<IResult> ExportMembersAsync(string organization, IMemberLists lists, CancellationToken cancelled)
    {
        if (!OrganizationId.TryParse(organization, out var id))
        {
            return Results.NotFound();
        }

        try
        {
            return Results.File(await lists.ExportAsync(id, cancellationToken: cancelled), WorkbookWriter.ContentType, "党员名册.xlsx");
        }
        catch (AccessDeniedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
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
