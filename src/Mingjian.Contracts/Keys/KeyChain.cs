using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Keys;

/// <summary>Who stands behind whose key. Whoever brought somebody a key may hold it, so the two never count as two people.</summary>
/// <remarks>
/// A chain is followed all the way: who invited the one who invited, up to the founding officer, as it was when the key was bound. Two people
/// are independent when neither stands in the other's chain; that both were invited by a third is no fault. So whoever invites everybody (at
/// first the founding officer) countersigns with nobody, and it takes another officer to decide, to consent or to confirm.
/// </remarks>
public static class KeyChain
{
    /// <summary>False for one person, and when the one stands behind a key that the other has or had. Two reads.</summary>
    public static bool AreIndependent(IStateReader state, MemberId one, MemberId other) =>
        one != other && !StandsBehind(state, one, other) && !StandsBehind(state, other, one);

    /// <summary>Whether somebody issued or confirmed an invitation of a member, or stands behind the key of somebody who did.</summary>
    public static bool StandsBehind(IStateReader state, MemberId somebody, MemberId member)
    {
        foreach (var behind in state.KeysOf(member)?.Behind ?? [])
        {
            if (behind == somebody)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The chain of a member once a key is bound that these people brought.</summary>
    internal static IReadOnlyList<MemberId> Extend(IStateReader state, MemberId member, MemberId by, MemberId? confirmedBy)
    {
        var chain = new List<MemberId>(state.KeysOf(member)?.Behind ?? []);
        Add(by);
        if (confirmedBy is { } second)
        {
            Add(second);
        }

        return chain;

        void Add(MemberId bringer)
        {
            // Oneself adds nobody: who stands behind the key that vouched is in the chain already.
            if (bringer == member)
            {
                return;
            }

            AddOne(bringer);
            foreach (var behind in state.KeysOf(bringer)?.Behind ?? [])
            {
                AddOne(behind);
            }
        }

        void AddOne(MemberId id)
        {
            if (id != member && !chain.Contains(id))
            {
                chain.Add(id);
            }
        }
    }
}
