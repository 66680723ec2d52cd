using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Nodes;

/// <summary>Seats with fixed keys. Generation 0 is what a node was founded with; each further one has fresh keys.</summary>
internal static class Seating
{
    public static Seat Seat(int number, int generation = 0, int? organization = null, int organizationKey = 0) => new(
        NodeOf(number, generation), Organization(organization ?? 900 + number), OrganizationKey(organization ?? 900 + number, organizationKey));

    public static Node NodeOf(int number, int generation = 0) =>
        new(NodeKey(number, generation, 1), NodeKey(number, generation, 2), number, NodeKey(number, generation, 3));

    public static Ed25519PublicKey NodeKey(int number, int generation, int use) =>
        new(Hash(1_000_000 + (number * 10_000) + (generation * 10) + use).ToArray());

    public static PublicKeyValue OrganizationKey(int organization, int generation = 0) => Key((organization * 100) + generation);

    /// <summary>Signed by an organisation's network key.</summary>
    public static Actor Speaking(Seat seat) => new(seat.OrganizationKey.Id, seat.OrganizationKey, null);

    public static Actor[] Orgs(IEnumerable<Seat> seats) => [.. seats.Select(Speaking)];

    public static IReadOnlyList<Seat> Founders(int count) => [.. Enumerable.Range(1, count).Select(n => Seat(n))];

    public static Hash32 HashOf(IReadOnlyList<Seat> seats) => new NodeSet(seats).Hash;

    /// <summary>A ledger at height 10 whose agreement is signed by the founders.</summary>
    public static TestLedger Open(IReadOnlyList<Seat> founders)
    {
        var ledger = new TestLedger { Nodes = new NodeSet(founders) };
        ledger.Must(new FoundNodes(Hash(1), founders, ProtocolRecord.First), Orgs(founders));
        ledger.Height = 10;
        return ledger;
    }
}
