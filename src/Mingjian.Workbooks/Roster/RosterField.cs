using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>A column of the roster of Party members (党员名册) that is understood.</summary>
public enum RosterField
{
    Name = 1,
    Sex = 2,
    IdNumber = 3,
    Ethnicity = 4,
    BirthDate = 5,
    Education = 6,
    Category = 7,
    Branch = 8,
    Admitted = 9,
    FullSince = 10,

    /// <summary>职业状况: decides the dues class.</summary>
    Occupation = 11,

    /// <summary>工作岗位: stands in for <see cref="Occupation"/> where the sheet has no such column.</summary>
    Job = 12,

    /// <summary>Monthly base of the dues, in yuan.</summary>
    Base = 13,
    Phone = 14,
    Address = 15,
}

/// <summary>Headings as they are spelled in practice.</summary>
internal static class RosterHeadings
{
    private static readonly (RosterField Field, string[] Spellings)[] Known =
    [
        (RosterField.Name, ["姓名", "党员姓名", "名字", "党员名称"]),
        (RosterField.Sex, ["性别"]),
        (RosterField.IdNumber, ["公民身份号码", "身份证号", "身份证号码", "居民身份证号", "居民身份证号码", "公民身份证号码", "公民身份证号", "身份证", "身份号码", "证件号码"]),
        (RosterField.Ethnicity, ["民族", "族别"]),
        (RosterField.BirthDate, ["出生日期", "出生年月", "出生年月日", "生日", "出生时间"]),
        (RosterField.Education, ["学历", "文化程度", "最高学历", "学历情况"]),
        (RosterField.Category, ["人员类别", "党员类别", "党员类型", "党员身份", "人员类型"]),
        (RosterField.Branch, ["所在党支部", "党支部", "所属支部", "所属党支部", "所在支部", "支部名称", "党支部名称", "支部", "所在党组织", "所属党组织"]),
        (RosterField.Admitted, ["加入党组织日期", "入党日期", "入党时间", "加入党组织时间", "加入中共组织日期", "加入中共组织时间", "入党年月", "入党年月日"]),
        (RosterField.FullSince, ["转为正式党员日期", "转正日期", "转正时间", "转为正式党员时间", "转为正式党员年月", "转正年月日"]),
        (RosterField.Occupation, ["职业状况", "职业", "职业类别", "从业状况", "就业状况", "缴费类别", "党费类别"]),
        (RosterField.Job, ["工作岗位", "岗位", "工作岗位类别"]),
        (RosterField.Base, ["月党费计算基数", "党费计算基数", "党费基数", "月工资收入", "月收入", "缴费基数", "党费缴纳基数", "月工资", "月缴费基数", "交纳党费基数", "工资收入"]),
        (RosterField.Phone, ["联系电话", "手机", "手机号", "手机号码", "电话", "联系方式", "移动电话", "电话号码"]),
        (RosterField.Address, ["家庭住址", "住址", "家庭地址", "现住址", "现居住地", "居住地址", "通讯地址", "地址"]),
    ];

    private static readonly Dictionary<string, RosterField> BySpelling =
        Known.SelectMany(k => k.Spellings.Select(s => (s, k.Field))).ToDictionary(p => p.s, p => p.Field, StringComparer.Ordinal);

    /// <summary>The usual name of a column, for messages.</summary>
    public static string NameOf(RosterField field) => Known.First(k => k.Field == field).Spellings[0];

    /// <summary>Finds the field of a heading; white space, width, marks of obligation and a unit in brackets do not matter.</summary>
    public static RosterField? Find(string heading)
    {
        var text = TextFold.Compact(heading).Trim('*', ':', '\'', '"');
        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        return BySpelling.TryGetValue(text, out var field) || (bracket > 0 && BySpelling.TryGetValue(text[..bracket], out field)) ? field : null;
    }
}
