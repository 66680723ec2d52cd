using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine.State;

/// <summary>The newest final block together with a view of the state after it; replaced as a whole with each block.</summary>
/// <param name="NextNodes">Their quorum makes the next block final.</param>
internal sealed record PublishedHead(LedgerHead Head, StateView State, NodeSet NextNodes)
{
    /// <summary>Completes when this head has been replaced.</summary>
    public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
