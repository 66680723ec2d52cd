using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>How far one slice's projection has come.</summary>
public sealed record ProjectionCursor
{
    /// <summary>The slice's name.</summary>
    public string Slice { get; init; } = "";

    /// <summary>The last block that is in its tables; without a row, none is.</summary>
    public long Height { get; init; }
}

/// <summary>A row that one entry of the ledger made.</summary>
public abstract record ProjectedRow
{
    /// <summary>The block of the entry.</summary>
    public long Height { get; private set; }

    /// <summary>The entry.</summary>
    public long Index { get; private set; }

    /// <summary>Says which entry made the row.</summary>
    internal void SetSource(EventPosition at) => (Height, Index) = (at.Height, at.Index);
}

/// <summary>A row that one person's act made.</summary>
public abstract record SignedRow : ProjectedRow
{
    /// <summary>Who signed; of what the founding made, the founding officer.</summary>
    public MemberId Signer { get; private set; }

    /// <summary>Says which entry made the row, and who signed it.</summary>
    internal void SetSource(EventPosition at, MemberId signer)
    {
        SetSource(at);
        Signer = signer;
    }
}
