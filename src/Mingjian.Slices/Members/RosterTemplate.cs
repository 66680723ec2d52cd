using Mingjian.Workbooks;

namespace Mingjian.Slices.Members;

/// <summary>An empty roster with the usual headings, for officers who start from nothing.</summary>
internal static class RosterTemplate
{
    public static byte[] Create() => WorkbookWriter.ToArray(new SheetContent(
        "党员名册",
        [
            new("序号", 6, CellFormat.Integer), new("姓名", 12), new("性别", 6), new("公民身份号码", 22), new("民族", 10), new("出生日期", 12, CellFormat.Date),
            new("学历", 12), new("人员类别", 12), new("所在党支部", 22), new("加入党组织日期", 16, CellFormat.Date),
            new("转为正式党员日期", 18, CellFormat.Date), new("职业状况", 12), new("月党费计算基数（元）", 20, CellFormat.Money), new("联系电话", 14),
            new("家庭住址", 36),
        ],
        [])
    { Title = "党员名册" });
}
