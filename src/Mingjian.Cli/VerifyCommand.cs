using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Witnessing;
using Mingjian.Cryptography;
using Mingjian.Log.Witnessing;
using Mingjian.Primitives;

namespace Mingjian.Cli;

/// <summary><c>mingjian verify</c>: checks a receipt with nothing but the network file; asks a server only when told to.</summary>
internal static class VerifyCommand
{
    private const int MostDays = 36_500;

    public static Command Create()
    {
        var receipt = new Argument<FileInfo>("receipt") { Description = "凭证文件（.mjreceipt），或每行一个二维码文字（MJ1/…）的文本文件" };
        var network = NetworkOption.Create(required: true);
        var nodes = NetworkOption.History();
        var online = FreshStanding.Option();
        var standing = new Option<FileInfo>("--standing") { Description = "另外取得的状态证明文件，代替联网查询" };
        var days = new Option<int?>("--at-most-days")
        {
            Description = "状态证明最多几天前的区块才算数；更早的视为没有检查（退出码 4）",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MostDays)
                {
                    return value;
                }

                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--at-most-days 应是 0 到 {MostDays} 的整数。"));
                return null;
            },
        };
        var policy = PolicyOption.Create();
        var witnessed = new Option<FileInfo>("--witnessed") { Description = "联名文件（取自 /ledger/witnessed?old=凭证的账本条数）：与 --policy 一起用" };
        var json = new Option<bool>("--json") { Description = "以 JSON 输出各步结果" };
        var command = new Command(
            "verify",
            "核验一张凭证：内容自签署后有没有改动，截至哪个区块有效。退出码：0 没有改动并且有效，1 不通过，2 无法核验，3 已冲正，4 没有改动但此后是否冲正未检查。")
        {
            receipt, network, nodes, online, standing, days, policy, witnessed, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var bytes = ReadReceipt(result.GetValue(receipt)!);
            var trusted = NetworkOption.Read(result.GetValue(network)!, result.GetValue(nodes));
            var verifier = new ReceiptVerifier(new PlatformEcVerifier());
            var fresh = (result.GetValue(online), result.GetValue(standing)) switch
            {
                (null, null) => FreshStanding.None,
                ({ } server, null) => await FreshStanding.AskAsync(server, bytes, cancellationToken),
                (null, { } file) => new FreshStanding(Files.Read(file, PaymentStanding.MaxSize), null),
                _ => throw new CommandException("--online 和 --standing 只能用一个。"),
            };
            var report = verifier.Verify(bytes, trusted, new StandingDemand(fresh.Text, NotBefore(result.GetValue(days))));
            report = (result.GetValue(policy), result.GetValue(witnessed)) switch
            {
                (null, null) => report,
                ({ } rule, { } file) => WitnessCheck.Extend(report, bytes, PolicyOption.Read(rule), Files.Read(file, WitnessRequest.MaxSize)),
                _ => throw new CommandException("--policy 和 --witnessed 要一起用。"),
            };
            if (fresh.Fault is not null)
            {
                await Console.Error.WriteLineAsync(fresh.Fault);
            }

            Console.WriteLine(result.GetValue(json) ? JsonSerializer.Serialize(report, ReceiptReportJson.Default.ReceiptReport) : Describe(report, trusted));
            return report.Verdict switch
            {
                ReceiptVerdict.InForce => ExitCodes.Ok,
                ReceiptVerdict.Reversed => ExitCodes.Reversed,
                ReceiptVerdict.Unchanged => ExitCodes.Unchecked,
                _ => ExitCodes.Failed,
            };
        });
        return command;
    }

    private static LedgerTime? NotBefore(int? days) =>
        days is { } most ? LedgerTime.From(TimeProvider.System.GetUtcNow().AddDays(-most)) : null;

    private static byte[] ReadReceipt(FileInfo file)
    {
        // Larger files are handed on as they are: refusing them is the verifier's first step.
        var bytes = Files.Read(file, 64 << 20);
        if (!bytes.AsSpan().StartsWith("MJ1/"u8))
        {
            return bytes;
        }

        try
        {
            var scan = ReceiptQr.Decode(Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            return scan.Receipt is { } text
                ? Encoding.UTF8.GetBytes(text)
                : throw new CommandException($"二维码不齐：共 {scan.Total} 个，还缺第 {string.Join('、', scan.Missing)} 个。");
        }
        catch (ReceiptFormatException e)
        {
            throw new CommandException(e.Message, e);
        }
    }

    private static string Describe(ReceiptReport report, TrustedNetwork network)
    {
        var text = new StringBuilder();
        foreach (var step in report.Steps)
        {
            var mark = step.Status switch
            {
                StepStatus.Ok => "[通过]  ",
                StepStatus.Failed => "[不通过]",
                StepStatus.Absent => "[未附]  ",
                StepStatus.Reversed => "[已冲正]",
                StepStatus.Stale => "[太旧]  ",
                _ => "[未进行]",
            };
            text.AppendLine($"{mark} {step.Title}（{step.Id}）：{step.Explanation}");
            if (step.Detail is not null)
            {
                text.AppendLine($"         {step.Detail}");
            }
        }

        text.AppendLine();
        if (report.Contents is { } contents)
        {
            text.AppendLine(report.Verdict switch
            {
                ReceiptVerdict.Failed => $"{contents.Title}（自称，未通过核验）",
                ReceiptVerdict.Reversed => $"{contents.Title}（已冲正，凭证作废）",
                _ => contents.Title,
            });
            foreach (var fact in contents.Facts)
            {
                text.AppendLine($"  {fact.Label}：{fact.Value}");
            }
        }

        text.AppendLine($"账本：{network.Network}");
        text.AppendLine($"依据：{network.Basis}");
        return text.Append($"结论：{report.Conclusion}").ToString();
    }
}

/// <summary>A standing fetched for a receipt.</summary>
/// <param name="Text">Never trusted; null = there is none.</param>
/// <param name="Fault">Why there is none, in words.</param>
internal sealed record FreshStanding(byte[]? Text, string? Fault)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static FreshStanding None { get; } = new(null, null);

    public static Option<Uri> Option() => new("--online")
    {
        Description = "向这个网址的明鉴服务器查询此后是否冲正（只发出凭证的指纹，不发内容）；答复照样核验",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            {
                return address;
            }

            result.AddError("--online 应为 http:// 或 https:// 开头的网址。");
            return null;
        },
    };

    /// <summary>Asks a server; whatever goes wrong is only a reason why later reversals are not checked.</summary>
    public static async Task<FreshStanding> AskAsync(Uri server, byte[] receipt, CancellationToken cancellationToken)
    {
        StandingQuery query;
        try
        {
            query = StandingQuery.For(ReceiptFile.Parse(receipt));
        }
        catch (ReceiptFormatException)
        {
            // The verifier's first step says so.
            return None;
        }

        using var http = new HttpClient { BaseAddress = server, Timeout = Patience, MaxResponseContentBufferSize = PaymentStanding.MaxSize };
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(string.Create(CultureInfo.InvariantCulture, $"{StandingQuery.Address}{query.Index}"), UriKind.Relative));
        request.Headers.Add(StandingQuery.ProofHeader, query.Proof);
        request.Headers.Accept.ParseAdd($"{PaymentStanding.MediaType}, application/problem+json");
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(cancellationToken) is { Length: > 0 } standing
                    ? new FreshStanding(standing, null)
                    : new FreshStanding(null, "服务器的答复是空的，没有取得状态证明。")
                : new FreshStanding(null, response.StatusCode == HttpStatusCode.NotFound
                    ? "服务器的账本里没有这张凭证，没有取得状态证明。"
                    : string.Create(CultureInfo.InvariantCulture, $"服务器没有给状态证明（{(int)response.StatusCode}）。"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new FreshStanding(null, $"没有连上 {server}，没有取得状态证明：{e.Message}");
        }
    }
}

/// <summary>The trust anchor on the command line.</summary>
internal static class NetworkOption
{
    public static Option<FileInfo> Create(bool required) =>
        new("--network", "-n") { Description = "网络文件（.mjnet.json）：从可信途径取得的信任依据", Required = required };

    public static Option<FileInfo> History() =>
        new("--nodes") { Description = "名单变更记录（取自任何一个节点的 /ledger/nodes）：网络文件之后节点名单变更过时需要" };

    /// <exception cref="CommandException">Not a network file, or a history that does not hold.</exception>
    public static TrustedNetwork Read(FileInfo file, FileInfo? history)
    {
        var network = Read(file);
        if (history is null)
        {
            return network;
        }

        var report = network.Follow(Files.Read(history, NodeHistoryFile.MaxSize), out var followed);
        return report.Ok ? followed : throw new CommandException($"{report.Explanation}（{report.FailedStep}）");
    }

    /// <exception cref="CommandException">Not a network file.</exception>
    public static TrustedNetwork Read(FileInfo file)
    {
        try
        {
            return TrustedNetwork.Parse(Files.Read(file, NetworkFile.MaxSize));
        }
        catch (NetworkFileException e)
        {
            throw new CommandException(e.Message, e);
        }
    }
}
