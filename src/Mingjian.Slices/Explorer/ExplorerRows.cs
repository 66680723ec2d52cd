using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Explorer;

/// <summary>One log entry, for finding it.</summary>
public sealed record ProjectedEntry : ProjectedRow
{
    public LedgerTime Time { get; init; }

    /// <summary>The command's name; empty for a seal.</summary>
    public string Command { get; init; } = "";

    /// <summary>Null for a seal.</summary>
    public Hash32? Transaction { get; init; }

    /// <summary>First signer's member; null for a seal or a key introduced by the act.</summary>
    public MemberId? Signer { get; init; }

    /// <summary>Stable code of the refusal, for example <c>dues/1203</c>; null when carried out.</summary>
    public string? Refusal { get; init; }

    /// <summary>Bytes of the entry.</summary>
    public int Size { get; init; }
}

/// <summary>The tables of the slice.</summary>
internal static class ExplorerTables
{
    public static IQueryable<ProjectedEntry> Entries(this ReadModelContext context) => context.Set<ProjectedEntry>();
}
