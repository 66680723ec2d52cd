using System.Globalization;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Workbooks.Roster;

/// <summary>Code lists of the roster: GB/T 2261.1, GB/T 3304, GB/T 4658 and our own for standing and dues class.</summary>
public static class CodeLists
{
    private static readonly string[] Ethnicities =
    [
        "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳",
        "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯",
        "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
    ];

    // GB/T 4658-2006; the first spelling of a code is the one that is shown.
    private static readonly (string Code, string[] Names)[] Educations =
    [
        ("10", ["研究生", "研究生教育", "研究生学历", "研究生毕业"]),
        ("11", ["博士研究生", "博士", "博士研究生毕业"]),
        ("14", ["硕士研究生", "硕士", "硕士研究生毕业"]),
        ("17", ["研究生班", "在职研究生", "中央党校研究生", "省委党校研究生"]),
        ("20", ["大学本科", "本科", "大学", "本科学历", "大学本科毕业", "中央党校大学", "省委党校大学"]),
        ("28", ["大学普通班"]),
        ("30", ["大学专科", "专科", "大专", "大专学历", "大学专科毕业", "高职"]),
        ("40", ["中等职业", "中等职业教育"]),
        ("41", ["中专", "中等专科", "中等专业学校"]),
        ("44", ["职高", "职业高中"]),
        ("47", ["技校", "技工学校"]),
        ("60", ["高中", "普通高中"]),
        ("70", ["初中", "初级中学"]),
        ("80", ["小学"]),
        ("90", ["其他", "文盲", "文盲或半文盲"]),
    ];

    private static readonly (DuesClass Class, string[] Names)[] Occupations =
    [
        (DuesClass.SalariedMonthly,
            ["在职", "在岗", "在职职工", "在职人员", "按月领薪", "月薪制", "职工", "公务员", "机关工作人员", "事业单位工作人员", "企业职工", "企业管理人员", "企业专业技术人员", "专业技术人员", "工人", "教师", "干部"]),
        (DuesClass.AnnualSalary, ["年薪制", "在职年薪制", "实行年薪制"]),
        (DuesClass.NoMonthlyIncome, ["不按月取得收入", "个体经营", "个体工商户", "个体", "自由职业", "自由职业者", "灵活就业", "个体经营者"]),
        (DuesClass.Retired, ["离退休", "退休", "离休", "离退休人员", "退休人员", "离休人员"]),
        (DuesClass.Farmer, ["农民", "农牧渔民", "务农", "农民党员", "农村居民"]),
        (DuesClass.Student, ["学生", "在校学生", "大学生", "学生党员"]),
        (DuesClass.Unemployed, ["下岗失业", "下岗", "失业", "下岗失业人员", "下岗职工", "失业人员", "待业"]),
        (DuesClass.OnPensionOrRelief, ["抚恤救济", "领取抚恤金", "领取救济金", "依靠抚恤或救济生活", "依靠抚恤救济生活", "优抚对象"]),
        (DuesClass.OnMinimumLiving, ["低保", "领取最低生活保障金", "最低生活保障", "低保对象", "城乡低保"]),
    ];

    private static readonly Dictionary<string, string> EthnicityCodes = MakeEthnicityCodes();

    private static readonly Dictionary<string, string> EducationCodes = Educations
        .SelectMany(e => e.Names.Append(e.Code).Select(n => (n, e.Code)))
        .ToDictionary(p => p.n, p => p.Code, StringComparer.Ordinal);

    private static readonly Dictionary<string, DuesClass> OccupationClasses = Occupations
        .SelectMany(o => o.Names.Select(n => (n, o.Class)))
        .ToDictionary(p => p.n, p => p.Class, StringComparer.Ordinal);

    /// <summary>The name of an ethnicity code: "01" gives 汉族; null for an unknown code.</summary>
    public static string? EthnicityName(string? code) => code switch
    {
        "97" => "其他",
        "98" => "外国血统中国籍人士",
        _ when int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= Ethnicities.Length =>
            Ethnicities[number - 1] + "族",
        _ => null,
    };

    /// <summary>The name of an education code: "20" gives 大学本科; null for an unknown code.</summary>
    public static string? EducationName(string? code) => Educations.FirstOrDefault(e => e.Code == code).Names?[0];

    /// <summary>男 or 女.</summary>
    public static string SexName(Sex sex) => sex == Sex.Male ? "男" : "女";

    /// <summary>正式党员 or 预备党员.</summary>
    public static string StandingName(MemberStanding standing) => standing == MemberStanding.FullMember ? "正式党员" : "预备党员";

    /// <summary>The usual name of a dues class.</summary>
    public static string ClassName(DuesClass value) => Occupations.First(o => o.Class == value).Names[0];

    /// <summary>Whether dues of the class follow from a monthly base (facts 1.1).</summary>
    public static bool HasBase(DuesClass value) =>
        value is DuesClass.SalariedMonthly or DuesClass.AnnualSalary or DuesClass.NoMonthlyIncome or DuesClass.Retired;

    internal static Sex? FindSex(string text) => text switch
    {
        "男" or "男性" or "1" or "1男" => Sex.Male,
        "女" or "女性" or "2" or "2女" => Sex.Female,
        _ => null,
    };

    internal static string? FindEthnicity(string text) => EthnicityCodes.GetValueOrDefault(text);

    internal static string? FindEducation(string text) => EducationCodes.GetValueOrDefault(text);

    internal static MemberStanding? FindStanding(string text) => text switch
    {
        // GB/T 4762: 01 is 中共党员, 02 中共预备党员.
        "正式党员" or "正式" or "中共正式党员" or "中共党员" or "中共党员(正式)" or "党员(正式)" or "中国共产党党员" or "中国共产党正式党员" => MemberStanding.FullMember,
        "预备党员" or "预备" or "中共预备党员" or "中共党员(预备)" or "党员(预备)" or "中国共产党预备党员" => MemberStanding.ProbationaryMember,
        _ => null,
    };

    internal static bool IsNotYetAMember(string text) => text is "入党积极分子" or "积极分子" or "发展对象" or "入党申请人" or "申请人" or "群众" or "共青团员" or "中共发展对象";

    internal static DuesClass? FindClass(string text) => OccupationClasses.TryGetValue(text, out var value) ? value : null;

    private static Dictionary<string, string> MakeEthnicityCodes()
    {
        var codes = new Dictionary<string, string>(StringComparer.Ordinal) { ["其他"] = "97", ["97"] = "97", ["外国血统中国籍人士"] = "98", ["外国血统"] = "98", ["98"] = "98" };
        for (var i = 0; i < Ethnicities.Length; i++)
        {
            var code = (i + 1).ToString("00", CultureInfo.InvariantCulture);
            codes[Ethnicities[i]] = code;
            codes[Ethnicities[i] + "族"] = code;
            codes[code] = code;
            codes[(i + 1).ToString(CultureInfo.InvariantCulture)] = code;
        }

        return codes;
    }
}
