using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Kernel;

/// <summary>One capability of the program, with all that it brings. Nothing outside of it and of the host's list has to know that it is there.</summary>
/// <remarks>
/// What the kernel asks every slice for comes as services: what waits on the desk (<c>IDeskSource</c>), what entries are about (<c>IEntrySubjects</c>),
/// jobs and stores (<c>IHostedService</c>).
/// </remarks>
internal interface ISlice
{
    /// <summary>What it makes of the ledger's events; null where it has no tables.</summary>
    Projection? Projection => null;

    /// <summary>Types of events of its contract that are in no table.</summary>
    IReadOnlyCollection<Type> NotInTables => Projection?.NotShown ?? [];

    /// <summary>Registers what it offers and what the kernel asks it for.</summary>
    /// <param name="services">Also hold the host's: <c>ILedger</c>, <c>ICurrentUser</c>, <c>INameDirectory</c>, <c>VaultAccess</c>, <c>SqlSettings</c>, <c>TimeProvider</c>.</param>
    void AddServices(IServiceCollection services);

    /// <summary>Downloads and interfaces of its own.</summary>
    void Map(WebApplication app)
    {
    }
}
