using Microsoft.EntityFrameworkCore;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Makes the tables before anything asks for them.</summary>
internal sealed class ReadModelSchema(IDbContextFactory<ReadModelContext> contexts) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await Projector.EnsureSchemaAsync(context, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
