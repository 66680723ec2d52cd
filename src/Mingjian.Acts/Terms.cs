using System.Globalization;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Acts;

/// <summary>How the ledger's values read in plain Chinese; one place for pages, signing summaries, receipts and the command line.</summary>
public static class Terms
{
    public static string Of(Amount amount) => $"{amount} 元";

    /// <summary>大写金额 as accountants write it: <c>肆拾捌元整</c>, <c>壹仟零伍元贰角整</c>, <c>贰角整</c>.</summary>
    /// <param name="amount">Zero or more, below one hundred million yuan.</param>
    public static string InCapitals(Amount amount)
    {
        const string Digits = "零壹贰叁肆伍陆柒捌玖";
        string[] units = ["", "拾", "佰", "仟", "万", "拾万", "佰万", "仟万"];
        ArgumentOutOfRangeException.ThrowIfNegative(amount.Fen, nameof(amount));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(amount.Fen, 10_000_000_000, nameof(amount));
        var yuan = (amount.Fen / 100).ToString(CultureInfo.InvariantCulture);
        var text = new System.Text.StringBuilder();
        var zero = false;
        for (var i = 0; i < yuan.Length; i++)
        {
            var place = yuan.Length - 1 - i;
            if (yuan[i] == '0')
            {
                zero = text.Length > 0;

                // The unit 万 stands even where its own digit is zero.
                if (place == 4 && text.Length > 0)
                {
                    text.Append('万');
                }

                continue;
            }

            if (zero)
            {
                text.Append('零');
                zero = false;
            }

            text.Append(Digits[yuan[i] - '0']).Append(place > 4 ? units[place - 4] : units[place]);
        }

        var (jiao, fen) = ((int)(amount.Fen / 10 % 10), (int)(amount.Fen % 10));
        if (text.Length > 0 || (jiao == 0 && fen == 0))
        {
            text.Append(text.Length > 0 ? "元" : "零元");
        }

        if (jiao > 0)
        {
            text.Append(Digits[jiao]).Append('角');
        }
        else if (fen > 0 && amount.Fen >= 100)
        {
            text.Append('零');
        }

        return text.Append(fen > 0 ? $"{Digits[fen]}分" : "整").ToString();
    }

    public static string Of(Month month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year}年{month.Number}月");

    public static string Of(DateOnly date) => string.Create(CultureInfo.InvariantCulture, $"{date.Year}年{date.Month}月{date.Day}日");

    /// <summary>Beijing time.</summary>
    public static string Of(LedgerTime time) => $"{time}（北京时间）";

    /// <summary>First six and last four characters of an id: enough to compare by eye.</summary>
    public static string Short<T>(T id)
        where T : struct, ILedgerId<T> => Short(id.ToString() ?? string.Empty);

    /// <summary>As <see cref="Short{T}(T)"/>, for text.</summary>
    public static string Short(string id) => id.Length > 14 ? $"{id[..8]}…{id[^4..]}" : id;

    public static string Of(DuesClass value) => value switch
    {
        DuesClass.SalariedMonthly => "按月领取工资",
        DuesClass.AnnualSalary => "年薪制",
        DuesClass.NoMonthlyIncome => "不按月取得收入",
        DuesClass.Retired => "离退休",
        DuesClass.Farmer => "农民党员",
        DuesClass.Student => "学生党员",
        DuesClass.Unemployed => "下岗失业",
        DuesClass.OnPensionOrRelief => "依靠抚恤或救济生活",
        DuesClass.OnMinimumLiving => "领取最低生活保障金",
        _ => Unknown((int)value),
    };

    public static string Of(PaymentMethod value) => value switch
    {
        PaymentMethod.Cash => "现金",
        PaymentMethod.Transfer => "转账",
        _ => Unknown((int)value),
    };

    public static string Of(Payer value) => value switch
    {
        Payer.Member => "本人",
        Payer.Relative => "亲属代交",
        Payer.AnotherMember => "其他党员代交",
        Payer.PayrollDeduction => "工资代扣（规定不允许）",
        Payer.OrganizationFunds => "组织垫交（规定不允许）",
        _ => Unknown((int)value),
    };

    public static string Of(PaymentBasis value) => value switch
    {
        PaymentBasis.Ordinary => "按月缴纳",
        PaymentBasis.Quarterly => "按季度缴纳（支部同意）",
        PaymentBasis.BackPayment => "补交（支部同意）",
        PaymentBasis.LongBackPayment => "补交六个月以上（支部和上级党委同意）",
        _ => Unknown((int)value),
    };

    public static string Of(ReversalReason value) => value switch
    {
        ReversalReason.WrongMember => "人员登错",
        ReversalReason.WrongAmount => "金额登错",
        ReversalReason.WrongMonth => "月份登错",
        ReversalReason.RecordedTwice => "重复登记",
        ReversalReason.MoneyNotReceived => "款项未收到",
        ReversalReason.MemberDisputed => "党员本人提出异议",
        _ => Unknown((int)value),
    };

    public static string Of(DisputeReason value) => value switch
    {
        DisputeReason.NotPaid => "没有交过这笔",
        DisputeReason.WrongAmount => "金额不对",
        DisputeReason.WrongMonth => "月份不对",
        DisputeReason.WrongDate => "日期不对",
        _ => Unknown((int)value),
    };

    public static string Of(DisputeAnswer value) => value switch
    {
        DisputeAnswer.EntryIsRight => "核对过凭据，登记无误",
        DisputeAnswer.WillBeReversed => "登记有误，将冲正后重新登记",
        DisputeAnswer.CheckTogether => "请带上凭据，与收缴人当面核对",
        _ => Unknown((int)value),
    };

    public static string Of(RoundingMode value) => value switch
    {
        RoundingMode.HalfUp => "四舍五入",
        RoundingMode.Down => "舍去",
        RoundingMode.Up => "进一",
        _ => Unknown((int)value),
    };

    public static string Of(RoundingUnit value) => value switch
    {
        RoundingUnit.Fen => "到分",
        RoundingUnit.Jiao => "到角",
        _ => Unknown((int)value),
    };

    public static string Of(BaseChangeMode value) => value switch
    {
        BaseChangeMode.MonthFirstReceived => "领取新工资的当月起调整",
        BaseChangeMode.FixedForYear => "年初核定，当年不变",
        _ => Unknown((int)value),
    };

    public static string Of(DuesFund value) => value switch
    {
        DuesFund.Branch => "本级党费",
        DuesFund.Centre => "全额上缴中央",
        _ => Unknown((int)value),
    };

    public static string Of(MemberStanding value) => value switch
    {
        MemberStanding.FullMember => "正式党员",
        MemberStanding.ProbationaryMember => "预备党员",
        _ => Unknown((int)value),
    };

    public static string Of(KeyRevocationReason value) => value switch
    {
        KeyRevocationReason.Lost => "丢失",
        KeyRevocationReason.Compromised => "可能被他人使用",
        KeyRevocationReason.Replaced => "已更换",
        KeyRevocationReason.LeftOffice => "离任",
        _ => Unknown((int)value),
    };

    public static string Of(OrganizationKind value) => value switch
    {
        OrganizationKind.PrimaryPartyCommittee => "基层党委",
        OrganizationKind.GeneralBranch => "党总支",
        OrganizationKind.PartyBranch => "党支部",
        _ => Unknown((int)value),
    };

    public static string Of(Post value) => value switch
    {
        Post.OrganizationOfficer => "组织委员（组织部门）",
        Post.BranchSecretary => "支部书记",
        Post.DuesCollector => "党费收缴人",
        Post.Auditor => "审计（纪检）",
        _ => Unknown((int)value),
    };

    public static string OfScheme(string scheme) => scheme switch
    {
        "es256" => "本机密钥",
        "webauthn-es256" => "通行密钥",
        _ => scheme,
    };

    private static string Unknown(int value) => string.Create(CultureInfo.InvariantCulture, $"未知（{value}）");
}
