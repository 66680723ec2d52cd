using Mingjian.Engine.Ordering;

namespace Mingjian.Engine.Agreement;

/// <summary>Votes for heights ahead of this node's own, bounded for each node.</summary>
internal sealed class EarlyVotes
{
    /// <summary>Heights ahead of its own for which a node keeps votes: one that is further behind gets them from the order again.</summary>
    public const int MaxHeightsAhead = 64;

    private const int MostOfANode = 2 * MaxHeightsAhead;

    private readonly List<VoteMessage> _votes = [];

    /// <param name="vote">For a height after <paramref name="open"/>.</param>
    /// <param name="open">The height that is open.</param>
    public void Keep(VoteMessage vote, long open)
    {
        if (vote.Height <= open + MaxHeightsAhead && _votes.Count(v => v.Node == vote.Node) < MostOfANode)
        {
            _votes.Add(vote);
        }
    }

    /// <summary>Those for a height that is open now, in the order in which they came. Nothing up to that height is kept any more.</summary>
    public IReadOnlyList<VoteMessage> TakeFor(long height)
    {
        var due = _votes.FindAll(v => v.Height == height);
        _votes.RemoveAll(v => v.Height <= height);
        return due;
    }
}
