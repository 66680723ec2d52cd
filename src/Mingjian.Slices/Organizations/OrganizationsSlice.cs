using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Views.Organizations;

namespace Mingjian.Slices.Organizations;

/// <summary>Organisations and posts.</summary>
internal sealed class OrganizationsSlice : ISlice
{
    public Projection Projection { get; } = new OrganizationsProjection();

    public void AddServices(IServiceCollection services)
    {
        services.AddScoped<IOrganizationAdministration, OrganizationAdministration>();
        services.AddScoped<IDeskSource, OrganizationsDesk>();
        services.AddScoped<IEntrySubjects, OrganizationsSubjects>();
    }
}
