using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Workbooks.Roster;

/// <summary>The layout in which rosters go out: the template, the member list. What goes out so comes in again unchanged.</summary>
public static class RosterSheet
{
    private const int RowsToFill = 500;

    private static readonly string[] Notes =
    [
        "每人一行。标“示例”的一行不会导入，可以保留，也可以删去。",
        "必填：姓名、公民身份号码、人员类别、所在党支部、加入党组织日期；正式党员还要填转为正式党员日期。",
        "公民身份号码：这一列已设为文本格式，请直接录入 18 位号码，不要改成数值格式，否则后三位会丢失。",
        "日期：写到日，例如 2023-07-01。加入党组织日期是支部大会通过接收为预备党员的日期。",
        "人员类别：正式党员或预备党员。积极分子、发展对象不登记在党员名册里。",
        "职业状况决定党费标准：在职、年薪制、个体经营、离退休按基数计算，要填月党费计算基数；农民、学生、下岗失业、抚恤救济、低保按定额，不填基数。",
        "月党费计算基数：只填数字，单位为元，例如 4800 或 4800.50。",
        "少数民族姓名的间隔号写“·”。生僻字请用支持国标 GB 18030 的输入法录入。",
        "没有的内容留空，不要填“无”。合计、制表人等行可以保留在表的下面，不会导入。",
        "导入前可以在“名册导入”页预览：每一处问题都会说明在哪里、怎么改。",
    ];

    /// <summary>An empty roster with an example, drop-downs and notes.</summary>
    /// <param name="branches">Offered as a drop-down.</param>
    public static IReadOnlyList<SheetContent> Template(IReadOnlyList<string> branches)
    {
        var example = Row(
            "张三", "11010519491231002X", Sex.Female, "01", new DateOnly(1949, 12, 31), "20", MemberStanding.FullMember,
            branches.Count > 0 ? branches[0] : "机关第一党支部", new DateOnly(1970, 7, 1), new DateOnly(1971, 7, 1), DuesClass.Retired, new Amount(480_000),
            "13912345678", null, null, "某市某区某路 1 号", number: "示例");
        return
        [
            new SheetContent("党员名册", Columns(branches, withDues: true), [example]) { Title = "党员名册", RowsToFill = RowsToFill },
            new SheetContent("填写说明", [new SheetColumn("填写说明", 110)], Notes.Select(n => (IReadOnlyList<CellValue>)[n])),
        ];
    }

    /// <summary>A member list in the layout of the template.</summary>
    /// <param name="withDues">Whether occupations and bases are shown.</param>
    public static SheetContent Create(IEnumerable<IReadOnlyList<CellValue>> rows, bool withDues, string? subtitle = null) =>
        new("党员名册", Columns([], withDues), withDues ? rows : rows.Select(WithoutDues)) { Title = "党员名册", Subtitle = subtitle };

    /// <summary>One person as a row.</summary>
    public static IReadOnlyList<CellValue> Row(RosterPerson p, int number) => Row(
        p.Name, p.IdNumber.Reveal(), p.Sex, p.Ethnicity, p.BirthDate, p.Education, p.Standing, p.Branch, p.Admitted, p.FullSince, p.Class, p.Base, p.Phone,
        p.OtherPhone, p.Job, p.Address, number);

    /// <summary>One person as a row; what is not known stays blank.</summary>
    /// <param name="ethnicity">Code of GB/T 3304.</param>
    /// <param name="education">Code of GB/T 4658.</param>
    public static IReadOnlyList<CellValue> Row(
        string name, string? idNumber, Sex? sex, string? ethnicity, DateOnly? birth, string? education, MemberStanding standing, string branch, DateOnly admitted,
        DateOnly? fullSince, DuesClass? duesClass, Amount? monthlyBase, string? phone, string? otherPhone, string? job, string? address, CellValue number) =>
    [
        number, name, sex is { } known ? CodeLists.SexName(known) : null, idNumber, CodeLists.EthnicityName(ethnicity), CellValue.Of(birth),
        CodeLists.EducationName(education), CodeLists.StandingName(standing), branch, admitted, CellValue.Of(fullSince),
        duesClass is { } value ? CodeLists.ClassName(value) : null, CellValue.Of(monthlyBase?.Yuan), phone, otherPhone, job, address,
    ];

    private const int FirstDuesColumn = 11;

    private static IReadOnlyList<CellValue> WithoutDues(IReadOnlyList<CellValue> row) => [.. row.Take(FirstDuesColumn), .. row.Skip(FirstDuesColumn + 2)];

    private static List<SheetColumn> Columns(IReadOnlyList<string> branches, bool withDues)
    {
        List<SheetColumn> columns =
        [
            new("序号", 6, CellFormat.Integer), new("姓名", 12) { Prompt = "必填。少数民族姓名的间隔号写“·”。" },
            new("性别", 6) { Options = ["男", "女"] }, new("公民身份号码", 22) { Prompt = "必填。18 位，保持文本格式。" },
            new("民族", 10), new("出生日期", 12, CellFormat.Date) { Prompt = "例如 1985-03-08。不填则按身份证号取。" },
            new("学历", 12) { Options = ["研究生", "大学本科", "大学专科", "中专", "高中", "初中", "小学"] },
            new("人员类别", 12) { Options = ["正式党员", "预备党员"], Prompt = "必填。正式党员或预备党员。" },
            new("所在党支部", 22) { Options = branches, Prompt = "必填。写支部全称。" },
            new("加入党组织日期", 16, CellFormat.Date) { Prompt = "必填，写到日。支部大会通过接收为预备党员的日期。" },
            new("转为正式党员日期", 18, CellFormat.Date) { Prompt = "正式党员必填，写到日。预备党员留空。" },
            new("职业状况", 12) { Options = ["在职", "年薪制", "个体经营", "离退休", "农民", "学生", "下岗失业", "抚恤救济", "低保"], Prompt = "决定党费标准。" },
            new("月党费计算基数（元）", 20, CellFormat.Money) { Prompt = "只填数字，单位为元。农民、学生、下岗失业、抚恤救济、低保不填。" },
            new("联系电话", 14), new("其他电话", 14), new("工作岗位", 18), new("家庭住址", 36),
        ];
        if (!withDues)
        {
            columns.RemoveRange(FirstDuesColumn, 2);
        }

        return columns;
    }
}
