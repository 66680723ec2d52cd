using System.Globalization;
using System.Text.Json.Serialization;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>How one step of a verification ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus
{
    [JsonStringEnumMemberName("ok")]
    Ok = 1,

    [JsonStringEnumMemberName("failed")]
    Failed = 2,

    /// <summary>An earlier step failed.</summary>
    [JsonStringEnumMemberName("notReached")]
    NotReached = 3,

    /// <summary>There is nothing that this step could check: no holder's name, no state proof.</summary>
    [JsonStringEnumMemberName("absent")]
    Absent = 4,

    /// <summary>Proven: the payment has been reversed.</summary>
    [JsonStringEnumMemberName("reversed")]
    Reversed = 5,

    /// <summary>Proven, but as of an earlier time than was asked for.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale = 6,
}

/// <summary>What a verification found in all; the names are stable.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReceiptVerdict>))]
public enum ReceiptVerdict
{
    /// <summary>A step failed: nothing of the receipt is to be believed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed = 1,

    /// <summary>Unchanged since it was signed. Whether the payment was reversed later has not been checked, or not as lately as asked for.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged = 2,

    /// <summary>Unchanged since it was signed, and the payment in force as of a block that the report names.</summary>
    [JsonStringEnumMemberName("inForce")]
    InForce = 3,

    /// <summary>Unchanged since it was signed, and the payment reversed: it no longer counts.</summary>
    [JsonStringEnumMemberName("reversed")]
    Reversed = 4,
}

/// <summary>One step of a verification.</summary>
/// <param name="Id">Stable: see <see cref="ReceiptSteps"/>.</param>
/// <param name="Title">Plain Chinese.</param>
/// <param name="Explanation">What was found, plain Chinese.</param>
/// <param name="Detail">For engineers; null when there is nothing to add.</param>
public sealed record VerificationStep(string Id, StepStatus Status, string Title, string Explanation, string? Detail);

/// <summary>The steps of a receipt's verification, in order.</summary>
public static class ReceiptSteps
{
    /// <summary>The file is the one encoding of a receipt.</summary>
    public const string Format = "format";

    /// <summary>The entry is a carried-out payment of this network, and its event says what its command asked for.</summary>
    public const string Entry = "entry";

    /// <summary>The collector's key signed the payload.</summary>
    public const string Signature = "signature";

    /// <summary>The entry stands in the log under the checkpoint's root.</summary>
    public const string Inclusion = "inclusion";

    /// <summary>The log and a quorum of nodes signed the checkpoint.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The payment follows the rule that it names.</summary>
    public const string Rule = "rule";

    /// <summary>The name opens the event's commitment.</summary>
    public const string Holder = "holder";

    /// <summary>The standing's seal is the last entry of a block not before the receipt's, and stands in the log.</summary>
    public const string StandingSeal = "standing-seal";

    /// <summary>The log and a quorum of nodes signed the checkpoint over that block.</summary>
    public const string StandingCheckpoint = "standing-checkpoint";

    /// <summary>The state after that block holds the record of this very payment.</summary>
    public const string StandingProof = "standing-proof";

    /// <summary>The record is the receipt's payment, and has not been reversed.</summary>
    public const string InForce = "in-force";

    /// <summary>What shows that a receipt is unchanged since it was signed.</summary>
    public static IReadOnlyList<string> Genuine { get; } = [Format, Entry, Signature, Inclusion, Checkpoint, Rule, Holder];

    /// <summary>What shows how the payment stood as of a later block.</summary>
    public static IReadOnlyList<string> Standing { get; } = [StandingSeal, StandingCheckpoint, StandingProof, InForce];

    public static IReadOnlyList<string> All { get; } = [.. Genuine, .. Standing];

    public static string TitleOf(string id) => id switch
    {
        Format => "凭证文件完整",
        Entry => "记录的是党费缴纳",
        Signature => "收款人签名",
        Inclusion => "已写入账本",
        Checkpoint => "账本已由各单位确认",
        Rule => "符合党费规定",
        Holder => "党员姓名",
        StandingSeal => "状态所在的区块",
        StandingCheckpoint => "区块已由各单位确认",
        StandingProof => "账本里的缴纳状态",
        InForce => "是否冲正",
        _ => id,
    };
}

/// <summary>How the payment stood as of a block: proven.</summary>
/// <param name="Height">The block.</param>
/// <param name="Time">Its time.</param>
/// <param name="Reversal">Why the payment no longer counts; null while in force.</param>
/// <param name="Reversed">Which act reversed it; null while in force, and where the proof does not carry the act.</param>
/// <param name="Answer">The member's own word.</param>
/// <param name="Dispute">What the member objects to; null unless disputed. A fact to be shown: the payment stays in force.</param>
/// <param name="IsFresh">True: fetched for this verification. False: as the receipt carries it.</param>
public sealed record ReceiptStanding(
    long Height, LedgerTime Time, ReversalReason? Reversal, ReversalPlace? Reversed, MemberAnswer Answer, DisputeReason? Dispute, bool IsFresh)
{
    /// <summary>"截至 … 第 N 区块", for people.</summary>
    [JsonIgnore]
    public string AsOf => string.Create(CultureInfo.InvariantCulture, $"截至{Terms.Of(Time)}第 {Height} 区块");

    /// <summary>The reversal in words; empty while in force.</summary>
    [JsonIgnore]
    public string ReversalText => Reversal is not { } reason ? string.Empty
        : Reversed is { } place
            ? string.Create(CultureInfo.InvariantCulture, $"原因：{Terms.Of(reason)}；{Terms.Of(place.Time)}第 {place.Height} 区块，账本第 {place.Index + 1} 条")
            : $"原因：{Terms.Of(reason)}；{AsOf}";

    /// <summary>The member's objection in words; empty when there is none.</summary>
    [JsonIgnore]
    public string DisputeText => Answer == MemberAnswer.Disputed && Dispute is { } reason ? $"党员本人对这笔缴纳有异议（{Terms.Of(reason)}）。" : string.Empty;
}

/// <summary>Where the ledger records a reversal.</summary>
/// <param name="Height">The block.</param>
/// <param name="Index">The log entry, from 0.</param>
/// <param name="Time">The block's time.</param>
public sealed record ReversalPlace(long Height, long Index, LedgerTime Time);

/// <summary>The outcome of a verification.</summary>
/// <param name="Verdict">What was found in all; never more than was checked.</param>
/// <param name="Headline">The verdict in a few plain Chinese words.</param>
/// <param name="Conclusion">What was checked and what was not, in whole sentences.</param>
/// <param name="Steps">All of <see cref="ReceiptSteps.All"/>, in order.</param>
/// <param name="Contents">What the receipt says, as far as it could be read; not to be believed when <see cref="ReceiptVerdict.Failed"/>.</param>
/// <param name="Standing">How the payment stood; null where that was not shown.</param>
/// <param name="FreshFault">Step at which the freshly fetched standing failed, so that it was not used; null otherwise.</param>
public sealed record ReceiptReport(
    ReceiptVerdict Verdict, string Headline, string Conclusion, IReadOnlyList<VerificationStep> Steps, ReceiptContents? Contents,
    ReceiptStanding? Standing, string? FreshFault)
{
    /// <summary>Unchanged since it was signed. Says nothing of what happened to the payment afterwards.</summary>
    [JsonIgnore]
    public bool IsGenuine => Verdict != ReceiptVerdict.Failed;

    /// <summary>Id of the step that failed, or null.</summary>
    [JsonIgnore]
    public string? FailedStep => Steps.FirstOrDefault(s => s.Status == StepStatus.Failed)?.Id;

    internal static ReceiptReport Of(
        IReadOnlyList<VerificationStep> steps, ReceiptContents? contents, ReceiptStanding? standing, string? freshFault)
    {
        var failed = steps.FirstOrDefault(s => s.Status == StepStatus.Failed);
        var verdict = failed is not null ? ReceiptVerdict.Failed
            : standing is null || steps.Any(s => s.Status == StepStatus.Stale) ? ReceiptVerdict.Unchanged
            : standing.Reversal is null ? ReceiptVerdict.InForce
            : ReceiptVerdict.Reversed;
        const string Unchanged = "内容自签署后没有改动";
        var (headline, conclusion) = verdict switch
        {
            ReceiptVerdict.InForce => ($"内容未改动，{standing!.AsOf}有效", $"{Unchanged}；{standing.AsOf}，这笔缴纳有效。{standing.DisputeText}"),
            ReceiptVerdict.Reversed => ("已冲正，凭证作废", $"{Unchanged}，但是这笔缴纳已经冲正（{standing!.ReversalText}），凭证作废。"),
            ReceiptVerdict.Unchanged when standing is not null => (
                "内容未改动，最近是否冲正未检查",
                $"{Unchanged}；{standing.AsOf}有效，但早于所要求的时间，此后是否冲正未检查。{standing.DisputeText}"),
            ReceiptVerdict.Unchanged => ("内容未改动，此后是否冲正未检查", $"{Unchanged}；此后是否冲正未检查。"),
            _ => ("核验不通过", $"核验不通过，停在“{failed!.Title}”（{failed.Id}），请不要采信这份凭证。"),
        };
        return new ReceiptReport(verdict, headline, conclusion, steps, contents, standing, freshFault);
    }

    /// <summary>The same findings with one more step, which may fail.</summary>
    public ReceiptReport With(VerificationStep step) => Of([.. Steps, step], Contents, Standing, FreshFault);
}

/// <summary>What a verification takes into account beside the receipt.</summary>
/// <param name="Fresh">A standing fetched for this receipt; never trusted. Null or empty = none.</param>
/// <param name="NotBefore">The standing's block must not be older; null = any block will do, and the report says which it was.</param>
public sealed record StandingDemand(byte[]? Fresh = null, LedgerTime? NotBefore = null)
{
    /// <summary>Only what the receipt itself carries.</summary>
    public static StandingDemand None { get; } = new();
}

/// <summary>What one step found.</summary>
internal readonly record struct Finding(StepStatus Status, string Explanation, string? Detail)
{
    public static Finding Ok(string explanation, string? detail = null) => new(StepStatus.Ok, explanation, detail);

    public static Finding Failed(string explanation, string? detail = null) => new(StepStatus.Failed, explanation, detail);

    public VerificationStep As(string id) => new(id, Status, ReceiptSteps.TitleOf(id), Explanation, Detail);
}

/// <summary>JSON of reports, for the browser module and <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptReport))]
[JsonSerializable(typeof(ReceiptContents))]
[JsonSerializable(typeof(ReceiptScan))]
[JsonSerializable(typeof(StandingQuery))]
[JsonSerializable(typeof(CheckpointReport))]
public sealed partial class ReceiptReportJson : JsonSerializerContext;
