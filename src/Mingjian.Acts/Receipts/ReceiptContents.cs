using System.Text.Json.Serialization;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>What a receipt says, for display. Nothing of it is checked here.</summary>
/// <param name="Title">For example <c>党费缴纳凭证</c>.</param>
/// <param name="Payment">The payment's id.</param>
/// <param name="Member">Whose dues.</param>
/// <param name="Name">As the receipt opens it; null where it names nobody.</param>
/// <param name="Branch">The receiving branch.</param>
/// <param name="BranchName">From the network file; null where unknown.</param>
/// <param name="Collector">Who signed for the money.</param>
/// <param name="Date">Day the money was received.</param>
/// <param name="Total">Sum of all items.</param>
/// <param name="Height">The block.</param>
/// <param name="Time">The block's time.</param>
/// <param name="TransactionId">Of the signed act.</param>
/// <param name="Facts">All of it as labels and values in plain Chinese.</param>
public sealed record ReceiptContents(
    string Title, PaymentId Payment, MemberId Member, string? Name, OrganizationId Branch, string? BranchName, MemberId Collector,
    DateOnly Date, Amount Total, long Height, LedgerTime Time, Hash32 TransactionId, IReadOnlyList<SummaryFact> Facts)
{
    /// <summary>Months and amounts; empty for a voluntary payment.</summary>
    [JsonIgnore]
    public IReadOnlyList<PaidMonth> Items { get; private init; } = [];

    /// <summary>The rule on payment that the event names.</summary>
    [JsonIgnore]
    public RuleId Rule { get; private init; }

    /// <summary>Reads what the receipt claims.</summary>
    /// <exception cref="ReceiptFormatException">The entry is not a carried-out payment.</exception>
    public static ReceiptContents Read(ReceiptFile receipt, NetworkFile? network) =>
        Of(PaymentEntry.Read(receipt.Entry), receipt.Holder?.Name, network);

    /// <summary>The payment that a log entry records.</summary>
    /// <exception cref="ReceiptFormatException">The entry is not a carried-out payment.</exception>
    public static PaymentId PaymentOf(ReadOnlySpan<byte> entry) => PaymentEntry.Read(entry).Payment;

    internal static ReceiptContents Of(PaymentEntry payment, string? name, NetworkFile? network)
    {
        var branchName = network?.NameOf(payment.Branch);
        List<SummaryFact> facts =
        [
            new("党员", name is null ? payment.Member.ToString() : $"{name}（{payment.Member}）"),
            new("收款支部", branchName is null ? payment.Branch.ToString() : $"{branchName}（{payment.Branch}；名称取自网络文件，仅供显示）"),
        ];
        if (payment.Event is PaymentRecorded recorded)
        {
            foreach (var item in recorded.Items)
            {
                facts.Add(new(
                    Terms.Of(item.Month),
                    $"缴 {Terms.Of(item.Amount)}，应缴 {Terms.Of(item.Due)}，入账时累计已缴 {Terms.Of(item.Paid)}{(item.Reduced ? "（经批准减免）" : string.Empty)}"));
            }

            facts.Add(new("方式", $"{Terms.Of(recorded.Method)}，{Terms.Of(recorded.Payer)}，{Terms.Of(recorded.Basis)}"));
        }
        else if (payment.Event is VoluntaryPaymentRecorded voluntary)
        {
            facts.Add(new("自愿多交", Terms.Of(voluntary.Amount)));
            facts.Add(new("归属", Terms.Of(voluntary.Fund)));
            facts.Add(new("方式", Terms.Of(voluntary.Method)));
        }

        facts.AddRange(
        [
            new("合计", Terms.Of(payment.Total)),
            new("收款日期", Terms.Of(payment.Date)),
            new("收款人", payment.Collector.ToString()),
            new("缴纳编号", payment.Payment.ToString()),
            new("入账", $"第 {payment.Entry.Height} 块，{Terms.Of(payment.Entry.Time)}"),
        ]);
        var title = payment.Event is PaymentRecorded ? "党费缴纳凭证" : "自愿多交党费凭证";
        return new ReceiptContents(
            title, payment.Payment, payment.Member, name, payment.Branch, branchName, payment.Collector, payment.Date, payment.Total,
            payment.Entry.Height, payment.Entry.Time, Pae.TransactionId(payment.Entry.Envelope.Payload), facts)
        {
            Items = payment.Event is PaymentRecorded { Items: var items } ? items : [],
            Rule = payment.Rule,
        };
    }
}

/// <summary>A log entry that records one payment: the typed event out of it.</summary>
internal sealed record PaymentEntry(
    TransactionEntry Entry, DuesEvent Event, PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date,
    Amount Total, RuleId Rule, Hash32? Name)
{
    /// <exception cref="ReceiptFormatException">Not a transaction entry with exactly one payment event.</exception>
    public static PaymentEntry Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var entry = LogEntry.Decode(bytes) switch
            {
                TransactionEntry done => done,
                RefusalEntry => throw new ReceiptFormatException("这条账本记录是一次被拒绝的操作，没有缴纳。"),
                _ => throw new ReceiptFormatException("这条账本记录是区块封记，不是缴纳记录。"),
            };

            if (entry.Events.Count != 1 || !CommandRegistry.Events.TryGetValue(entry.Events[0].Name, out var type))
            {
                throw new ReceiptFormatException("这条账本记录不是缴纳记录。");
            }

            return entry.Events[0].DecodeBody(type.Json) switch
            {
                PaymentRecorded e => new(
                    entry, e, e.Payment, e.Member, e.Branch, e.Collector, e.Date,
                    e.Items.Aggregate(Amount.Zero, (sum, item) => sum + item.Amount), e.Rule, e.Name),
                VoluntaryPaymentRecorded e => new(
                    entry, e, e.Payment, e.Member, e.Branch, e.Collector, e.Date, e.Amount, e.Rule, e.Name),
                _ => throw new ReceiptFormatException("这条账本记录不是缴纳记录。"),
            };
        }
        catch (Exception e) when (e is CanonicalJsonException or OverflowException)
        {
            throw new ReceiptFormatException("账本记录无法读取，内容可能被改动过。", e);
        }
    }
}
