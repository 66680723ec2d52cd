using System.Globalization;
using System.Text;
using Mingjian.Testing;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Workbooks.Tests;

/// <summary>Rosters and workbooks as offices keep them (Rosters): what each gives stands in the recorded table beside it.</summary>
public sealed class OfficeRosterTests
{
    private static readonly DateOnly Today = new(2026, 11, 30);

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters"), "*.*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".md", StringComparison.Ordinal) && !f.EndsWith(".txt", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters"), f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_gives_the_reading_that_stands_beside_it(string file)
    {
        var path = Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters", file);
        var read = Describe(path);
        var expected = Path.ChangeExtension(path, null) + Path.GetExtension(path) + ".txt";
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_ROSTERS") == "1")
        {
            File.WriteAllText(expected, read);
        }

        Assert.Equal(File.ReadAllText(expected), read);
    }

    private static string Describe(string path)
    {
        using var file = File.OpenRead(path);
        RosterReading reading;
        try
        {
            reading = RosterReader.Read(file, new RosterContext(Today));
        }
        catch (WorkbookException e)
        {
            return $"refused {e.Code} {e.Message}\n";
        }
        catch (RosterException e)
        {
            return $"refused {e.Code} {e.Message}\n";
        }

        var text = new StringBuilder();
        Line(text, $"sheet {reading.Sheet}, headings end in row {reading.HeadingRow}, {reading.Encoding ?? "workbook"}, {(reading.CanImport ? "can be imported" : "asks first")}");
        foreach (var column in reading.Columns)
        {
            Line(text, $"{SheetCell.ColumnName(column.Column)} “{column.Heading}” {column.Field?.ToString() ?? "-"} {column.By}");
        }

        foreach (var remark in reading.Remarks)
        {
            Line(text, $"  {remark.Code} {remark.Kind} {remark.Row}{remark.Column} {remark.What}");
        }

        foreach (var row in reading.Rows)
        {
            Line(text, $"{row.Number} {(row.Person is { } p
                ? $"{p.Name} {p.IdNumber.Reveal()} {p.Sex} {Day(p.BirthDate)} {p.Ethnicity ?? "-"} {p.Education ?? "-"} {p.Standing} {p.Branch} {Day(p.Admitted)} {(p.FullSince is { } f ? Day(f) : "-")} {p.Class?.ToString() ?? "-"} {p.Base?.ToString() ?? "-"} {p.Phone ?? "-"} {p.OtherPhone ?? "-"} {p.Job ?? "-"} {p.Address ?? "-"}"
                : "stays out")}");
            foreach (var remark in row.Remarks)
            {
                Line(text, $"  {remark.Code} {remark.Kind} {remark.Column} “{remark.Value.ReplaceLineEndings("⏎")}” {remark.What}");
            }
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
