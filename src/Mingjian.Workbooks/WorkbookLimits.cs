namespace Mingjian.Workbooks;

/// <summary>Bounds on what is read; every one is checked against the bytes really seen, not only against what the file declares.</summary>
public sealed record WorkbookLimits
{
    /// <summary>For a roster of up to 50,000 people.</summary>
    public static WorkbookLimits Default { get; } = new();

    /// <summary>Largest file, in bytes.</summary>
    public long MaxFileBytes { get; init; } = 20L << 20;

    /// <summary>Most parts in the package. A plain workbook has some ten; one with many sheets and pictures stays under a hundred.</summary>
    public int MaxParts { get; init; } = 300;

    /// <summary>Largest unpacked part, in bytes: some 1 KB a row for 50,000 rows, with room to spare.</summary>
    public long MaxPartBytes { get; init; } = 128L << 20;

    /// <summary>Largest sum of unpacked parts, in bytes.</summary>
    public long MaxTotalBytes { get; init; } = 192L << 20;

    /// <summary>Most unpacked bytes for one packed byte in a part larger than <see cref="RatioFreeBytes"/>; real sheets stay under 60.</summary>
    public int MaxRatio { get; init; } = 200;

    /// <summary>Parts up to this size, in bytes, may have any ratio: small parts of white space compress well and hurt nobody.</summary>
    public long RatioFreeBytes { get; init; } = 1L << 20;

    public int MaxSheets { get; init; } = 50;

    /// <summary>Most rows of one sheet that hold anything.</summary>
    public int MaxRows { get; init; } = 50_000;

    public int MaxColumns { get; init; } = 200;

    /// <summary>Longest text of a cell, in UTF-16 units: what Excel itself holds. Rosters carry whole curricula in columns that are not read.</summary>
    public int MaxCellLength { get; init; } = 32_767;

    /// <summary>Most entries of the shared string table.</summary>
    public int MaxSharedStrings { get; init; } = 1_000_000;

    /// <summary>Most UTF-16 units of the shared string table in all.</summary>
    public int MaxSharedStringLength { get; init; } = 30_000_000;
}
