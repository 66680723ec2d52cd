using System.CommandLine;
using System.Globalization;
using System.Text;
using Mingjian.Cli.Kit;
using Mingjian.Primitives;
using Mingjian.Workbooks;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Cli;

/// <summary><c>mingjian roster check</c>: reads rosters as an import would, without a server; writes nothing.</summary>
internal static class RosterCommand
{
    public static Command Create() => new("roster", "党员名册：导入之前在本机检查。") { CreateCheck() };

    private static Command CreateCheck()
    {
        var files = new Argument<FileInfo[]>("files") { Description = "党员名册（.xlsx，或 .csv：UTF-8、GBK、UTF-16），可以是多个文件", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "以 JSON 输出（格式见 docs/reference/roster-import.md）" };
        var sheet = new Option<string?>("--sheet") { Description = "读哪一张工作表；不写则读第一张像名册的" };
        var encoding = new Option<string?>("--encoding") { Description = $"文本文件的编码：{string.Join("、", TextEncodings.Names)}；不写则自动判断" };
        encoding.AcceptOnlyFromAmong([.. TextEncodings.Names]);
        var day = new Option<string?>("--month-day") { Description = "入党、转正日期只有年月时用当月哪一天：first（第一天）或 last（最后一天）；不写则作为问题列出" };
        day.AcceptOnlyFromAmong("first", "last");
        var branch = new Option<string?>("--branch") { Description = "表里没有支部列时，全表所在的党支部" };
        var today = new Option<DateOnly?>("--today")
        {
            Description = "以哪一天为今天（yyyy-MM-dd）；不写则为北京时间今天",
            CustomParser = result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                {
                    return date;
                }

                result.AddError("--today 应写成 2026-12-01 的样子。");
                return null;
            },
        };
        var command = new Command(
            "check", "按导入的规则检查名册，不联网，不写入：列出各列的对应、每一行的读法、提示和问题。退出码：0 没有问题，1 有问题，2 有文件读不了。")
        {
            files, json, sheet, encoding, day, branch, today,
        };
        command.SetAction((result, cancelled) =>
        {
            var date = result.GetValue(today) ?? LedgerTime.From(TimeProvider.System.GetUtcNow()).BeijingDate;
            var choices = new RosterChoices
            {
                Sheet = result.GetValue(sheet),
                Encoding = result.GetValue(encoding),
                Branch = result.GetValue(branch),
                Days = Days(result.GetValue(day)),
            };
            var context = new RosterContext(date, Choices: choices);
            var report = new RosterReport(RosterReport.CurrentFormat, date, [.. result.GetValue(files)!.Select(f => Check(f, context, cancelled))]);
            Console.WriteLine(result.GetValue(json) ? report.ToJson() : Describe(report));
            return Task.FromResult(
                report.Files.Any(f => f.Refused is not null) ? ExitCodes.Unusable
                : report.Files.Any(f => !f.CanImport || f.Faulty > 0) ? ExitCodes.Failed
                : ExitCodes.Ok);
        });
        return command;
    }

    private static Dictionary<RosterField, MonthDay> Days(string? day) => day is null ? [] : new()
    {
        [RosterField.Admitted] = day == "first" ? MonthDay.First : MonthDay.Last,
        [RosterField.FullSince] = day == "first" ? MonthDay.First : MonthDay.Last,
    };

    private static RosterFileReport Check(FileInfo file, RosterContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return RosterFileReport.Of(file.ToString(), RosterReader.Read(stream, context, limits: null, cancellationToken));
        }
        catch (WorkbookException e)
        {
            return RosterFileReport.Of(file.ToString(), e.Code, e.Message);
        }
        catch (RosterException e)
        {
            return RosterFileReport.Of(file.ToString(), e.Code, e.Message);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return RosterFileReport.Of(file.ToString(), "file/missing", "没有这个文件。");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RosterFileReport.Of(file.ToString(), "file/unreadable", $"读不了这个文件：{e.Message}");
        }
    }

    private static string Describe(RosterReport report)
    {
        var text = new StringBuilder();
        foreach (var file in report.Files)
        {
            Describe(text, file);
        }

        return text.ToString().TrimEnd();
    }

    private static void Describe(StringBuilder text, RosterFileReport file)
    {
        Line(text, $"{file.File}");
        if (file.Refused is { } refused)
        {
            Line(text, $"  读不了：{refused.Message}（{refused.Code}）");
            return;
        }

        var headings = file.HeadingRow > 0 ? $"标题到第 {file.HeadingRow} 行" : "没有标题行";
        Line(text, $"  工作表“{file.Sheet}”，{headings}{(file.Encoding is null ? string.Empty : $"，编码 {file.Encoding}")}：可以导入 {file.Good} 行，有问题 {file.Faulty} 行，有提示 {file.Noticed} 行。");
        Line(text, "  列的对应：");
        foreach (var column in file.Columns)
        {
            var name = column.Field is { } field ? $"{RosterHeadings.NameOf(field)}{Why(column.By)}" : "不导入";
            Line(text, $"    {column.Column} {(column.Heading.Length > 0 ? $"“{column.Heading}”" : string.Join("、", column.Samples))} → {name}");
        }

        foreach (var remark in file.Remarks.OrderByDescending(r => r.Fault))
        {
            Line(text, $"  {(remark.Fault ? "【先回答】" : "提示：")}{remark.What}{remark.Mend}（{remark.Code}）");
        }

        foreach (var (field, rows) in file.MonthsOnly)
        {
            Line(text, $"  “{RosterHeadings.NameOf(field)}”有 {rows} 行只有年月：可以用 --month-day 为整列选定当月第一天或最后一天；党费按月计收，取哪一天不影响党费，查得到档案的请补上日。");
        }

        foreach (var row in file.Rows)
        {
            Line(text, row.Person is { } p
                ? $"  第 {row.Row} 行 {p.Name} {p.IdNumber} {p.Branch} 入党 {p.Admitted:yyyy-MM-dd}{(p.FullSince is { } since ? $" 转正 {since:yyyy-MM-dd}" : string.Empty)}{(p.Base is null ? string.Empty : $" 基数 {p.Base}")}"
                : $"  第 {row.Row} 行【有问题，不导入】{row.Given.GetValueOrDefault(RosterField.Name)}");
            foreach (var remark in row.Remarks.OrderByDescending(r => r.Fault))
            {
                var place = remark.Column.Length > 0 ? $"{remark.Column}{remark.Row} {remark.Heading}{(remark.Value.Length > 0 ? $"“{Short(remark.Value)}”" : string.Empty)}：" : string.Empty;
                Line(text, $"      {(remark.Fault ? "问题" : "提示")} {place}{remark.What}{remark.Mend}（{remark.Code}）");
            }
        }
    }

    private static string Why(MappedBy by) => by switch
    {
        MappedBy.Likeness => "（按标题推断，请核对）",
        MappedBy.Content => "（按内容推断，请核对）",
        _ => string.Empty,
    };

    private static string Short(string value)
    {
        var line = value.ReplaceLineEndings(" ");
        return line.Length <= 30 ? line : string.Concat(line.AsSpan(0, 30), "…");
    }

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder text, string line) => text.AppendLine(line);
}
