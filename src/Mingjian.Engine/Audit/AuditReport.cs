using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>What an audit found wrong; code <c>audit/&lt;number&gt;</c>. Numbers are stable and never reused.</summary>
public enum AuditFaultCode
{
    /// <summary>A stored file fails its checksum, is missing, or was added or replaced. Place: the file's name.</summary>
    FileDamaged = 1,

    /// <summary>Something that the checkpoint promises cannot be read. Place: tile or entry.</summary>
    Incomplete = 2,

    /// <summary>The newest checkpoint is not final by the trusted keys. Place: <c>checkpoint</c>.</summary>
    CheckpointInvalid = 3,

    /// <summary>An entry, its envelope, payload or command is not in canonical form. Place: entry.</summary>
    EntryMalformed = 4,

    /// <summary>A signature does not hold for the key that the entry names. Place: entry.</summary>
    SignatureInvalid = 5,

    /// <summary>An act stands in the log that no honest node would have logged: expired, repeated, or by an unknown key. Place: entry.</summary>
    ActNotAdmissible = 6,

    /// <summary>Executing the act again gives other actors, events or another refusal. Place: entry.</summary>
    OutcomeDiffers = 7,

    /// <summary>The seal is not what follows from its block. Place: entry.</summary>
    SealDiffers = 8,

    /// <summary>The seal's state root is not the one that the block's acts give. Place: entry.</summary>
    StateRootDiffers = 9,

    /// <summary>The entries do not give the checkpoint's root. Place: <c>checkpoint</c>.</summary>
    LogRootDiffers = 10,

    /// <summary>A stored tile is not what the entries give. Place: the tile's path.</summary>
    TileDiffers = 11,

    /// <summary>A stored block record or its checkpoint is wrong. Place: block.</summary>
    BlockRecordDiffers = 12,

    /// <summary>The transaction index leads elsewhere. Place: transaction.</summary>
    TransactionIndexDiffers = 13,

    /// <summary>A flat state record is not what the acts give. Place: state key.</summary>
    StateDiffers = 14,

    /// <summary>A contract threw while an act was executed again: a bug, or a version that does not fit this ledger. Place: entry.</summary>
    ContractFailed = 15,

    /// <summary>The log goes on by a protocol that this program does not carry: audit it with a newer one. What came before holds. Place: block.</summary>
    ProtocolNotCarried = 16,
}

/// <summary>The first fault of an audit.</summary>
/// <param name="Place">For example <c>entry 17</c>, <c>block 3</c>, <c>tile/0/000.p/7</c>, <c>state dues/…</c>, <c>db/000012.sst</c>.</param>
/// <param name="Message">For engineers, English.</param>
public sealed record AuditFault(AuditFaultCode Code, string Place, string Message)
{
    /// <summary>What programs see: <c>audit/7</c>.</summary>
    public string StableCode => $"audit/{(int)Code}";
}

/// <summary>How an audit ended.</summary>
/// <param name="Fault">Null when the whole ledger holds.</param>
/// <param name="Blocks">Blocks that were executed again.</param>
/// <param name="Entries">Entries of those blocks.</param>
/// <param name="Transactions">Acts among them.</param>
/// <param name="Signatures">Signatures that were checked.</param>
/// <param name="Root">Log root over <paramref name="Entries"/>.</param>
/// <param name="StateRoot">State root after them.</param>
public sealed record AuditReport(
    AuditFault? Fault, long Blocks, long Entries, long Transactions, long Signatures, Hash32 Root, Hash32 StateRoot);

/// <summary>How far an audit has come.</summary>
public readonly record struct AuditProgress(AuditStage Stage, long Done, long Total);

/// <summary>The parts of an audit, in order.</summary>
public enum AuditStage
{
    Files = 1,
    Replay = 2,
    Tiles = 3,
    State = 4,
    Index = 5,
}

/// <summary>Ends an audit at its first fault.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1064", Justification = "Never leaves this namespace.")]
internal sealed class AuditFaultException(AuditFaultCode code, string place, string message) : Exception(message)
{
    public AuditFault Fault { get; } = new(code, place, message);
}
