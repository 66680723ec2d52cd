using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Views.ReadModels;

namespace Mingjian.Slices.Check;

/// <summary>The check of the tables against the ledger. Its results are kept in the store of the slice dues, where the first release put them.</summary>
internal sealed class CheckSlice : ISlice
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<CheckRunner>();
        services.AddScoped<IReadModelCheck, ReadModelCheck>();
        services.AddScoped<IDeskSource, CheckDesk>();
        services.AddHostedService<NightlyCheck>();
    }
}
