using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Tests.Support;

/// <summary>A table in a raw string: the first line names the columns, '|' parts the cells, '#' begins a remark.</summary>
internal sealed class Table
{
    private Table(IReadOnlyList<Row> rows) => Rows = rows;

    public IReadOnlyList<Row> Rows { get; }

    public static Table Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(l => !l.StartsWith('#'))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        var rows = lines.Skip(1).Select((cells, i) =>
        {
            Assert.Equal(lines[0].Length, cells.Length);
            return new Row(i + 1, lines[0].Zip(cells).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
        });
        return new Table(rows.ToList());
    }

    /// <summary>Every row gives the outcome in its column <c>outcome</c>: a rejection's name, or <c>accepted</c>.</summary>
    public void Check(Func<Row, Decision> decide)
    {
        var faults = new List<string>();
        foreach (var row in Rows)
        {
            var outcome = decide(row).Rejection?.Name ?? "accepted";
            if (!string.Equals(outcome, row["outcome"], StringComparison.Ordinal))
            {
                faults.Add($"row {row.Number}: {outcome} instead of {row["outcome"]}");
            }
        }

        Assert.Empty(faults);
        Assert.NotEmpty(Rows);
    }

    /// <summary>Rejections stand in ascending order of their numbers, apart from rows that a boundary needs ('+' before the outcome's row).</summary>
    public IEnumerable<string> Outcomes => Rows.Select(r => r["outcome"]);
}

internal sealed record Row(int Number, IReadOnlyDictionary<string, string> Cells)
{
    public string this[string column] => Cells[column];
}
