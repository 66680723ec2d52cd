namespace Mingjian.Views.Desk;

/// <summary>What the signed-in person has to do next: counted from the read models and the ledger, never from a list that somebody keeps.</summary>
public interface IDesk
{
    /// <summary>Urgent items first; empty when nothing waits. Only what the person's posts allow doing.</summary>
    Task<IReadOnlyList<DeskItem>> ReadAsync(CancellationToken cancellationToken = default);
}

/// <summary>One thing to do.</summary>
/// <param name="What">What waits, with its count; Chinese.</param>
/// <param name="Do">Text of the link.</param>
/// <param name="Href">Absolute path of the page where it is done.</param>
/// <param name="IsUrgent">Something is wrong, or somebody waits for it.</param>
public sealed record DeskItem(string What, string Do, string Href, bool IsUrgent);
