using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Keys;

namespace Mingjian.Slices.Keys;

/// <summary>Keys and invitations to bind them.</summary>
internal sealed class KeysSlice : ISlice
{
    public Projection Projection { get; } = new KeysProjection();

    public void AddServices(IServiceCollection services)
    {
        services.AddScoped<KeyRing>();
        services.AddScoped<IKeyRing>(provider => provider.GetRequiredService<KeyRing>());
        services.AddScoped<IInvitations>(provider => provider.GetRequiredService<KeyRing>());
        services.AddScoped<IDeskSource, KeysDesk>();
    }
}
