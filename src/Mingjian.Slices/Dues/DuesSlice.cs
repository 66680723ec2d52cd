using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Storage.Sql;
using Mingjian.Views.Dues;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Dues;

/// <summary>Party membership dues.</summary>
internal sealed class DuesSlice : ISlice
{
    public Projection Projection { get; } = new DuesProjection();

    public void AddServices(IServiceCollection services)
    {
        services.AddMingjianDbContext<DuesContext>(DuesContext.Name);
        services.AddHostedService<DuesSchema>();
        services.AddScoped<IBaseStore, VaultBases>();
        services.AddScoped<IDuesReading, DuesReading>();
        services.AddScoped<IDuesActs, DuesActs>();
        services.AddScoped<IDuesReminders, DuesReminders>();
        services.AddScoped<IDeskSource, DuesDesk>();
        services.AddScoped<IEntrySubjects, DuesSubjects>();
    }

    /// <summary>Downloads of registers.</summary>
    public void Map(WebApplication app)
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

    /// <summary>Makes the store's tables before anything asks for them.</summary>
    private sealed class DuesSchema(IDbContextFactory<DuesContext> own) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var context = await own.CreateDbContextAsync(cancellationToken);
            await context.MigrateStoreAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
