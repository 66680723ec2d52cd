using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Workbooks.Roster;

/// <summary>What <c>mingjian roster check --json</c> prints. Holds personal data of everybody in the files.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Today">The day that dates were compared with.</param>
/// <param name="Files">In the order in which they were named.</param>
public sealed record RosterReport(string Format, DateOnly Today, IReadOnlyList<RosterFileReport> Files)
{
    /// <summary>The name and version of this form.</summary>
    public const string CurrentFormat = "mingjian-roster-check@v1";

    /// <summary>Indented JSON; Chinese stands as it is.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RosterReportJson.Readable.RosterReport);
}

/// <summary>One file.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Refused">Why the file as a whole cannot be read; null when it can, and then all else is filled in.</param>
/// <param name="Sheet">The tab that was read; <c>CSV</c> for text.</param>
/// <param name="Sheets">All tabs that could have been.</param>
/// <param name="Encoding"><c>utf-8</c>, <c>gb18030</c>, <c>utf-16le</c>, <c>utf-16be</c>; null for workbooks.</param>
/// <param name="HeadingRow">The last row of headings; 0 when there are none.</param>
/// <param name="CanImport">False while a question about the whole file is open: a fault among the remarks.</param>
/// <param name="Columns">The proposed mapping.</param>
/// <param name="MonthsOnly">By date column: rows that give year and month only, and no day was chosen for them.</param>
/// <param name="Remarks">About the file as a whole.</param>
/// <param name="Good">Rows that would go in.</param>
/// <param name="Faulty">Rows that stay out.</param>
/// <param name="Noticed">Rows with a notice.</param>
public sealed record RosterFileReport(
    string File, RefusalReport? Refused, string? Sheet, IReadOnlyList<string> Sheets, string? Encoding, int HeadingRow, bool CanImport,
    IReadOnlyList<ColumnReport> Columns, IReadOnlyDictionary<RosterField, int> MonthsOnly, IReadOnlyList<RemarkReport> Remarks, int Good, int Faulty,
    int Noticed, IReadOnlyList<RowReport> Rows)
{
    /// <summary>A file that is refused.</summary>
    public static RosterFileReport Of(string file, string code, string message) =>
        new(file, new RefusalReport(code, message), null, [], null, 0, false, [], new Dictionary<RosterField, int>(), [], 0, 0, 0, []);

    /// <summary>A file that was read.</summary>
    public static RosterFileReport Of(string file, RosterReading reading)
    {
        var good = reading.Rows.Count(r => r.IsGood);
        return new RosterFileReport(
            file, null, reading.Sheet, reading.Sheets, reading.Encoding, reading.HeadingRow, reading.CanImport,
            [.. reading.Columns.Select(c => new ColumnReport(SheetCell.ColumnName(c.Column), c.Heading, c.Field, c.By, c.Samples))],
            reading.MonthsOnly, [.. reading.Remarks.Select(RemarkReport.Of)], good, reading.Rows.Count - good,
            reading.Rows.Count(r => r.Remarks.Any(m => !m.IsFault)), [.. reading.Rows.Select(r => Row(reading, r))]);
    }

    private static RowReport Row(RosterReading reading, RosterRow row)
    {
        var given = new SortedDictionary<RosterField, string>();
        foreach (var column in ColumnQuestions.Usable(reading.Columns))
        {
            if (row.Source[column.Column] is { } cell)
            {
                given[column.Field!.Value] = cell.Text;
            }
        }

        return new RowReport(row.Number, row.IsGood, row.Source.IsHidden, row.Person is { } person ? PersonReport.Of(person) : null, given, [.. row.Remarks.Select(RemarkReport.Of)]);
    }
}

/// <summary>Why a file is refused.</summary>
/// <param name="Code">Stable: <c>workbook/…</c> or <c>roster/1xx</c>.</param>
/// <param name="Message">For people.</param>
public sealed record RefusalReport(string Code, string Message);

/// <summary>A column and what it was taken for.</summary>
/// <param name="Column">Letters as a spreadsheet shows them.</param>
/// <param name="Heading">As the file spells it; empty where there are no headings.</param>
/// <param name="Field">Null when it is not read.</param>
/// <param name="By">How it came to its field.</param>
/// <param name="Samples">Up to three values.</param>
public sealed record ColumnReport(string Column, string Heading, RosterField? Field, MappedBy By, IReadOnlyList<string> Samples);

/// <summary>A fault or a notice.</summary>
/// <param name="Code">Stable: <c>roster/226</c>.</param>
/// <param name="Fault">True: the row, or the whole file, stays out until it is mended.</param>
/// <param name="Row">As a spreadsheet shows it; 0 for the file as a whole.</param>
/// <param name="Column">Letters; empty for the row as a whole.</param>
/// <param name="Heading">As the file spells it.</param>
/// <param name="Value">As the file says.</param>
/// <param name="What">What is wrong or worth knowing.</param>
/// <param name="Mend">How to mend it; empty for most notices.</param>
public sealed record RemarkReport(string Code, bool Fault, int Row, string Column, string Heading, string Value, string What, string Mend)
{
    internal static RemarkReport Of(RosterRemark r) => new(r.Code, r.IsFault, r.Row, r.Column, r.Heading, r.Value, r.What, r.Mend);
}

/// <summary>A row.</summary>
/// <param name="Row">As a spreadsheet shows it.</param>
/// <param name="Good">It would go in.</param>
/// <param name="Hidden">The spreadsheet program does not show it.</param>
/// <param name="Person">As understood; null when the row has a fault.</param>
/// <param name="Given">By field, what stands in the file.</param>
public sealed record RowReport(
    int Row, bool Good, bool Hidden, PersonReport? Person, IReadOnlyDictionary<RosterField, string> Given, IReadOnlyList<RemarkReport> Remarks);

/// <summary>A person as understood; codes as in the national standards, the amount in yuan with two decimals.</summary>
public sealed record PersonReport(
    string Name, string IdNumber, Sex Sex, DateOnly BirthDate, string? Ethnicity, string? Education, MemberStanding Category, string Branch, DateOnly Admitted,
    DateOnly? FullSince, DuesClass? Class, string? Base, string? Phone, string? OtherPhone, string? Job, string? Address)
{
    internal static PersonReport Of(RosterPerson p) => new(
        p.Name, p.IdNumber.Reveal(), p.Sex, p.BirthDate, p.Ethnicity, p.Education, p.Standing, p.Branch, p.Admitted, p.FullSince, p.Class, p.Base?.ToString(),
        p.Phone, p.OtherPhone, p.Job, p.Address);
}

/// <summary>The report's JSON.</summary>
[JsonSerializable(typeof(RosterReport))]
internal sealed partial class RosterReportJson : JsonSerializerContext
{
    public static RosterReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<RosterField>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<MappedBy>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<Sex>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<MemberStanding>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<DuesClass>(JsonNamingPolicy.CamelCase),
        },
    });
}
