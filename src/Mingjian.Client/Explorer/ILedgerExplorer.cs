using Mingjian.Client.Messages;
using Mingjian.Client.Session;
using Mingjian.Client.Signing;
using Mingjian.Primitives;

namespace Mingjian.Client.Explorer;

/// <summary>Reads the ledger block by block and entry by entry. For every signed-in person.</summary>
/// <remarks>
/// The ledger holds no personal data, so all of it may be read. Names come from the vault and are shown only for oneself and for members whose
/// list the person may see; all others stay ids. Throws <see cref="AccessDeniedException"/> without a session.
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

    /// <summary>Where a height (块 12 or #12), an entry's index (12), a transaction id or a payment id leads; null when nowhere.</summary>
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

/// <param name="Title">As people read it.</param>
/// <param name="Refusal">Stable code; null when carried out.</param>
public sealed record EntryLine(long Index, string Title, string? SignerName, string? Refusal, int Size);

/// <param name="Summary">Null for a seal.</param>
/// <param name="Refusal">Null when carried out.</param>
/// <param name="Proof">Audit path from this entry to <paramref name="ProofRoot"/>, the log root of <paramref name="ProofSize"/> entries.</param>
/// <param name="Bytes">The log entry.</param>
/// <param name="Json">The same, indented for reading.</param>
public sealed record EntryView(
    long Index, long Height, LedgerTime Time, long Size, string? Command, Hash32? Transaction, ActSummary? Summary,
    IReadOnlyList<EntrySigner> Signers, IReadOnlyList<EntryEventView> Events, RejectionMessage? Refusal, IReadOnlyList<SummaryFact> Seal,
    PaymentId? Payment, Hash32 Leaf, IReadOnlyList<Hash32> Proof, long ProofSize, Hash32 ProofRoot, byte[] Bytes, string Json);

/// <param name="Member">Null for a key that the act itself introduced.</param>
public sealed record EntrySigner(KeyId Key, string Scheme, MemberId? Member, string? Name);

/// <param name="Json">The event record, indented.</param>
public sealed record EntryEventView(string Name, string Json);
