using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Organizations;

/// <summary>Random acts of <c>organizations</c>.</summary>
internal sealed class OrganizationsCommands(Random64 random, TestLedger ledger) : CommandSource(random, ledger)
{
    public override (ICommand Command, Actor[] Actors) Next() => Random.Below(8) switch
    {
        < 3 => (Tree(), Officer()),
        < 7 => (Post(), Officer()),
        _ => (Site(), Officer()),
    };

    private OrganizationsCommand Tree() => new EstablishOrganization(
        Organization(800 + Random.Below(9)), Random.OneIn(3) ? Organization(800 + Random.Below(9)) : Place(), Enumerate<OrganizationKind>(),
        Hash(Random.Below(9)));

    private OrganizationsCommand Post() => Random.OneIn(2)
        ? Random.Pick(
            new EndAppointment(Person(), Place(), Enumerate<Post>(), Date()),
            new EndAppointment(World.Auditor, World.Top, Contracts.Organizations.Post.Auditor, Ledger.Time.BeijingDate.AddDays(Random.Below(5) - 2)),
            new EndAppointment(World.OfficerGeneral, World.General, Contracts.Organizations.Post.OrganizationOfficer, Date()),
            new EndAppointment(World.CollectorB, World.BranchB, Contracts.Organizations.Post.DuesCollector, Ledger.Time.BeijingDate))
        : new AppointToPost(Person(), Place(), Enumerate<Post>(), Date(), Random.OneIn(2) ? null : Date());

    private OrganizationsCommand Site() => Random.OneIn(2) ? new RegisterSite(Hash(Random.Below(4))) : new RemoveSite(Hash(Random.Below(4)));
}
