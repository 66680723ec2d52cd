using System.Globalization;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Signing;

/// <summary>Names that a page knows for ids; shown beside the id, never in its place.</summary>
/// <remarks>They come from the server and are not signed, so each name is followed by the id that is.</remarks>
public sealed class DisplayNames(IReadOnlyDictionary<string, string> names)
{
    /// <summary>Most characters of a name that are shown.</summary>
    public const int MaxLength = 60;

    public static DisplayNames None { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal));

    public string Of<T>(T id)
        where T : struct, ILedgerId<T>
    {
        var text = id.ToString() ?? string.Empty;
        return names.TryGetValue(text, out var name) && name.Length is > 0 and <= MaxLength ? $"{name}（{Terms.Short(text)}）" : Terms.Short(text);
    }

    /// <summary>A page address that the act names by its hash: shown in words only when it hashes to it, so it needs no trust in who gave it.</summary>
    public string OfSite(Hash32 site) => names.TryGetValue(site.ToString(), out var text) && SiteOrigin.TryParse(text, out var origin) && origin.Hash == site
        ? origin.Text
        : $"不认识的网址，指纹 {site}";
}

/// <summary>One formatter for each command type. A test holds that no registered command lacks one.</summary>
public static class CommandSummaries
{
    private const int ShownLines = 60;

    /// <summary>What one command does, in plain Chinese.</summary>
    /// <exception cref="NotSupportedException">A command that this version does not know: nothing is signed unread.</exception>
    public static ActSummary Describe(string name, ICommand command, DisplayNames names) => command switch
    {
        DuesCommand dues => DescribeDues(name, dues, names),
        MembersCommand members => DescribeMembers(name, members, names),
        OrganizationsCommand organizations => DescribeOrganizations(name, organizations, names),
        NodesCommand nodes => NodesSummaries.Describe(name, nodes, names),
        _ => throw Unknown(name),
    };

    /// <summary>What a command moves in money, or null when it moves none.</summary>
    public static Amount? MoneyOf(ICommand command) => command switch
    {
        RecordPayment payment => payment.Items.Aggregate(Amount.Zero, (sum, item) => sum + item.Amount),
        RecordVoluntaryPayment payment => payment.Amount,
        _ => null,
    };

    private static ActSummary DescribeDues(string name, DuesCommand command, DisplayNames names) => command switch
    {
        RecordPayment c => new(name, "登记党费缴纳",
        [
            new("党员", names.Of(c.Member)),
            new("收款支部", names.Of(c.Branch)),
            .. c.Items.Select(i => new SummaryFact(Terms.Of(i.Month), Terms.Of(i.Amount))),
            new("合计", Terms.Of(MoneyOf(c)!.Value)),
            new("收款日期", Terms.Of(c.Date)),
            new("方式", $"{Terms.Of(c.Method)}，{Terms.Of(c.Payer)}"),
            new("依据", Terms.Of(c.Basis)),
            new("缴纳编号", Terms.Short(c.Payment)),
        ]),
        RecordVoluntaryPayment c => new(name, "登记自愿多交党费",
        [
            new("党员", names.Of(c.Member)),
            new("收款支部", names.Of(c.Branch)),
            new("金额", Terms.Of(c.Amount)),
            new("收款日期", Terms.Of(c.Date)),
            new("方式", Terms.Of(c.Method)),
            new("缴纳编号", Terms.Short(c.Payment)),
        ],
        c.Amount >= new Amount(100_000) ? "一次自愿多交 1000 元以上，全额上缴中央。" : null),
        ReversePayment c => new(name, "冲正党费缴纳",
            [new("缴纳编号", Terms.Short(c.Payment)), new("原因", Terms.Of(c.Reason))],
            "冲正后这笔缴纳不再计入，原记录仍可查看。"),
        ConfirmPayment c => new(name, "确认缴纳记录无误", [new("缴纳编号", Terms.Short(c.Payment))]),
        DisputePayment c => new(name, "对缴纳记录提出异议",
            [new("缴纳编号", Terms.Short(c.Payment)), new("原因", Terms.Of(c.Reason))]),
        WithdrawDispute c => new(name, "撤回异议", [new("缴纳编号", Terms.Short(c.Payment))]),
        AnswerDispute c => new(name, "答复异议", [new("缴纳编号", Terms.Short(c.Payment)), new("答复", Terms.Of(c.Answer))],
            "答复会告知本人。账本上只记这一项，其余的话请当面说。"),
        ReplyToAnswer c => new(name, c.Accepted ? "接受对异议的答复" : "保留异议", [new("缴纳编号", Terms.Short(c.Payment))]),
        AssessDues c => new(name, "核定应缴党费",
        [
            new("支部", names.Of(c.Branch)), new("月份", Terms.Of(c.Month)), new("人数", Count(c.Members.Count, "人")),
            .. Shown(c.Members, (m, i) => new SummaryFact(Number(i), names.Of(m))),
        ]),
        SetStandards c => new(name, "确定党费标准",
        [
            new("人数", Count(c.Lines.Count, "人")),
            new("每月合计", Terms.Of(c.Lines.Aggregate(Amount.Zero, (sum, l) => sum + l.Monthly))),
            .. Shown(c.Lines, (l, _) => new SummaryFact(
                names.Of(l.Member), $"{Terms.Of(l.From)}起每月 {Terms.Of(l.Monthly)}，{Terms.Of(l.Class)}{(l.Base is null ? "，无计算基数" : string.Empty)}")),
        ]),
        SetDuesPolicy c => new(name, "设定党费计算办法",
        [
            new("组织", names.Of(c.Organization)), new("尾数", $"{Terms.Of(c.Rounding)}{Terms.Of(c.Unit)}"),
            new("工资变动", Terms.Of(c.BaseChange)), new("基数项目表指纹", c.Components.ToString()),
        ]),
        ProposeReduction c => new(name, "提请减免党费",
        [
            new("党员", names.Of(c.Member)), new("期间", $"{Terms.Of(c.From)}至{Terms.Of(c.Until)}"),
            new("每月缴纳", c.Monthly == Amount.Zero ? "免交" : Terms.Of(c.Monthly)),
        ]),
        DecideReduction c => new(name, c.Approved ? "批准减免党费" : "不批准减免党费",
            [new("党员", names.Of(c.Member)), new("起始月份", Terms.Of(c.From)), new("决定", c.Approved ? "批准" : "不批准")]),
        _ => throw Unknown(name),
    };

    private static ActSummary DescribeMembers(string name, MembersCommand command, DisplayNames names) => command switch
    {
        ImportMembers c => new(name, "导入党员名册",
        [
            new("导入批次", Terms.Short(c.Import)),
            new("本批", string.Create(CultureInfo.InvariantCulture, $"第 {c.Chunk + 1} 份，共 {c.Chunks} 份")),
            new("人数", Count(c.Rows.Count, "人")),
            .. Shown(c.Rows, (r, _) => new SummaryFact(
                names.Of(r.Member),
                $"{Terms.Of(r.Standing)}，{names.Of(r.Branch)}，{Terms.Of(r.Admitted)}接收为预备党员{(r.FullSince is { } full ? $"，{Terms.Of(full)}转正" : string.Empty)}")),
        ]),
        WithdrawImport c => new(name, "撤回整批导入", [new("导入批次", Terms.Short(c.Import))], "这一批导入的全部党员记录将失效。"),
        IssueInvitation c => new(name, "签发绑定邀请",
            [new("党员", names.Of(c.Member)), new("有效至", Terms.Of(c.Expires)), new("邀请码编号", Terms.Short(c.Key.Id))],
            "持有邀请码的人可以为这名党员绑定签名密钥，请当面交给本人。本人已经绑定过密钥的，还须另一名工作人员确认，24 小时后才能使用。"),
        ConfirmInvitation c => new(name, "确认补发密钥的邀请", [new("党员", names.Of(c.Member)), new("邀请码编号", Terms.Short(c.Invitation))],
            "确认 24 小时以后，持有邀请码的人可以为这名党员再绑定一把密钥。请先向本人核实。"),
        WithdrawInvitation c => new(name, "撤回邀请", [new("党员", names.Of(c.Member)), new("邀请码编号", Terms.Short(c.Invitation))], "撤回后邀请码作废。"),
        BindKey c => new(name, "绑定签名密钥",
            [new("党员", names.Of(c.Member)), new("密钥", $"{Terms.OfScheme(c.Key.Scheme)} {Terms.Short(c.Key.Id)}")],
            "今后用这把密钥签名的事项，都视为本人所为。"),
        RevokeKey c => new(name, "停用签名密钥", [new("密钥", Terms.Short(c.Key)), new("原因", Terms.Of(c.Reason))], "停用后不能恢复，需要重新邀请绑定。"),
        _ => throw Unknown(name),
    };

    private static ActSummary DescribeOrganizations(string name, OrganizationsCommand command, DisplayNames names) => command switch
    {
        FoundNetwork c => new(name, "建立账本",
        [
            new("最高一级党委", names.Of(c.Committee)), new("名称指纹", c.Name.ToString()), new("首任组织委员", names.Of(c.Officer)),
            new("密钥", $"{Terms.OfScheme(c.Key.Scheme)} {Terms.Short(c.Key.Id)}"),
            .. c.Site is { } site ? [new SummaryFact("通行密钥可用的网址", names.OfSite(site))] : Array.Empty<SummaryFact>(),
        ],
        "这是账本的第一笔记录，不能更改。"),
        EstablishOrganization c => new(name, "设立党组织",
        [
            new("组织", names.Of(c.Organization)), new("类型", Terms.Of(c.Kind)), new("上级组织", names.Of(c.Higher)),
            new("名称指纹", c.Name.ToString()),
        ]),
        AppointToPost c => new(name, "任职",
        [
            new("党员", names.Of(c.Member)), new("组织", names.Of(c.Organization)), new("职务", Terms.Of(c.Post)),
            new("起止", $"{Terms.Of(c.From)}至{(c.Until is { } until ? Terms.Of(until) : "另行免职时")}"),
        ]),
        EndAppointment c => new(name, "免职",
        [
            new("党员", names.Of(c.Member)), new("组织", names.Of(c.Organization)), new("职务", Terms.Of(c.Post)),
            new("最后任职日", Terms.Of(c.LastDay)),
        ]),
        RegisterSite c => new(name, "登记网址", [new("网址", names.OfSite(c.Site))],
            "登记以后，党员可以在这个网址上用通行密钥签名。请确认它是本单位自己的网址。"),
        RemoveSite c => new(name, "取消登记网址", [new("网址", names.OfSite(c.Site))],
            "取消以后，在这个网址上建立的通行密钥不能再签名；以前的签名仍然有效。"),
        _ => throw Unknown(name),
    };

    private static IEnumerable<SummaryFact> Shown<T>(IReadOnlyList<T> items, Func<T, int, SummaryFact> format)
    {
        foreach (var (index, item) in items.Take(ShownLines).Index())
        {
            yield return format(item, index);
        }

        if (items.Count > ShownLines)
        {
            yield return new("其余", Count(items.Count - ShownLines, "项"));
        }
    }

    private static string Count(int count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}");

    private static string Number(int index) => string.Create(CultureInfo.InvariantCulture, $"第 {index + 1} 人");

    private static NotSupportedException Unknown(string name) => new($"不认识的事项 {name}：程序版本过旧，为安全起见不予签名。");
}
