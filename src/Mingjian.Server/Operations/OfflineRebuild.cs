using Microsoft.EntityFrameworkCore;
using Mingjian.Server.Configuration;
using Mingjian.Server.LedgerApi;
using Mingjian.Slices;
using Mingjian.Slices.Check;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Storage.Sql;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Operations;

/// <summary>Rebuilds the read models of a stopped server's data, with the server's own services; for <c>mingjian rebuild</c>.</summary>
public static class OfflineRebuild
{
    /// <param name="networkDirectory">The folder of one network: <c>data/demo</c> or <c>data/network</c>.</param>
    /// <param name="slice">Whose tables; null = all.</param>
    /// <param name="cancellationToken">Leaves the tables incomplete; run it again.</param>
    /// <exception cref="ArgumentException">No slice has this name.</exception>
    /// <exception cref="IOException">The ledger is in use by a running server.</exception>
    public static async Task<CheckReport> RunAsync(string networkDirectory, string? slice, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [$"{ServerOptions.Section}:{nameof(ServerOptions.DataDirectory)}"] = Path.GetDirectoryName(networkDirectory),
            [$"{ServerOptions.Section}:{nameof(ServerOptions.Start)}"] =
                Path.GetFileName(networkDirectory) == "demo" ? nameof(StartMode.Demo) : nameof(StartMode.Empty),
        });
        builder.AddConfiguration();
        builder.AddLedger();
        builder.Services.AddSlices();
        await using var app = builder.Build();

        // Nothing is started: no port, no projection beside this one.
        await using (var own = await app.Services.GetRequiredService<IDbContextFactory<DuesContext>>().CreateDbContextAsync(cancellationToken))
        {
            await own.MigrateStoreAsync(cancellationToken);
        }

        await using (var models = await app.Services.GetRequiredService<IDbContextFactory<ReadModelContext>>().CreateDbContextAsync(cancellationToken))
        {
            await Projector.EnsureSchemaAsync(models, cancellationToken);
        }

        return await app.Services.GetRequiredService<CheckRunner>().RebuildAsync(slice, null, cancellationToken);
    }
}
