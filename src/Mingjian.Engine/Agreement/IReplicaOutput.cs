using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;

namespace Mingjian.Engine.Agreement;

/// <summary>Where a replica's results go. Called on the replica's thread; must not block.</summary>
internal interface IReplicaOutput
{
    /// <summary>This node's vote, durable already: to all nodes, and again until it is there.</summary>
    void Publish(VoteMessage vote);

    /// <summary>What became of acts, in order; acts of other nodes' clients are among them.</summary>
    void Answer(IReadOnlyList<SubmitResult> answers);

    /// <summary>A block has become final and durable.</summary>
    void Report(OrderProgress progress);

    /// <summary>Somebody lied or broke; already durable.</summary>
    void Accuse(Evidence evidence);

    /// <summary>A batch was skipped, by every node alike.</summary>
    void Skipped(int node, BatchFault fault);

    /// <summary>The order has delivered a node's vote; whether it counts is another matter.</summary>
    void Voted(int node, long height)
    {
    }
}
