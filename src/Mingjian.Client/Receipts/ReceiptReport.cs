using System.Text.Json.Serialization;

namespace Mingjian.Client.Receipts;

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

    /// <summary>The receipt does not carry what this step would check (the holder's name).</summary>
    [JsonStringEnumMemberName("absent")]
    Absent = 4,
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

    public static IReadOnlyList<string> All { get; } = [Format, Entry, Signature, Inclusion, Checkpoint, Rule, Holder];

    public static string TitleOf(string id) => id switch
    {
        Format => "凭证文件完整",
        Entry => "记录的是党费缴纳",
        Signature => "收款人签名",
        Inclusion => "已写入账本",
        Checkpoint => "账本已由各单位确认",
        Rule => "符合党费规定",
        Holder => "党员姓名",
        _ => id,
    };
}

/// <summary>The outcome of a verification.</summary>
/// <param name="Ok">No step failed and all were reached.</param>
/// <param name="Steps">All of <see cref="ReceiptSteps.All"/>, in order.</param>
/// <param name="Contents">What the receipt says, as far as it could be read; believe it only when <paramref name="Ok"/>.</param>
public sealed record ReceiptReport(bool Ok, IReadOnlyList<VerificationStep> Steps, ReceiptContents? Contents)
{
    /// <summary>Id of the step that failed, or null.</summary>
    [JsonIgnore]
    public string? FailedStep => Steps.FirstOrDefault(s => s.Status == StepStatus.Failed)?.Id;
}

/// <summary>JSON of reports, for the browser module and <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptReport))]
[JsonSerializable(typeof(ReceiptContents))]
[JsonSerializable(typeof(ReceiptScan))]
[JsonSerializable(typeof(CheckpointReport))]
public sealed partial class ReceiptReportJson : JsonSerializerContext;
