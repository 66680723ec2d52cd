namespace Mingjian.Workbooks;

/// <summary>A rectangle of cells that were merged into one; its value stands in the first.</summary>
public readonly record struct CellRange(int FirstRow, int FirstColumn, int LastRow, int LastColumn)
{
    public bool Contains(int row, int column) => row >= FirstRow && row <= LastRow && column >= FirstColumn && column <= LastColumn;
}

/// <summary>A whole sheet, whatever file it came from.</summary>
/// <param name="Name">The tab's name; the kind of file for text files.</param>
/// <param name="Rows">Those that hold anything, top to bottom.</param>
/// <param name="Merges">None in text files.</param>
/// <param name="HiddenColumns">From 1.</param>
public sealed record SheetTable(string Name, IReadOnlyList<SheetRow> Rows, IReadOnlyList<CellRange> Merges, IReadOnlyList<int> HiddenColumns);
