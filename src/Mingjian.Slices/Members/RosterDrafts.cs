using System.Collections.Concurrent;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <summary>One uploaded file that waits for its confirmation.</summary>
/// <param name="Owner">Nobody else may see or confirm it.</param>
/// <param name="Said">What the owner has said about it.</param>
internal sealed record RosterDraft(
    string Id, MemberId Owner, string FileName, byte[] File, RosterReading Reading, RosterSaid Said, DateTimeOffset Expires);

/// <summary>Uploaded rosters between upload and confirmation.</summary>
internal interface IRosterDrafts
{
    DateTimeOffset NewExpiry { get; }

    /// <summary>Keeps the draft; an earlier one of the same owner goes.</summary>
    Task PutAsync(RosterDraft draft, CancellationToken cancellationToken);

    /// <summary>The draft, or null when there is none of this owner's.</summary>
    /// <param name="take">Takes it out, so that it can be confirmed once only.</param>
    /// <param name="read">Reads the file again where only the file was kept.</param>
    Task<RosterDraft?> FindAsync(
        string id, MemberId owner, bool take, Func<byte[], RosterSaid, RosterReading> read,
        CancellationToken cancellationToken);
}

/// <summary>Drafts in memory: they hold personal data in clear, so they are few, short-lived and never stored.</summary>
internal sealed class RosterDrafts(TimeProvider time) : IRosterDrafts
{
    /// <summary>Most drafts of all officers together; the oldest gives way.</summary>
    public const int MaxDrafts = 12;

    private readonly ConcurrentDictionary<string, RosterDraft> _drafts = new(StringComparer.Ordinal);

    public DateTimeOffset NewExpiry => time.GetUtcNow() + RosterPreview.Lifetime;

    public Task PutAsync(RosterDraft draft, CancellationToken cancellationToken)
    {
        foreach (var old in _drafts.Values.Where(d => d.Id != draft.Id && (d.Owner == draft.Owner || d.Expires <= time.GetUtcNow())).ToList())
        {
            _drafts.TryRemove(old.Id, out _);
        }

        foreach (var old in _drafts.Values.OrderByDescending(d => d.Expires).Skip(MaxDrafts - 1).ToList())
        {
            _drafts.TryRemove(old.Id, out _);
        }

        _drafts[draft.Id] = draft;
        return Task.CompletedTask;
    }

    public Task<RosterDraft?> FindAsync(
        string id, MemberId owner, bool take, Func<byte[], RosterSaid, RosterReading> read,
        CancellationToken cancellationToken)
    {
        var found = _drafts.GetValueOrDefault(id);
        var isOpen = found is not null && found.Owner == owner && found.Expires > time.GetUtcNow() && (!take || _drafts.TryRemove(id, out found));
        return Task.FromResult(isOpen ? found : null);
    }
}
