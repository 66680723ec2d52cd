using System.IO.Compression;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>One visible sheet of a workbook.</summary>
/// <param name="Name">The tab's name.</param>
/// <param name="Part">Where it is in the package.</param>
public sealed record WorkbookSheet(string Name, string Part);

/// <summary>An .xlsx workbook that passed every check of the package; rows are streamed.</summary>
/// <remarks>
/// Never trusts the file: sizes and ratios are counted while unpacking, formulas are marked and never computed, nothing outside the
/// package is touched. Every refusal is a <see cref="WorkbookException"/> with a stable code. Not safe for use by several threads.
/// </remarks>
public sealed class Workbook : IDisposable
{
    private readonly ZipArchive _package;
    private readonly WorkbookLimits _limits;
    private readonly DateFormats _formats;
    private readonly Lazy<IReadOnlyList<string>> _strings;

    private Workbook(ZipArchive package, WorkbookLimits limits)
    {
        _package = package;
        _limits = limits;
        var main = WorkbookPart.Read(package, limits);
        Date1904 = main.Date1904;
        Sheets = main.Sheets;
        HiddenSheets = main.HiddenSheets;
        _formats = DateFormats.Read(Find(main.Styles), limits);
        _strings = new(() => SharedStrings.Read(Find(main.SharedStrings), limits));
    }

    /// <summary>Visible sheets in the order of their tabs; at least one.</summary>
    public IReadOnlyList<WorkbookSheet> Sheets { get; }

    /// <summary>Names of the tabs that are hidden; they are never read.</summary>
    public IReadOnlyList<string> HiddenSheets { get; }

    /// <summary>Whether days are counted from 1904 (workbooks made on old Macintoshes).</summary>
    public bool Date1904 { get; }

    /// <summary>Checks the package and opens it; the stream stays the caller's.</summary>
    /// <param name="file">Seekable; its length is the file's.</param>
    /// <param name="limits">Null for <see cref="WorkbookLimits.Default"/>.</param>
    /// <exception cref="WorkbookException">Refused.</exception>
    public static Workbook Open(Stream file, WorkbookLimits? limits = null)
    {
        var bounds = limits ?? WorkbookLimits.Default;
        PackageCheck.CheckMagic(file, bounds);
        ZipArchive? package = null;
        try
        {
            package = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            PackageCheck.CheckParts(package, bounds);
            return new Workbook(package, bounds);
        }
        catch (Exception e) when (e is WorkbookException || PackageCheck.IsReadFailure(e))
        {
            package?.Dispose();
            throw PackageCheck.Translate(e);
        }
    }

    /// <summary>The rows that hold anything, top to bottom.</summary>
    /// <exception cref="WorkbookException">Damaged, or beyond the bounds.</exception>
    public IEnumerable<SheetRow> ReadRows(WorkbookSheet sheet)
    {
        using var xml = Open(sheet);
        var rows = new SheetReader(xml, _formats, _strings, Date1904, _limits);
        while (rows.ReadNext() is { } row)
        {
            if (row.Cells.Count > 0)
            {
                yield return row;
            }
        }
    }

    /// <summary>The whole sheet with what stands around its rows.</summary>
    /// <exception cref="WorkbookException">Damaged, or beyond the bounds.</exception>
    public SheetTable ReadSheet(WorkbookSheet sheet, CancellationToken cancellationToken = default)
    {
        using var xml = Open(sheet);
        var reader = new SheetReader(xml, _formats, _strings, Date1904, _limits);
        var rows = new List<SheetRow>();
        while (reader.ReadNext() is { } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Cells.Count > 0)
            {
                rows.Add(row);
            }
        }

        return new SheetTable(sheet.Name, rows, reader.Merges, reader.HiddenColumns);
    }

    /// <inheritdoc/>
    public void Dispose() => _package.Dispose();

    private XmlReader Open(WorkbookSheet sheet)
    {
        var part = Find(sheet.Part) ?? throw WorkbookException.Damaged();
        try
        {
            return PackageCheck.OpenXml(part, _limits);
        }
        catch (Exception e) when (PackageCheck.IsReadFailure(e))
        {
            throw PackageCheck.Translate(e);
        }
    }

    private ZipArchiveEntry? Find(string? name) => name is null ? null : WorkbookPart.Find(_package, name);
}
