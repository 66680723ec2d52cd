using Microsoft.EntityFrameworkCore;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Storage.Sql;
using Mingjian.Views.Countersigning;

namespace Mingjian.Slices.Kernel.Countersigning;

/// <summary>Acts that wait for a second signature.</summary>
internal static class PendingServices
{
    public static void AddPending(this IServiceCollection services)
    {
        services.AddMingjianDbContext<PendingDatabase>(PendingDatabase.Name);
        services.AddHostedService<PendingSchema>();
        services.AddScoped<PendingActs>();
        services.AddScoped<IPendingActs>(provider => provider.GetRequiredService<PendingActs>());
        services.AddScoped<IDeskSource, PendingDesk>();
    }

    /// <summary>Makes the table before the first request.</summary>
    private sealed class PendingSchema(IDbContextFactory<PendingDatabase> database) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.MigrateStoreAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
