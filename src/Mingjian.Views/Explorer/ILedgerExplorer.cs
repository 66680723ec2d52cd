using Mingjian.Acts.Messages;
using Mingjian.Acts.Signing;
using Mingjian.Primitives;
using Mingjian.Views.Session;

namespace Mingjian.Views.Explorer;

/// <summary>Reads the ledger block by block and entry by entry. For every signed-in person.</summary>
/// <remarks>
/// Everybody sees the shape of all: blocks, kinds of acts, times, sizes, hashes, proofs. The content of an entry is for those whom it concerns, and
/// within their reach for auditors and for whoever may view dues (<see cref="EntryScope"/>); nobody else finds out whose an entry is, or whether an id
/// that is not theirs exists. Throws <see cref="AccessDeniedException"/> without a session.
/// </remarks>
public interface ILedgerExplorer
{
    /// <summary>The newest blocks, or those below a height, newest first.</summary>
    Task<BlockPage> ReadBlocksAsync(long? below, CancellationToken cancellationToken = default);

    /// <summary>A block with its entries from a position on; null beyond the head.</summary>
    /// <param name="height">From 1.</param>
    /// <param name="from">Entries of the block to skip.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<BlockView?> FindBlockAsync(long height, int from, CancellationToken cancellationToken = default);

    /// <summary>An entry; null beyond the head.</summary>
    Task<EntryView?> FindEntryAsync(long index, CancellationToken cancellationToken = default);

    /// <summary>
    /// Where a height (块 12 or #12), an entry's index (12), a transaction id or the id of what an entry is about (a payment, a person, an organisation) leads; null when nowhere, or to what the person may not see.
    /// </summary>
    Task<string?> SearchAsync(string text, CancellationToken cancellationToken = default);
}

/// <param name="Below">Where the next older page begins; null on the last.</param>
public sealed record BlockPage(long Height, long Size, LedgerTime Time, string Network, IReadOnlyList<BlockLine> Blocks, long? Below);

/// <param name="Entries">The seal included.</param>
public sealed record BlockLine(long Height, LedgerTime Time, int Entries, long FirstIndex, Hash32 Root);

/// <param name="Lines">At most <see cref="PageSize"/>.</param>
/// <param name="From">Position of the first line in the block.</param>
/// <param name="Checkpoint">The signed note as text.</param>
/// <param name="Seal">Label and value of each field.</param>
public sealed record BlockView(
    long Height, LedgerTime Time, int Entries, long FirstIndex, long HeadHeight, Hash32 Root, Hash32 StateRoot, string Checkpoint,
    IReadOnlyList<SummaryFact> Seal, IReadOnlyList<EntryLine> Lines, int From)
{
    public const int PageSize = 100;
}

/// <param name="Title">The kind of act, as people read it.</param>
/// <param name="SignerName">Null for whom it is none of their business.</param>
/// <param name="Refusal">Stable code; null when carried out.</param>
public sealed record EntryLine(long Index, string Title, string? SignerName, string? Refusal, int Size);

/// <summary>How much of an entry a view shows. Numbers order: more includes less.</summary>
public enum EntryScope
{
    /// <summary>Kind, time, size, hash and proof.</summary>
    Shape = 0,

    /// <summary>In words, what it says of the person, or of those whom the person may see; others are in it, too.</summary>
    Part = 1,

    /// <summary>All that it says: it is about nobody but the person. The bytes are at <c>/api/v1/transactions/{id}</c>.</summary>
    Own = 2,

    /// <summary>All, with bytes and the ids of whoever signed.</summary>
    Whole = 3,
}

/// <param name="Size">Of the log.</param>
/// <param name="Command">Null for a seal, and where the scope is <see cref="EntryScope.Shape"/>; so are <paramref name="Transaction"/> and the summary.</param>
/// <param name="Title">The kind of act.</param>
/// <param name="Refusal">Null when carried out.</param>
/// <param name="Seal">Label and value of each field, of an entry that is no act.</param>
/// <param name="Subjects">What it is about, of what has a page that the person may see.</param>
/// <param name="Proof">Audit path from this entry to <paramref name="ProofRoot"/>, the log root of <paramref name="ProofSize"/> entries.</param>
/// <param name="Length">Bytes of the entry.</param>
/// <param name="Bytes">The log entry; null unless the scope is <see cref="EntryScope.Whole"/>.</param>
/// <param name="Json">The same, indented for reading.</param>
public sealed record EntryView(
    long Index, long Height, LedgerTime Time, long Size, EntryScope Scope, string? Command, string Title, Hash32? Transaction,
    IReadOnlyList<EntrySigner> Signers, IReadOnlyList<EntryEventView> Events, RejectionMessage? Refusal, IReadOnlyList<SummaryFact> Seal,
    IReadOnlyList<EntrySubject> Subjects, Hash32 Leaf, IReadOnlyList<Hash32> Proof, long ProofSize, Hash32 ProofRoot, int Length, byte[]? Bytes, string? Json)
{
    /// <summary>Null for what is no act, and for what the person may not see.</summary>
    public ActSummary? Summary { get; init; }
}

/// <param name="Key">Null where the signer is only named.</param>
/// <param name="Member">Null for a key that the act itself introduced, and where the signer is only named.</param>
public sealed record EntrySigner(KeyId? Key, string? Scheme, MemberId? Member, string? Name);

/// <param name="Json">The event record, indented; what its reader may not see is left out.</param>
public sealed record EntryEventView(string Name, string Json);

/// <summary>What an entry is about.</summary>
/// <param name="Kind">Chinese.</param>
/// <param name="Href">Its page; null where it has none.</param>
/// <param name="Link">Text of the link.</param>
public sealed record EntrySubject(string Kind, string Id, string? Href, string Link);
