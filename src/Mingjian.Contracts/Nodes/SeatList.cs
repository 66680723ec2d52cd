using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>What can be said of lists of seats without any state.</summary>
internal static class SeatList
{
    /// <summary>1 to 31 nodes in ascending order; node keys, organisations and their keys all different; keys of scheme es256.</summary>
    public static bool AreWellFormed(IReadOnlyList<Seat> seats) => Form.IsList(seats, NodeSet.MaxNodes) && NodeSet.IsValid(seats);

    public static List<PublicKeyValue> OrganizationKeys(IReadOnlyList<Seat> seats)
    {
        var keys = new List<PublicKeyValue>(seats.Count);
        foreach (var seat in seats)
        {
            keys.Add(seat.OrganizationKey);
        }

        return keys;
    }

    public static Seat? Find(IReadOnlyList<Seat> seats, int number)
    {
        foreach (var seat in seats)
        {
            if (seat.Node.Number == number)
            {
                return seat;
            }
        }

        return null;
    }

    /// <summary>Seats that are in only one of two lists, or differ in any key; a seat that differs counts once.</summary>
    public static int Differing(IReadOnlyList<Seat> before, IReadOnlyList<Seat> after)
    {
        var differing = 0;
        foreach (var seat in before)
        {
            differing += Find(after, seat.Node.Number) == seat ? 0 : 1;
        }

        foreach (var seat in after)
        {
            differing += Find(before, seat.Node.Number) is null ? 1 : 0;
        }

        return differing;
    }

    /// <summary>
    /// Most seats that may differ: then a quorum before and a quorum after always share a node that did not change. The one exception
    /// is a network of one node, which must be able to change its own keys.
    /// </summary>
    public static int MostDiffering(int nodes) => nodes <= 4 ? 1 : (nodes - 1) / 3;

    /// <summary>How many of the seats' organisations have signed.</summary>
    public static int CountSigned(DecisionContext context, IReadOnlyList<Seat> seats)
    {
        var signed = 0;
        foreach (var seat in seats)
        {
            signed += context.IsSignedBy(seat.OrganizationKey) ? 1 : 0;
        }

        return signed;
    }
}
