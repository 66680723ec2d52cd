using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Slices.Check;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Explorer;
using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Countersigning;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Preview;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Keys;
using Mingjian.Slices.Members;
using Mingjian.Slices.Nodes;
using Mingjian.Slices.Organizations;
using Mingjian.Slices.Receipts;
using Mingjian.Views.Desk;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices;

/// <summary>The slices of this program: the one list that names them.</summary>
internal static class AllSlices
{
    /// <summary>What waits on the desk stands there in this order.</summary>
    public static IReadOnlyList<ISlice> List { get; } =
    [
        new OrganizationsSlice(), new MembersSlice(), new DuesSlice(), new KeysSlice(), new ReceiptsSlice(), new ExplorerSlice(), new CheckSlice(), new NodesSlice(),
    ];

    /// <summary>The read models of all of them.</summary>
    public static ReadModels ReadModels { get; } = new(List.Select(s => s.Projection).OfType<Projection>());

    /// <summary>The kernel and every slice.</summary>
    public static IServiceCollection AddSlices(this IServiceCollection services)
    {
        services.AddSingleton(ReadModels);
        services.AddSingleton<IDbContextFactory<ReadModelContext>, ReadModelFactory>();
        services.AddSingleton(provider => new LedgerEvents(provider.GetRequiredService<Engine.ILedger>(), AllContracts.Create()));
        services.AddSingleton<Projector>();
        services.AddSingleton<ProjectionProgress>();
        services.AddSingleton<IReadModelProgress>(provider => provider.GetRequiredService<ProjectionProgress>());
        services.AddSingleton<ReadModelComparison>();
        services.AddSingleton<ProjectionService>();
        services.AddHostedService<ReadModelSchema>();
        services.AddScoped<LedgerAccess>();
        services.AddScoped<ActPreview>();
        services.AddScoped<IDesk, DeskItems>();
        foreach (var slice in List)
        {
            slice.AddServices(services);
        }

        services.AddPending();
        return services.AddHostedService(provider => provider.GetRequiredService<ProjectionService>());
    }

    public static void MapSlices(this WebApplication app)
    {
        foreach (var slice in List)
        {
            slice.Map(app);
        }
    }
}
