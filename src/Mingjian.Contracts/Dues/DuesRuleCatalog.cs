using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>One rule of a regulation, in one version.</summary>
/// <param name="Id">How events and receipts name it.</param>
/// <param name="Topic">What it decides.</param>
/// <param name="SourceTitle">The regulation, in Chinese.</param>
/// <param name="Article">For example 第二条.</param>
/// <param name="EffectiveFrom">First day in force.</param>
/// <param name="EffectiveTo">Last day in force; null = still in force.</param>
/// <param name="Version">Of this topic; a revised regulation adds a row, it does not change one.</param>
/// <param name="Text">One sentence in Chinese that people can read on a receipt.</param>
/// <param name="Brackets">The bracket table, where the rule is one; whole base, inclusive tops.</param>
public sealed record DuesRule(
    RuleId Id, DuesTopic Topic, string SourceTitle, string Article, DateOnly EffectiveFrom, DateOnly? EffectiveTo, int Version, string Text,
    IReadOnlyList<Bracket>? Brackets = null)
{
    public bool InForceOn(DateOnly date) => EffectiveFrom <= date && (EffectiveTo is not { } to || date <= to);
}

/// <summary>One bracket: a base up to and including the top pays the rate on the whole base.</summary>
/// <param name="Top">Null for the last bracket.</param>
/// <param name="PerMille">Rate in thousandths: 5 = 0.5 %.</param>
public sealed record Bracket(Amount? Top, int PerMille);

/// <summary>What a rule decides.</summary>
public enum DuesTopic
{
    SalariedMonthly = 1,
    AnnualSalary = 2,
    NoMonthlyIncome = 3,
    Retired = 4,
    Farmer = 5,
    FlatAmount = 6,
    Hardship = 7,
    Probationary = 8,
    MonthlyPayment = 9,
    BaseChange = 10,
    VoluntaryExtra = 11,
    ConsentedPayment = 12,
    Arrears = 13,
    NoAdvanceNoDeduction = 14,
}

/// <summary>The rules on dues, each with its source. A case is judged by the rule in force on the date of the act.</summary>
public static class DuesRuleCatalog
{
    private const string Regulation2008 = "《关于中国共产党党费收缴、使用和管理的规定》（中组发〔2008〕3号）";

    private static readonly DateOnly Since2008 = new(2008, 4, 1);

    private static readonly IReadOnlyList<Bracket> SalaryBrackets =
    [
        new(Yuan(3000), 5), new(Yuan(5000), 10), new(Yuan(10000), 15), new(null, 20),
    ];

    private static readonly IReadOnlyList<Bracket> RetirementBrackets = [new(Yuan(5000), 5), new(null, 10)];

    /// <summary>All rows, ascending by source, article and version.</summary>
    public static IReadOnlyList<DuesRule> Rules { get; } =
    [
        Row("dues-2008/2@1", DuesTopic.SalariedMonthly, "第一条、第二条",
            "按月领取工资的党员，每月以税后工资收入中相对固定的、经常性的部分为基数，3000元以下（含）交0.5%，3000至5000元（含）交1%，5000至10000元（含）交1.5%，10000元以上交2%，按全额计算。",
            SalaryBrackets),
        Row("dues-2008/3@1", DuesTopic.AnnualSalary, "第三条", "实行年薪制的党员，每月以当月实际领取的薪酬收入为基数，按工资比例交纳党费。", SalaryBrackets),
        Row("dues-2008/4@1", DuesTopic.NoMonthlyIncome, "第四条", "不按月取得收入的个体经营者等党员，每月以上季度月平均纯收入为基数，按工资比例交纳党费。", SalaryBrackets),
        Row("dues-2008/5@1", DuesTopic.Retired, "第五条", "离退休党员，每月以实际领取的离退休费或养老金为基数，5000元以下（含）交0.5%，5000元以上交1%，按全额计算。",
            RetirementBrackets),
        Row("dues-2008/6.1@1", DuesTopic.Farmer, "第六条", "农民党员每月交纳党费0.20元至1.00元。"),
        Row("dues-2008/6.2@1", DuesTopic.FlatAmount, "第六条", "学生党员、下岗失业的党员、依靠抚恤或救济生活的党员、领取最低生活保障金的党员，每月交纳党费0.20元。"),
        Row("dues-2008/7@1", DuesTopic.Hardship, "第七条", "交纳党费确有困难的党员，经党支部研究，报上一级党委批准后，可以少交或免交党费。"),
        Row("dues-2008/8@1", DuesTopic.Probationary, "第八条", "预备党员从支部大会通过其为预备党员之日起交纳党费。"),
        Row("dues-2008/9@1", DuesTopic.MonthlyPayment, "第九条", "党员一般应当向其正式组织关系所在的党支部按月主动交纳党费。"),
        Row("dues-2008/10@1", DuesTopic.BaseChange, "第十条", "党员工资收入发生变化后，从按新工资标准领取工资的当月起，以新的工资收入为基数交纳党费。"),
        Row("dues-2008/11@1", DuesTopic.VoluntaryExtra, "第十一条", "党员自愿多交党费不限；自愿一次多交1000元以上的，全部上缴中央。"),
        Row("dues-2008/12@1", DuesTopic.ConsentedPayment, "第十二条", "遇到特殊情况，经党支部同意，可以每季度交纳一次党费，也可以委托亲属或其他党员代为交纳或者补交；补交时间一般不超过6个月。"),
        Row("dues-2008/13@1", DuesTopic.Arrears, "第十三条", "无正当理由连续6个月不交纳党费的，按自行脱党处理；是否有正当理由和如何处理，由党组织按程序决定。"),
        Row("dues-2008/14@1", DuesTopic.NoAdvanceNoDeduction, "第十四条", "党组织应当按规定收缴党费，不得垫交或扣缴党员党费，不得要求党员交纳规定以外的各种名目的特殊党费。"),
    ];

    /// <summary>A row by its id, or null.</summary>
    public static DuesRule? Find(RuleId id)
    {
        foreach (var rule in Rules)
        {
            if (rule.Id == id)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>The row of a topic in force on a day, or null.</summary>
    public static DuesRule? InForce(DuesTopic topic, DateOnly date)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Topic == topic && Rules[i].InForceOn(date))
            {
                return Rules[i];
            }
        }

        return null;
    }

    /// <summary>The row that gives a class's monthly amount, as in force on a day, or null.</summary>
    public static DuesRule? ForClass(DuesClass duesClass, DateOnly date) => InForce(TopicOf(duesClass), date);

    /// <summary>The topic that gives a class's monthly amount.</summary>
    public static DuesTopic TopicOf(DuesClass duesClass) => duesClass switch
    {
        DuesClass.SalariedMonthly => DuesTopic.SalariedMonthly,
        DuesClass.AnnualSalary => DuesTopic.AnnualSalary,
        DuesClass.NoMonthlyIncome => DuesTopic.NoMonthlyIncome,
        DuesClass.Retired => DuesTopic.Retired,
        DuesClass.Farmer => DuesTopic.Farmer,
        _ => DuesTopic.FlatAmount,
    };

    private static Amount Yuan(int yuan) => new(yuan * 100L);

    private static DuesRule Row(string id, DuesTopic topic, string article, string text, IReadOnlyList<Bracket>? brackets = null) =>
        new(RuleId.Parse(id), topic, Regulation2008, article, Since2008, null, 1, text, brackets);
}
