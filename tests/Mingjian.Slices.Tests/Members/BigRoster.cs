using Mingjian.Primitives;
using Mingjian.Workbooks;

namespace Mingjian.Slices.Tests.Members;

/// <summary>Makes a roster of any size; the same every time. All people are invented (region code 99 is nobody's).</summary>
internal static class BigRoster
{
    private const string Surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
    private const string Given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文斌浩宇";
    private static readonly string[] Occupations = ["在职", "在职", "在职", "离退休", "农民", "学生"];

    public static byte[] Create(int people, IReadOnlyList<string> branches) => WorkbookWriter.ToArray(new SheetContent(
        "党员名册",
        [
            new("序号", 8, CellFormat.Integer), new("姓名", 12), new("性别", 8), new("公民身份号码", 22), new("民族", 10), new("出生日期", 12, CellFormat.Date),
            new("学历", 12), new("人员类别", 12), new("所在党支部", 22), new("加入党组织日期", 12, CellFormat.Date), new("转为正式党员日期", 12, CellFormat.Date),
            new("职业状况", 12), new("月党费计算基数（元）", 12, CellFormat.Money), new("联系电话", 14),
        ],
        Enumerable.Range(0, people).Select(i => Row(i, branches)))
    { Title = "党员名册" });

    private static IReadOnlyList<CellValue> Row(int i, IReadOnlyList<string> branches)
    {
        var birth = new DateOnly(1950, 1, 1).AddDays(i % 15_000);
        var male = i % 2 == 0;
        var digits = $"990101{birth:yyyyMMdd}{(i / 15_000 * 2 % 1000) + (male ? 1 : 0):000}";
        var admitted = birth.AddYears(20);
        var occupation = Occupations[i % Occupations.Length];
        var name = $"{Surnames[i % Surnames.Length]}{Given[i / 32 % Given.Length]}{Given[i / 1024 % Given.Length]}";
        return
        [
            i + 1, name, male ? "男" : "女", digits + ResidentId.CheckCharacter(digits), "汉族", birth, "大学本科", "正式党员", branches[i % branches.Count],
            admitted, admitted.AddYears(1), occupation, occupation is "在职" or "离退休" ? CellValue.Of(2000m + (i % 12_000)) : CellValue.Blank,
            $"199{i:00000000}",
        ];
    }
}
