using System.Text.Json;
using Mingjian.Cli.Kit;
using Mingjian.Testing;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Cli.Tests;

/// <summary><c>mingjian roster check</c>: what scripts can rely on.</summary>
public sealed class RosterCheckTests
{
    [Theory]
    [InlineData(ExitCodes.Ok, "offices/utf8.csv")]
    [InlineData(ExitCodes.Ok, "offices/merged-branch.xlsx", "offices/gbk.csv")]
    [InlineData(ExitCodes.Failed, "offices/utf8.csv", "offices/month-only-dates.xlsx")]
    [InlineData(ExitCodes.Ok, "offices/month-only-dates.xlsx", "--month-day", "first")]
    [InlineData(ExitCodes.Unusable, "offices/month-only-dates.xlsx", "offices/old.xls")]
    [InlineData(ExitCodes.Unusable, "nothing.xlsx")]
    [InlineData(ExitCodes.Unusable, "offices/gbk.csv", "--encoding", "utf-8")]
    [InlineData(ExitCodes.Unusable, "offices/hidden-sheet-first.xlsx", "--sheet", "去年名册")]
    [InlineData(ExitCodes.Ok, "offices/hidden-sheet-first.xlsx", "--sheet", "党员名册")]
    public async Task The_exit_code_says_whether_all_files_are_clean_faulty_or_unreadable(int code, params string[] arguments)
    {
        var result = await CheckAsync(arguments);
        Assert.True(code == result.Code, result.ToString());
    }

    [Fact]
    public async Task People_read_every_fault_with_its_place_and_its_mending()
    {
        var result = await CheckAsync("workbooks/07-lossy-phone-text.xlsx");
        Assert.Contains("M2 联系电话“1.39E+10”：号码曾被 Excel 变成数字（科学记数），后几位已经丢失，无法还原。请把单元格格式设为“文本”后重新录入", result.Output, StringComparison.Ordinal);
        Assert.Contains("第 4 行 测试丙 990101199005061059", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_has_exactly_the_members_of_its_schema_in_every_file()
    {
        var folder = Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters");
        var files = Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".xlsx" or ".csv" or ".xls").Order(StringComparer.Ordinal).ToList();
        var result = await Cli.RunAsync(["roster", "check", "--json", "--today", "2026-11-30", .. files]);
        Assert.Equal(ExitCodes.Unusable, result.Code);
        using var schema = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.File("docs", "reference", "roster-check.schema.json"), TestContext.Current.CancellationToken));
        using var report = JsonDocument.Parse(result.Output);
        var definitions = schema.RootElement.GetProperty("$defs");
        Assert.Equal(RosterReport.CurrentFormat, report.RootElement.GetProperty("format").GetString());
        Compare(definitions, "RosterReport", report.RootElement);
        Assert.Equal(files.Count, report.RootElement.GetProperty("files").GetArrayLength());
        foreach (var file in report.RootElement.GetProperty("files").EnumerateArray())
        {
            Compare(definitions, "RosterFileReport", file);
            Assert.All(file.GetProperty("columns").EnumerateArray(), c => Compare(definitions, "ColumnReport", c));
            Assert.All(file.GetProperty("remarks").EnumerateArray(), r => Compare(definitions, "RemarkReport", r));
            foreach (var row in file.GetProperty("rows").EnumerateArray())
            {
                Compare(definitions, "RowReport", row);
                Assert.Equal(row.GetProperty("good").GetBoolean(), row.GetProperty("person").ValueKind == JsonValueKind.Object);
                Assert.All(row.GetProperty("remarks").EnumerateArray(), r => Compare(definitions, "RemarkReport", r));
                if (row.GetProperty("good").GetBoolean())
                {
                    Compare(definitions, "PersonReport", row.GetProperty("person"));
                }
            }
        }
    }

    // Names, and the values of what is an enumeration or a list of known keys.
    private static void Compare(JsonElement definitions, string name, JsonElement given)
    {
        var properties = definitions.GetProperty(name).GetProperty("properties");
        Assert.Equal(
            properties.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal), given.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        foreach (var property in properties.EnumerateObject())
        {
            var value = given.GetProperty(property.Name);
            if (property.Value.TryGetProperty("enum", out var values))
            {
                Assert.Contains(value.ToString(), values.EnumerateArray().Select(v => v.ToString()));
            }

            if (property.Value.TryGetProperty("propertyNames", out var keys))
            {
                Assert.Subset(keys.GetProperty("enum").EnumerateArray().Select(v => v.ToString()).ToHashSet(StringComparer.Ordinal), value.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal));
            }
        }
    }

    private static Task<CliResult> CheckAsync(params string[] arguments) => Cli.RunAsync(
        ["roster", "check", "--today", "2026-11-30", .. arguments.Select(a => a.Contains('/', StringComparison.Ordinal) ? Repository.File("tests", "Mingjian.Workbooks.Tests", "Rosters", a) : a)]);
}
