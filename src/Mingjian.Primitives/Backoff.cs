namespace Mingjian.Primitives;

/// <summary>How long to wait before another attempt: twice as long after each that failed, up to a longest wait, and short again once one has succeeded.</summary>
/// <remarks>Used by one at a time.</remarks>
/// <param name="first">The first wait; above zero.</param>
/// <param name="longest">No wait is longer.</param>
/// <param name="clock">Whose time <see cref="WaitAsync"/> waits.</param>
/// <param name="draw">
/// From 0 to below 1, for each wait anew: how much of the half of a wait is waited, so that many who failed together do not come back together. Null = the
/// whole wait.
/// </param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, TimeProvider clock, Func<double>? draw = null)
{
    /// <summary>The next wait, before anything is drawn.</summary>
    public TimeSpan Next { get; private set; } = first < longest ? first : longest;

    /// <summary>Waits, and makes the wait after it longer.</summary>
    /// <exception cref="OperationCanceledException">It was broken off.</exception>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = draw is null ? Next : (Next / 2) + (Next / 2 * draw());
        Lengthen();
        return Task.Delay(wait, clock, cancellationToken);
    }

    /// <summary>An attempt failed, and somebody else does the waiting.</summary>
    public void Lengthen() => Next = Next < longest / 2 ? Next * 2 : longest;

    /// <summary>An attempt has succeeded.</summary>
    public void Reset() => Next = first < longest ? first : longest;
}
