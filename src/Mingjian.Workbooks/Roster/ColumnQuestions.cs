using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>What has to be said about the columns: what is missing, doubtful, left out, hidden or guessed.</summary>
internal static class ColumnQuestions
{
    public static void Ask(SheetTable table, RosterLayout layout, RosterContext context, List<RosterRemark> remarks)
    {
        AskForMissing(layout, context, remarks);
        AskForOneOfSeveral(layout, remarks);
        AskForBase(layout, context, remarks);
        TellColumns(table, layout, remarks);
        if (layout.Columns.Any(c => RosterHeadings.Plain(c.Heading) == RosterReasons.OldHeading) && table.Name == RosterReasons.SheetName)
        {
            remarks.Add(new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.OldExport,
                "这张表由较早的版本导出：原表若从 1904 年起算日期，其中的日期可能早了四年零一天。", "请对照原表核对日期，或者回到原表改正后重新上传。"));
        }
    }

    /// <summary>One column a field: of several, the first is read while the question is open.</summary>
    public static IEnumerable<RosterColumn> Usable(IEnumerable<RosterColumn> columns) =>
        columns.Where(c => c.Field is not null).GroupBy(c => c.Field).Select(g => g.First());

    private static void AskForMissing(RosterLayout layout, RosterContext context, List<RosterRemark> remarks)
    {
        var missing = RosterLayout.Required.Where(f => !layout.Has(f)
            && !(f == RosterField.Category && layout.Has(RosterField.FullSince))
            && !(f == RosterField.Branch && context.Said.Branch is not null)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var names = string.Join("、", missing.Select(f => $"“{RosterHeadings.NameOf(f)}”"));
        remarks.Add(new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.MissingColumns, $"没有找到必需的列：{names}。",
            "请在列对应里指出是哪一列；表里确实没有的，请补上这一列后再上传。" + (missing.Contains(RosterField.Branch) ? "全表同属一个支部的，可以在列对应里为全表选定支部。" : string.Empty)));
    }

    private static void AskForOneOfSeveral(RosterLayout layout, List<RosterRemark> remarks)
    {
        foreach (var twice in layout.Columns.Where(c => c.Field is not null).GroupBy(c => c.Field!.Value).Where(g => g.Count() > 1))
        {
            var names = string.Join("、", twice.Select(c => $"{SheetCell.ColumnName(c.Column)} 列“{c.Heading}”"));
            var decides = RosterLayout.Required.Contains(twice.Key) || twice.Key is RosterField.FullSince or RosterField.Base or RosterField.Occupation or RosterField.Job;
            remarks.Add(decides
                ? new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.ColumnTwice, $"有几列都像“{RosterHeadings.NameOf(twice.Key)}”：{names}。", "请在列对应里选定一列，其余的选“不导入”。")
                : new RosterRemark(0, SheetCell.ColumnName(twice.Skip(1).First().Column), twice.Skip(1).First().Heading, string.Empty, RosterCode.ColumnLeftOut,
                    $"有几列都像“{RosterHeadings.NameOf(twice.Key)}”：{names}；先取第一列。", "要换成另一列，请在列对应里改选。"));
        }
    }

    private static void AskForBase(RosterLayout layout, RosterContext context, List<RosterRemark> remarks)
    {
        var doubtful = layout.Columns.Where(c => c is { Field: null, By: MappedBy.Nothing } && RosterHeadings.IsAboutMoney(c.Heading)).ToList();
        if (!layout.Has(RosterField.Base) && doubtful.Count > 0)
        {
            var names = string.Join("、", doubtful.Select(c => $"{SheetCell.ColumnName(c.Column)} 列“{c.Heading}”"));
            remarks.Add(new RosterRemark(0, SheetCell.ColumnName(doubtful[0].Column), doubtful[0].Heading, string.Empty, RosterCode.BaseInDoubt,
                $"{names}可能是党费计算基数，不能确定。", "请在列对应里指出哪一列是每月的党费计算基数（元）；都不是的，逐列选“不导入”。"));
        }

        if (layout.Has(RosterField.Base) && context.Said.Class is null && !layout.Has(RosterField.Occupation) && !layout.Has(RosterField.Job))
        {
            var column = layout.Columns.First(c => c.Field == RosterField.Base);
            remarks.Add(new RosterRemark(0, SheetCell.ColumnName(column.Column), column.Heading, string.Empty, RosterCode.BaseWithoutClass,
                "有党费计算基数，却没有“职业状况”列，基数会落空。", "请在列对应里指出职业状况是哪一列，或者为全表选定职业状况；不想导入基数的，把这一列选为“不导入”。"));
        }
        else if (!layout.Has(RosterField.Occupation) && !layout.Has(RosterField.Job) && context.Said.Class is null)
        {
            remarks.Add(new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.NoBaseColumn,
                "没有“职业状况”列，导入后不会同时确定党费标准。", "需要时请补上“职业状况”和“月党费计算基数（元）”两列。"));
        }
        else if (!layout.Has(RosterField.Base) && doubtful.Count == 0)
        {
            remarks.Add(new RosterRemark(0, string.Empty, string.Empty, string.Empty, RosterCode.NoBaseColumn,
                "没有“月党费计算基数（元）”列，按基数缴纳党费的人员导入后还要另行确定标准。", "需要时请补上这一列。"));
        }
    }

    private static void TellColumns(SheetTable table, RosterLayout layout, List<RosterRemark> remarks)
    {
        foreach (var column in layout.Columns)
        {
            var letters = SheetCell.ColumnName(column.Column);
            if (column is { Field: null, By: not MappedBy.Hand } && column.Samples.Count > 0 && column.Heading.Length > 0
                && !RosterReader.IsSilent(column.Heading) && (layout.Has(RosterField.Base) || !RosterHeadings.IsAboutMoney(column.Heading)))
            {
                remarks.Add(new RosterRemark(0, letters, column.Heading, string.Empty, RosterCode.ColumnLeftOut, $"不认识“{column.Heading}”这一列，没有读取。", string.Empty));
            }
            else if (column is { Field: { } field, By: MappedBy.Likeness or MappedBy.Content })
            {
                var why = column.By == MappedBy.Content ? "按内容" : "按标题";
                var name = column.Heading.Length > 0 ? $"“{column.Heading}”" : string.Empty;
                remarks.Add(new RosterRemark(0, letters, column.Heading, string.Empty, RosterCode.ColumnGuessed,
                    $"{why}推断 {letters} 列{name}是“{RosterHeadings.NameOf(field)}”，请核对。", "不对的请在列对应里改选。"));
            }

            if (table.HiddenColumns.Contains(column.Column) && column.Field is not null)
            {
                remarks.Add(new RosterRemark(0, letters, column.Heading, string.Empty, RosterCode.HiddenColumn,
                    string.Create(CultureInfo.InvariantCulture, $"{letters} 列在表格里是隐藏的，也会读取。"), string.Empty));
            }
        }
    }
}
