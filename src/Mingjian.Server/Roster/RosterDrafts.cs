using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Mingjian.Client.Roster;
using Mingjian.Primitives;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Server.Roster;

/// <summary>One uploaded file that waits for its confirmation.</summary>
/// <param name="Owner">Nobody else may see or confirm it.</param>
/// <param name="Aliases">Branch names of the file that the owner has mapped.</param>
internal sealed record RosterDraft(
    string Id, MemberId Owner, string FileName, byte[] File, RosterReading Reading, IReadOnlyDictionary<string, OrganizationId> Aliases,
    DateTimeOffset Expires);

/// <summary>Drafts in memory: they hold personal data in clear, so they are few, short-lived and never stored.</summary>
internal sealed class RosterDrafts(TimeProvider time)
{
    /// <summary>Most drafts of all officers together; the oldest gives way.</summary>
    private const int MaxDrafts = 12;

    private readonly ConcurrentDictionary<string, RosterDraft> _drafts = new(StringComparer.Ordinal);

    public DateTimeOffset NewExpiry => time.GetUtcNow() + RosterPreview.Lifetime;

    /// <summary>Keeps the draft; an earlier one of the same owner goes.</summary>
    public void Put(RosterDraft draft)
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
    }

    public bool TryGet(string id, MemberId owner, [NotNullWhen(true)] out RosterDraft? draft) =>
        _drafts.TryGetValue(id, out draft) && draft.Owner == owner && draft.Expires > time.GetUtcNow();

    /// <summary>Takes the draft out, so that it can be confirmed once only.</summary>
    public bool TryTake(string id, MemberId owner, [NotNullWhen(true)] out RosterDraft? draft)
    {
        draft = null;
        return TryGet(id, owner, out _) && _drafts.TryRemove(id, out draft);
    }
}
