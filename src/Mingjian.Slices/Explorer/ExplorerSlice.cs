using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Explorer;

namespace Mingjian.Slices.Explorer;

/// <summary>The ledger block by block and entry by entry.</summary>
internal sealed class ExplorerSlice : ISlice
{
    public Projection Projection { get; } = new ExplorerProjection();

    public void AddServices(IServiceCollection services) => services.AddScoped<ILedgerExplorer, LedgerExplorer>();
}
