using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Desk;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Kernel.Subjects;

namespace Mingjian.Slices.Members;

/// <summary>Rosters and member lists.</summary>
internal sealed class MembersSlice : ISlice
{
    public Projection Projection { get; } = new MembersProjection();

    public void AddServices(IServiceCollection services)
    {
        services.AddRoster();
        services.AddScoped<IDeskSource, MembersDesk>();
        services.AddScoped<IEntrySubjects, MembersSubjects>();
    }

    public void Map(WebApplication app)
    {
        app.MapRoster();
        app.MapRosterApi();
    }
}
