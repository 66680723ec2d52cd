using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>The outcome of following a node history.</summary>
/// <param name="Explanation">Plain Chinese.</param>
/// <param name="FailedStep">One of <see cref="NodeHistorySteps"/>; null when all changes hold.</param>
/// <param name="Changes">Those that hold, in order.</param>
/// <param name="Detail">For engineers; null when there is nothing to add.</param>
public sealed record NodeHistoryReport(string Explanation, string? FailedStep, IReadOnlyList<FollowedChange> Changes, string? Detail)
{
    public bool Ok => FailedStep is null;
}

/// <param name="FromHeight">First block of the new nodes.</param>
/// <param name="Announced">Time of the block before, which names them.</param>
/// <param name="Nodes">How many there are.</param>
public sealed record FollowedChange(long FromHeight, LedgerTime Announced, int Nodes);

/// <summary>What is checked of each change; the names are stable.</summary>
public static class NodeHistorySteps
{
    /// <summary>The file, and in it seals and proofs, have their one encoding.</summary>
    public const string Format = "format";

    /// <summary>The history is of the network file's network.</summary>
    public const string Network = "network";

    /// <summary>The seal was made by the nodes known so far, after the change before: none is left out.</summary>
    public const string Order = "order";

    /// <summary>The new nodes are those that the seal names.</summary>
    public const string Nodes = "nodes";

    /// <summary>The log and a quorum of the nodes known so far signed the seal's block.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The seal is the last entry of that block.</summary>
    public const string Inclusion = "inclusion";

    public static IReadOnlyList<string> All { get; } = [Format, Network, Order, Nodes, Checkpoint, Inclusion];
}
