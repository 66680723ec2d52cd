using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Explorer;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Storage.Sql;
using Mingjian.Views.Desk;
using Mingjian.Views.Dues;
using Mingjian.Views.Explorer;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Dues;

/// <summary>Read models and dues.</summary>
internal static class DuesServices
{
    /// <summary>Needs <c>ILedger</c>, <c>ICurrentUser</c>, <c>INameDirectory</c>, <c>VaultAccess</c>, <c>SqlSettings</c> and <c>TimeProvider</c>.</summary>
    public static IServiceCollection AddDues(this IServiceCollection services)
    {
        services.AddMingjianDbContext<ReadModelContext>(ReadModelContext.Name, SqlDurability.Rebuildable);
        services.AddMingjianDbContext<DuesContext>(DuesContext.Name);
        services.AddSingleton(provider => new LedgerEvents(provider.GetRequiredService<Engine.ILedger>(), AllContracts.Create()));
        services.AddSingleton<Projector>();
        services.AddSingleton<ProjectionProgress>();
        services.AddSingleton<IReadModelProgress>(provider => provider.GetRequiredService<ProjectionProgress>());
        services.AddSingleton<ReadModelComparison>();
        services.AddSingleton<CheckRunner>();
        services.AddSingleton<ProjectionService>();
        services.AddHostedService<DuesSchema>();
        services.AddHostedService(provider => provider.GetRequiredService<ProjectionService>());
        services.AddHostedService<NightlyCheck>();
        services.AddScoped<IBaseStore, VaultBases>();
        services.AddScoped<LedgerAccess>();
        services.AddScoped<IDuesReading, DuesReading>();
        services.AddScoped<IDuesActs, DuesActs>();
        services.AddScoped<IDuesReminders, DuesReminders>();
        services.AddScoped<IDesk, DeskItems>();
        services.AddScoped<IReadModelCheck, ReadModelCheck>();
        services.AddScoped<ILedgerExplorer, LedgerExplorer>();
        return services;
    }

    /// <summary>Downloads of registers.</summary>
    public static void MapDues(this WebApplication app)
    {
        app.MapGet("/exports/dues/branch/{id}/{year:int}.xlsx", (string id, int year, IDuesReading reading, CancellationToken cancelled) =>
            DownloadAsync(id, organization => reading.ExportBranchAsync(organization, year, cancelled))).RequireAuthorization(new RequireRightAttribute(Right.ViewDues));
        app.MapGet("/exports/dues/committee/{id}/{year:int}.xlsx", (string id, int year, IDuesReading reading, CancellationToken cancelled) =>
            DownloadAsync(id, organization => reading.ExportCommitteeAsync(organization, year, cancelled))).RequireAuthorization(new RequireRightAttribute(Right.ViewAudit));
    }

    private static async Task<IResult> DownloadAsync(string id, Func<OrganizationId, Task<ExportFile>> export)
    {
        if (!OrganizationId.TryParse(id, out var organization))
        {
            return Results.NotFound();
        }

        try
        {
            var file = await export(organization);
            return Results.File(file.Content, file.ContentType, file.FileName);
        }
        catch (AccessDeniedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
        catch (DuesInputException)
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Makes the tables of both contexts before anything asks for them.</summary>
    private sealed class DuesSchema(IDbContextFactory<DuesContext> own, IDbContextFactory<ReadModelContext> readModels) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using (var context = await own.CreateDbContextAsync(cancellationToken))
            {
                await context.MigrateStoreAsync(cancellationToken);
            }

            await using (var context = await readModels.CreateDbContextAsync(cancellationToken))
            {
                await Projector.EnsureSchemaAsync(context, cancellationToken);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
