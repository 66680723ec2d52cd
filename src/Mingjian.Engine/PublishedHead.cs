using Mingjian.Engine.Execution;

namespace Mingjian.Engine;

/// <summary>The newest final block together with a view of the state after it; replaced as a whole with each block.</summary>
internal sealed record PublishedHead(LedgerHead Head, StateView State)
{
    /// <summary>Completes when this head has been replaced.</summary>
    public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
