using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Keys of seats in the state: none is taken over from anybody, and every one that was ever used is remembered.</summary>
internal static class SeatKeys
{
    public static bool AnyTaken(IStateReader state, IReadOnlyList<Seat> seats)
    {
        foreach (var seat in seats)
        {
            var id = seat.OrganizationKey.Id;
            if (state.KeyRecord(id) is not null
                || (state.Get(KeysState.OrganizationKeys.Key(id)) is { } record && record.Organization != seat.Organization))
            {
                return true;
            }
        }

        return false;
    }

    public static void Put(IStateWriter writes, IReadOnlyList<Seat> seats)
    {
        foreach (var seat in seats)
        {
            var (number, node) = (seat.Node.Number, seat.Node);
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.BatchKey)), new NodeKeyRecord(number, NodeKeyUse.Batch));
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.LogKey)), new NodeKeyRecord(number, NodeKeyUse.Log));
            writes.Put(NodesState.NodeKeys.Key(NodesState.Hex(node.VoteKey)), new NodeKeyRecord(number, NodeKeyUse.Vote));
            writes.Put(
                KeysState.OrganizationKeys.Key(seat.OrganizationKey.Id),
                new OrganizationKeyRecord(seat.OrganizationKey, seat.Organization));
        }
    }
}
