using Mingjian.Log.Entries;
using Mingjian.Views.Explorer;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Subjects;

/// <summary>What entries are about, as far as one slice knows: payments, people, organisations.</summary>
/// <remarks>What a person may not see is answered like what does not exist.</remarks>
internal interface IEntrySubjects
{
    /// <summary>The entry that made what has this id; null for an id of another kind, of nothing, or of what the person may not see.</summary>
    Task<long?> FindAsync(string id, CurrentUser user, CancellationToken cancellationToken);

    /// <summary>What an entry is about, of what the person may see.</summary>
    IEnumerable<EntrySubject> Of(TransactionEntry entry, CurrentUser user);
}
