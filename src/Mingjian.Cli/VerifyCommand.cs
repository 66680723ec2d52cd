using System.CommandLine;
using System.Text;
using System.Text.Json;
using Mingjian.Cli.Witnessing;
using Mingjian.Client.Networks;
using Mingjian.Client.Receipts;
using Mingjian.Cryptography;
using Mingjian.Log.Witnessing;

namespace Mingjian.Cli;

/// <summary><c>mingjian verify</c>: checks a receipt with nothing but the network file; needs no server and no network.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var receipt = new Argument<FileInfo>("receipt") { Description = "凭证文件（.mjreceipt），或每行一个二维码文字（MJ1/…）的文本文件" };
        var network = NetworkOption.Create(required: true);
        var nodes = NetworkOption.History();
        var policy = PolicyOption.Create();
        var witnessed = new Option<FileInfo>("--witnessed") { Description = "联名文件（取自 /ledger/witnessed?old=凭证的账本条数）：与 --policy 一起用" };
        var json = new Option<bool>("--json") { Description = "以 JSON 输出各步结果" };
        var command = new Command("verify", "离线核验一张凭证。退出码：0 通过，1 不通过，2 无法核验。") { receipt, network, nodes, policy, witnessed, json };
        command.SetAction(result =>
        {
            var bytes = ReadReceipt(result.GetValue(receipt)!);
            var trusted = NetworkOption.Read(result.GetValue(network)!, result.GetValue(nodes));
            var report = new ReceiptVerifier(new PlatformEcVerifier()).Verify(bytes, trusted);
            report = (result.GetValue(policy), result.GetValue(witnessed)) switch
            {
                (null, null) => report,
                ({ } rule, { } file) => WitnessCheck.Extend(report, bytes, PolicyOption.Read(rule), Files.Read(file, WitnessRequest.MaxSize)),
                _ => throw new CommandException("--policy 和 --witnessed 要一起用。"),
            };
            Console.WriteLine(result.GetValue(json) ? JsonSerializer.Serialize(report, ReceiptReportJson.Default.ReceiptReport) : Describe(report, trusted));
            return report.Ok ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

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
            text.AppendLine(report.Ok ? contents.Title : $"{contents.Title}（自称，未通过核验）");
            foreach (var fact in contents.Facts)
            {
                text.AppendLine($"  {fact.Label}：{fact.Value}");
            }
        }

        text.AppendLine($"账本：{network.Network}");
        text.AppendLine($"依据：{network.Basis}");
        return text.Append(report.Ok ? "结论：核验通过。" : $"结论：核验不通过，停在“{report.Steps.First(s => s.Id == report.FailedStep).Title}”（{report.FailedStep}）。").ToString();
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
