using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>What may happen to a stalled height (docs/adr/0002). Pure; the engine asks it before it acts on a restart, the contract when it records it.</summary>
public static class RestartRule
{
    /// <summary>Judges statements that are well formed and signed: ascending nodes of the set, at least a quorum of them.</summary>
    /// <param name="nodes">How many nodes sign the height.</param>
    /// <param name="statements">At most one a node.</param>
    /// <param name="skips">Whether the restart skips anything.</param>
    public static RestartVerdict Judge(int nodes, IReadOnlyList<NodeStatement> statements, bool skips)
    {
        var quorum = NodeSet.QuorumOf(nodes);

        // Votes that a root may have beyond those stated for it: of nodes that stated nothing, and of liars among those that stated otherwise.
        var silent = nodes - statements.Count;
        var liars = nodes - quorum;
        var final = false;
        var candidates = 0;
        Hash32? candidate = null;
        for (var i = 0; i < statements.Count; i++)
        {
            if (statements[i].Root is not { } root || IsNamedBefore(statements, i))
            {
                continue;
            }

            var stated = Count(statements, root);
            final |= stated >= quorum;
            if (stated + silent + liars >= quorum)
            {
                candidates++;
                candidate = root;
            }
        }

        // With one candidate and nothing skipped, it alone may be voted for.
        if (candidates == 0 || (candidates == 1 && !skips))
        {
            return new RestartVerdict(true, candidate);
        }

        // All n organisations vouch that no root has a quorum: who shows one later has lied under its signature.
        return new RestartVerdict(silent == 0 && !final, null);
    }

    private static bool IsNamedBefore(IReadOnlyList<NodeStatement> statements, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (statements[i].Root == statements[index].Root)
            {
                return true;
            }
        }

        return false;
    }

    private static int Count(IReadOnlyList<NodeStatement> statements, Hash32 root)
    {
        var count = 0;
        foreach (var statement in statements)
        {
            count += statement.Root == root ? 1 : 0;
        }

        return count;
    }
}

/// <param name="Allowed">False: what some nodes voted for may have become final.</param>
/// <param name="Root">The only root that an honest node may vote for after the restart; null = what it comes to.</param>
public readonly record struct RestartVerdict(bool Allowed, Hash32? Root);
