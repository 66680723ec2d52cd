using System.Text.RegularExpressions;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Headings as they are spelled in practice.</summary>
public static partial class RosterHeadings
{
    private static readonly (RosterField Field, string[] Spellings)[] Known =
    [
        (RosterField.Name, ["姓名", "党员姓名", "名字", "党员名称"]),
        (RosterField.Sex, ["性别"]),
        (RosterField.IdNumber, ["公民身份号码", "身份证号", "身份证号码", "居民身份证号", "居民身份证号码", "公民身份证号码", "公民身份证号", "身份证", "身份号码", "证件号码"]),
        (RosterField.Ethnicity, ["民族", "族别"]),
        (RosterField.BirthDate, ["出生日期", "出生年月", "出生年月日", "生日", "出生时间"]),
        (RosterField.Education, ["学历", "文化程度", "最高学历", "学历情况"]),
        (RosterField.Category, ["人员类别", "党员类别", "党员类型", "党员身份", "人员类型", "政治面貌"]),
        (RosterField.Branch, ["所在党支部", "党支部", "所属支部", "所属党支部", "所在支部", "支部名称", "党支部名称", "支部", "所在党组织", "所属党组织"]),
        (RosterField.Admitted, ["加入党组织日期", "入党日期", "入党时间", "加入党组织时间", "加入中共组织日期", "加入中共组织时间", "入党年月", "入党年月日"]),
        (RosterField.FullSince, ["转为正式党员日期", "转正日期", "转正时间", "转为正式党员时间", "转为正式党员年月", "转正年月日", "转正年月"]),
        (RosterField.Occupation, ["职业状况", "职业", "职业类别", "从业状况", "就业状况", "缴费类别", "党费类别", "人员性质", "在职状态", "在职情况", "在岗情况"]),
        (RosterField.Job, ["工作岗位", "岗位", "工作岗位类别"]),
        (RosterField.Base, ["月党费计算基数", "党费计算基数", "党费基数", "月工资收入", "月收入", "缴费基数", "党费缴纳基数", "月工资", "月缴费基数", "交纳党费基数", "工资收入", "月基数", "计算基数", "基数", "党费缴费基数", "缴纳党费基数"]),
        (RosterField.Phone, ["联系电话", "手机", "手机号", "手机号码", "电话", "联系方式", "移动电话", "电话号码"]),
        (RosterField.Address, ["家庭住址", "住址", "家庭地址", "现住址", "现居住地", "居住地址", "通讯地址", "地址"]),
        (RosterField.OtherPhone, ["其他电话", "固定电话", "备用电话", "座机", "第二电话", "家庭电话", "办公电话"]),
    ];

    private static readonly Dictionary<string, RosterField> BySpelling =
        Known.SelectMany(k => k.Spellings.Select(s => (s, k.Field))).ToDictionary(p => p.s, p => p.Field, StringComparer.Ordinal);

    /// <summary>The usual name of a column, for messages.</summary>
    public static string NameOf(RosterField field) => Known.First(k => k.Field == field).Spellings[0];

    /// <summary>The form in which a heading is compared and remembered: without white space, width, marks of obligation and punctuation.</summary>
    public static string Plain(string heading) => TextFold.Compact(heading).Trim('*', ':', '\'', '"', '、', '.', '。', '★', '▲', '※', '#');

    /// <summary>Finds the field of a heading; white space, width, marks of obligation and a unit in brackets do not matter.</summary>
    internal static RosterField? Find(string heading)
    {
        var text = Plain(heading);
        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        return BySpelling.TryGetValue(text, out var field) || (bracket > 0 && BySpelling.TryGetValue(Plain(text[..bracket]), out field)) ? field : null;
    }

    /// <summary>The field that an unknown heading most likely means; null when it may be about somebody or something else.</summary>
    internal static RosterField? Resembles(string heading)
    {
        var text = Plain(heading);
        if (text.Length is 0 or > 24 || Others().IsMatch(text))
        {
            return null;
        }

        return Like(text, "身份证", "身份号码") ? RosterField.IdNumber
            : Like(text, "转正", "转为正式", "转为正式党员") ? RosterField.FullSince
            : (Like(text, "入党", "加入党") && Like(text, "时间", "日期", "年月")) ? RosterField.Admitted
            : Like(text, "出生") ? RosterField.BirthDate
            : text.EndsWith("姓名", StringComparison.Ordinal) ? RosterField.Name
            : Like(text, "性别") ? RosterField.Sex
            : Like(text, "民族") ? RosterField.Ethnicity
            : Like(text, "学历", "文化程度") ? RosterField.Education
            : Like(text, "人员类别", "党员类别", "政治面貌", "党员身份") ? RosterField.Category
            : Like(text, "手机", "联系电话", "联系方式", "移动电话") ? RosterField.Phone
            : Like(text, "电话", "座机") ? RosterField.OtherPhone
            : Like(text, "住址", "居住地", "居住地址", "家庭地址", "通讯地址") ? RosterField.Address
            : (Like(text, "支部", "党组织") && (Like(text, "所在", "所属", "名称", "关系") || text.EndsWith("支部", StringComparison.Ordinal))) ? RosterField.Branch
            : IsAboutMoney(heading) && !IsDoubtfulBase(heading) ? RosterField.Base
            : Like(text, "职业", "在职", "缴费类别", "缴费标准类别") ? RosterField.Occupation
            : null;
    }

    /// <summary>Whether a heading may name the base of the dues: such a column is never passed over in silence.</summary>
    internal static bool IsAboutMoney(string heading) => Like(Plain(heading), "基数", "工资", "收入", "薪", "退休金", "养老金", "退休费", "离休费");

    /// <summary>Money, but perhaps not by the month, or not all of what counts.</summary>
    internal static bool IsDoubtfulBase(string heading)
    {
        var text = Plain(heading);
        return (Like(text, "年") && !Like(text, "月")) || Like(text, "绩效", "奖金", "津贴", "补贴", "应发", "实发", "税", "社保", "公积金", "岗位工资", "薪级", "基本工资");
    }

    private static bool Like(string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // Columns about a relative, an introducer, a contact, a post or a document, and yes-or-no columns.
    [GeneratedRegex("配偶|子女|父|母|亲属|家属|介绍人|培养|紧急|联系人姓名|曾用名|书记|委员|职务|是否|备注|说明|地点|原因|编号|复印件|发证|有效期", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Others();
}
