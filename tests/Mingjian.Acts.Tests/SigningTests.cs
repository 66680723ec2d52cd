using System.Globalization;
using System.Text;
using Mingjian.Acts;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

public sealed class SigningTests
{
    private static readonly MemberId Member = LittleLedger.Member;
    private static readonly OrganizationId Branch = LittleLedger.Branch;
    private static readonly PublicKeyValue Key = PublicKeyValue.From("es256", [2, .. new byte[31], 9]);
    private static readonly Hash32 Hash = Hash32.Of("anything"u8);
    private static readonly PaymentId Payment = LedgerId.Parse<PaymentId>("p-000000000000000000000000000000aa");
    private static readonly ImportId Import = LedgerId.Parse<ImportId>("i-000000000000000000000000000000cc");

    private static readonly Seat Seat = new(
        new Node(new(Hash32.Of("b"u8).ToArray()), new(Hash32.Of("l"u8).ToArray()), 1, new(Hash32.Of("v"u8).ToArray())), Branch, Key);

    /// <summary>One command of every type, with words that its summary must hold.</summary>
    private static readonly (ICommand Command, string[] Words)[] Samples =
    [
        (new FoundNetwork(Branch, Hash, Member, Key), ["建立账本", "首任组织委员"]),
        (new EstablishOrganization(Branch, Branch, OrganizationKind.PartyBranch, Hash), ["设立党组织", "党支部", "上级组织"]),
        (new AppointToPost(Member, Branch, Post.DuesCollector, new(2026, 1, 1), null), ["任职", "党费收缴人", "2026年1月1日"]),
        (new EndAppointment(Member, Branch, Post.BranchSecretary, new(2026, 12, 31)), ["免职", "支部书记", "2026年12月31日"]),
        (new RegisterSite(Hash), ["登记网址", Hash.ToString(), "本单位自己的网址"]),
        (new RemoveSite(Hash), ["取消登记网址", Hash.ToString()]),
        (new FoundNodes(Hash, [Seat], AllContracts.Protocol), ["共建共治协议", "节点 1", "1 个，1 个确认即生效", Hash.ToString(), "不能更改"]),
        (new ChangeNodes(Hash, [Seat]), ["变更协议或节点名单", "名单指纹", Seat.OrganizationKey.Id.ToString(), Seat.Node.VoteKey.ToString(), "同意协议文本"]),
        (new ActivateProtocol(900, 2), ["启用新版规则", "第 2 版", "从第 900 个区块起", "停在那之前"]),
        (new RestartHeight(2, 7, [5, 6], [new(1, Hash), new(2, null)]), ["重启停住的区块", "5、6", $"投票给 {Hash}", "节点 2 没有投票", "停止投票"]),
        (new ImportMembers(Import, 0, 2, [new(Member, Branch, MemberStanding.FullMember, new(2010, 7, 1), new(2011, 7, 1), Hash, Hash, Hash)]),
            ["导入党员名册", "第 1 份，共 2 份", "1 人", "正式党员", "2011年7月1日转正"]),
        (new WithdrawImport(Import), ["撤回整批导入"]),
        (new IssueInvitation(Member, Key, LittleLedger.Now), ["签发绑定邀请", "2026-11-22 18:00:00"]),
        (new ConfirmInvitation(Member, Key.Id), ["确认补发密钥的邀请", "24 小时"]),
        (new WithdrawInvitation(Member, Key.Id), ["撤回邀请", "作废"]),
        (new BindKey(Member, Key), ["绑定签名密钥", "本机密钥"]),
        (new RevokeKey(Key.Id, KeyRevocationReason.Lost), ["停用签名密钥", "丢失"]),
        (new SetDuesPolicy(Branch, RoundingMode.HalfUp, RoundingUnit.Jiao, BaseChangeMode.FixedForYear, Hash), ["四舍五入到角", "当年不变"]),
        (new SetStandards([new(Member, new(2026, 11), DuesClass.Retired, new(5200), Hash), new(Member, new(2026, 12), DuesClass.Student, new(20), null)]),
            ["确定党费标准", "2 人", "52.20 元", "2026年11月起每月 52.00 元", "离退休"]),
        (new ProposeReduction(Member, new(2026, 11), new(2027, 1), Amount.Zero), ["提请减免党费", "2026年11月至2027年1月", "免交"]),
        (new DecideReduction(Member, new(2026, 11), false), ["不批准减免党费"]),
        (new AssessDues(Branch, new(2026, 11), [Member]), ["核定应缴党费", "1 人", "2026年11月"]),
        (LittleLedger.Payment(), ["登记党费缴纳", "2026年11月", "48.00 元", "现金", "本人", "按月缴纳"]),
        (new RecordVoluntaryPayment(Payment, Member, Branch, new(2026, 11, 1), PaymentMethod.Transfer, new(100_000)),
            ["自愿多交", "1000.00 元", "全额上缴中央"]),
        (new ReversePayment(Payment, ReversalReason.RecordedTwice), ["冲正", "重复登记"]),
        (new ConfirmPayment(Payment), ["确认缴纳记录无误"]),
        (new DisputePayment(Payment, DisputeReason.WrongAmount), ["提出异议", "金额不对"]),
        (new WithdrawDispute(Payment), ["撤回异议"]),
        (new AnswerDispute(Payment, DisputeAnswer.EntryIsRight), ["答复异议", "登记无误"]),
        (new ReplyToAnswer(Payment, true), ["接受", "答复"]),
        (new ReplyToAnswer(Payment, false), ["保留异议"]),
    ];

    [Fact]
    public void Every_registered_command_has_a_sample_here() =>
        Assert.Equal(
            CommandRegistry.Commands.Values.Select(c => c.Type.Name).Order(StringComparer.Ordinal),
            Samples.Select(s => s.Command.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_command_is_put_in_plain_Chinese_from_its_bytes()
    {
        foreach (var (command, words) in Samples)
        {
            var built = Prepare(command);
            var summary = PreparedActs.FromPayloads(built.Payloads, LittleLedger.Network, DisplayNames.None).Summary;
            var text = string.Join('\n', [
                summary.Title, .. summary.Acts.SelectMany(a => a.Facts.Select(f => $"{f.Label} {f.Value}")), summary.Acts[0].Warning ?? string.Empty]);
            foreach (var word in words)
            {
                Assert.Contains(word, text, StringComparison.Ordinal);
            }

            Assert.DoesNotContain("未知", text, StringComparison.Ordinal);
            Assert.DoesNotContain(command.GetType().Name, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_value_of_every_enum_in_a_command_has_words()
    {
        var enums = Samples.SelectMany(s => s.Command.GetType().GetProperties()).Select(p => p.PropertyType)
            .Append(typeof(DuesClass)).Append(typeof(MemberStanding)).Append(typeof(DuesFund)).Where(t => t.IsEnum).Distinct();
        foreach (var type in enums)
        {
            var words = typeof(Terms).GetMethod(nameof(Terms.Of), [type]);
            Assert.True(words is not null, $"{type.Name} has no words");
            foreach (var value in Enum.GetValues(type))
            {
                Assert.DoesNotContain("未知", (string)words.Invoke(null, [value])!, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_batch_shows_how_many_acts_and_how_much_money()
    {
        var summary = Prepare([.. Enumerable.Range(1, 25).Select(i => LittleLedger.Payment($"{i}.10"))]).Summary;

        Assert.Equal("登记党费缴纳，共 25 项", summary.Title);
        Assert.Contains(summary.Facts, f => f == new SummaryFact("金额合计", "327.50 元"));
        Assert.Equal(25, summary.Acts.Count);
    }

    [Fact]
    public void Names_stand_beside_ids_and_never_in_their_place()
    {
        var names = new DisplayNames(new Dictionary<string, string>(StringComparer.Ordinal) { [Member.ToString()] = "张三" });
        var summary = PreparedActs.Create([LittleLedger.Payment()], LittleLedger.Network, Key.Id, LittleLedger.Now, names).Summary;

        Assert.Equal("张三（m-000000…0e01）", summary.Acts[0].Facts[0].Value);
    }

    [Fact]
    public void A_site_is_shown_by_its_address_only_when_the_address_hashes_to_what_is_signed()
    {
        Assert.True(SiteOrigin.TryParse("https://mingjian.example", out var site));
        Assert.Equal("https://mingjian.example", Shown("https://mingjian.example"));
        foreach (var lie in new[] { "https://mingjian.invalid", "https://mingjian.example/", "本单位网址" })
        {
            Assert.Equal($"不认识的网址，指纹 {site.Hash}", Shown(lie));
        }

        string Shown(string claimed) => PreparedActs.Create(
            [new RegisterSite(site.Hash)], LittleLedger.Network, Key.Id, LittleLedger.Now,
            new DisplayNames(new Dictionary<string, string>(StringComparer.Ordinal) { [site.Hash.ToString()] = claimed })).Summary.Acts[0].Facts[0].Value;
    }

    [Fact]
    public void A_page_s_spelling_does_not_matter_but_what_is_signed_is_canonical()
    {
        var canonical = Encoding.UTF8.GetString(CanonicalJson.Encode(LittleLedger.Payment(), CommandRegistry.Commands["dues.RecordPayment"].Json));
        const string Spelt = """
            [ { "body" : { "payment": "p-000000000000000000000000000000aa", "member": "m-00000000000000000000000000000e01",
                "items": [ { "month": "2026-11", "amount": "48.00" } ], "date": "2026-11-22", "method": 1, "payer": 1, "basis": 1,
                "branch": "o-0000000000000000000000000000b001" }, "command": "dues.RecordPayment" } ]
            """;

        var acts = PreparedActs.Create(Spelt, LittleLedger.Network, Key.Id, LittleLedger.Now, DisplayNames.None);

        Assert.Contains(canonical, Encoding.UTF8.GetString(acts.Payloads[0]), StringComparison.Ordinal);
        Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(acts.Payloads[0], out var payload));
        Assert.Equal(LittleLedger.Now.AddMilliseconds(PreparedActs.ValidityMilliseconds), payload!.Expires);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("""[{"command":"dues.RecordPayment"}]""")]
    [InlineData("""[{"command":"dues.Nothing","body":{}}]""")]
    [InlineData("""[{"command":"dues.ConfirmPayment","body":{}}]""")]
    [InlineData("""[{"command":"dues.ConfirmPayment","body":null}]""")]
    [InlineData("""[{"command":"dues.ConfirmPayment","body":{"payment":"p-1"}}]""")]
    [InlineData("""[{"command":"dues.ConfirmPayment","body":{"payment":"p-000000000000000000000000000000aa","note":"x"}}]""")]
    [InlineData("""[{"command":"dues.ConfirmPayment","body":{"payment":"p-000000000000000000000000000000aa"},"extra":1}]""")]
    public void Commands_out_of_form_are_never_signed(string json) =>
        Assert.Throws<CanonicalJsonException>(() => PreparedActs.Create(json, LittleLedger.Network, Key.Id, LittleLedger.Now, DisplayNames.None));

    [Theory]
    [InlineData("0.00", "零元整")]
    [InlineData("0.20", "贰角整")]
    [InlineData("0.05", "伍分")]
    [InlineData("48.00", "肆拾捌元整")]
    [InlineData("98.15", "玖拾捌元壹角伍分")]
    [InlineData("10.05", "壹拾元零伍分")]
    [InlineData("1005.20", "壹仟零伍元贰角整")]
    [InlineData("10000.00", "壹万元整")]
    [InlineData("10010.00", "壹万零壹拾元整")]
    [InlineData("120000.00", "壹拾贰万元整")]
    [InlineData("1000500.10", "壹佰万零伍佰元壹角整")]
    [InlineData("99999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分")]
    public void Amounts_are_written_in_capitals_as_accountants_do(string amount, string capitals) =>
        Assert.Equal(capitals, Terms.InCapitals(LittleLedger.Amount(amount)));

    [Fact]
    public void A_payload_of_another_ledger_is_never_signed() =>
        Assert.Throws<CanonicalJsonException>(() => PreparedActs.FromPayloads(
            Prepare(LittleLedger.Payment()).Payloads, NetworkId.Parse("other.invalid/1"), DisplayNames.None));

    [Fact]
    public void Every_envelope_of_a_batch_verifies_alone()
    {
        using var signer = Es256Signer.Create();
        var acts = Prepare([.. Samples.Select(s => s.Command)]);
        var verifier = new SignatureVerifier(new PlatformEcVerifier());
        var envelopes = acts.Request.SignWith(signer);

        Assert.Equal(Samples.Length, envelopes.Count);
        foreach (var envelope in envelopes)
        {
            Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(envelope.Encode(), out var read));
            Assert.Equal(SignatureFault.None, verifier.Verify(read!.ToPae(), read.Signatures[0], signer.Key));
        }
    }

    private static PreparedActs Prepare(params ICommand[] commands) =>
        PreparedActs.Create(commands, LittleLedger.Network, Key.Id, LittleLedger.Now, DisplayNames.None);
}
