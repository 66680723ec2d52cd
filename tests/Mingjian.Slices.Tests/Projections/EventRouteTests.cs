using Mingjian.Contracts;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Tests.Projections;

/// <summary>Every event finds the slices that show it, by their own lists.</summary>
public sealed class EventRouteTests
{
    public static TheoryData<Type> Events => [.. AllContracts.Create().SelectMany(c => c.Events).Select(e => e.Type)];

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_in_tables_or_declared_not_to_be(Type type)
    {
        var inTables = AllSlices.ReadModels.All.Where(p => p.Events.Contains(type)).Select(p => p.Name).ToList();
        var hidden = AllSlices.List.Count(s => s.NotInTables.Contains(type));
        Assert.True(inTables.Count > 0 ^ hidden == 1, $"{type.Name}: in tables of [{string.Join(", ", inTables)}], declared not to be by {hidden} slices.");
        Assert.True(inTables.Count <= 1 || type == typeof(Contracts.Organizations.NetworkFounded), $"{type.Name} is one slice's: {string.Join(", ", inTables)}.");
    }

    [Fact]
    public void A_slice_declares_only_events_of_the_contracts() =>
        Assert.Empty(AllSlices.List.SelectMany(s => s.NotInTables.Concat(s.Projection?.Events ?? [])).Except(Events.Select(e => e.Data)));

    [Fact]
    public void Slices_have_names_of_their_own_and_join_only_known_ones()
    {
        Assert.Equal(["dues", "explorer", "keys", "members", "organizations"], AllSlices.ReadModels.All.Select(p => p.Name));
        Assert.Equal(["dues", "members", "organizations"], AllSlices.ReadModels.NeedsOf("dues").Order(StringComparer.Ordinal));
        Assert.Throws<ArgumentException>(() => AllSlices.ReadModels.NeedsOf("due"));
        Assert.Throws<ArgumentException>(() => new ReadModels([new Slices.Dues.DuesProjection()]));
    }
}
