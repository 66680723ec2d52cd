using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Witnessing;
using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Storage.RocksDb;
using Spectre.Console;

namespace Mingjian.Cli;

/// <summary><c>mingjian audit</c>: replays a whole ledger and checks every signature, rule, root and checkpoint.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
            Description = "数据目录（data、data/demo）、账本网址（http…）或 C2SP tile 目录",
        };
        var network = NetworkOption.Create(required: false);
        var policy = PolicyOption.Create();
        var token = new Option<FileInfo>("--token") { Description = "审计令牌文件：审计网址时需要，由账本的运营方用 mingjian access grant 签发" };
        var json = new Option<bool>("--json") { Description = "以 JSON 输出结果，不显示进度" };
        var command = new Command("audit", "重放并检查整个账本。退出码：0 无误，1 有问题（指出位置），2 无法审计。") { source, network, policy, token, json };
        command.SetAction((result, cancelled) => RunAsync(
            result.GetValue(source)!, result.GetValue(network), result.GetValue(policy) is { } file ? PolicyOption.Read(file) : null,
            result.GetValue(token), result.GetValue(json), cancelled));
        return command;
    }

    private static async Task<int> RunAsync(
        string source, FileInfo? network, WitnessPolicy? policy, FileInfo? token, bool json, CancellationToken cancellationToken)
    {
        var opened = await AuditSource.OpenAsync(source, network, token, cancellationToken);
        using var http = opened.Http;
        await using var plain = opened.Ledger;
        ILedgerSource ledger;
        try
        {
            // With a policy the audit goes as far as the witnesses have seen, and no further.
            ledger = policy is null ? plain
                : http is not null ? await WitnessedSource.OpenAsync(plain, http, policy, cancellationToken)
                : plain is DirectoryLedgerSource && await plain.ReadCheckpointAsync(cancellationToken) is { } text
                    && SignedNote.TryParse(text, out var note) == NoteFault.None ? WitnessedSource.Of(plain, note!, policy)
                : throw new CommandException("--policy 用于账本网址或 tile 目录。");
        }
        catch (WitnessFaultException e)
        {
            await Console.Error.WriteLineAsync($"结论：有问题。{e.Message}");
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"取不到联名的账本摘要：{e.Message}", e);
        }

        if (opened.Caution is not null)
        {
            await Console.Error.WriteLineAsync($"注意：{opened.Caution}");
        }

        var audit = new LedgerAudit(
            opened.Trust, new ContractSet(AllContracts.Create()), new KeyDirectory(), new SignatureVerifier(new PlatformEcVerifier()));
        var start = TimeProvider.System.GetTimestamp();
        AuditReport report;
        try
        {
            report = json ? await audit.RunAsync(ledger, null, cancellationToken) : await WithProgressAsync(audit, ledger, cancellationToken);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new CommandException(
                token is null ? "账本条目的内容不公开，审计网址需要令牌：请账本的运营方用 mingjian access grant 签发一个，再用 --token 指定令牌文件。"
                    : $"服务器不接受 {token.Name} 中的令牌：可能已到期、被收回，或者是另一个服务器签发的。", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new CommandException($"读不了账本：{e.Message}", e);
        }

        Print(report, opened.Trust, TimeProvider.System.GetElapsedTime(start), json);
        return report.Fault is null ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static Task<AuditReport> WithProgressAsync(LedgerAudit audit, ILedgerSource source, CancellationToken cancellationToken) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            .Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bars = new Dictionary<AuditStage, ProgressTask>();
                var gate = new Lock();
                var report = await audit.RunAsync(source, new Reporter(Show), cancellationToken);
                foreach (var bar in bars.Values.Where(b => report.Fault is null))
                {
                    bar.Value = bar.MaxValue;
                }

                return report;

                void Show(AuditProgress now)
                {
                    lock (gate)
                    {
                        if (!bars.TryGetValue(now.Stage, out var bar))
                        {
                            foreach (var earlier in bars.Values)
                            {
                                earlier.Value = earlier.MaxValue;
                            }

                            bars[now.Stage] = bar = progress.AddTask(NameOf(now.Stage));
                        }

                        bar.MaxValue = Math.Max(1, now.Total);
                        bar.Value = now.Done;
                    }
                }
            });

    private static string NameOf(AuditStage stage) => stage switch
    {
        AuditStage.Files => "检查文件",
        AuditStage.Replay => "重放记录",
        AuditStage.Tiles => "核对日志",
        AuditStage.State => "核对状态",
        AuditStage.Index => "核对索引",
        _ => stage.ToString(),
    };

    private static void Print(AuditReport report, LedgerTrust trust, TimeSpan took, bool json)
    {
        if (json)
        {
            var answer = new JsonObject
            {
                ["ok"] = report.Fault is null,
                ["network"] = trust.Network.ToString(),
                ["blocks"] = report.Blocks,
                ["entries"] = report.Entries,
                ["transactions"] = report.Transactions,
                ["signatures"] = report.Signatures,
                ["root"] = report.Root.ToString(),
                ["stateRoot"] = report.StateRoot.ToString(),
                ["seconds"] = Math.Round(took.TotalSeconds, 3),
            };
            if (report.Fault is { } fault)
            {
                answer["fault"] = new JsonObject { ["code"] = fault.StableCode, ["place"] = fault.Place, ["message"] = fault.Message };
            }

            Console.WriteLine(answer.ToJsonString());
            return;
        }

        Console.WriteLine($"账本：{trust.Network}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"已重放：{report.Blocks} 个区块，{report.Entries} 条记录，{report.Transactions} 项事项，{report.Signatures} 个签名，用时 {took.TotalSeconds:0.0} 秒"));
        Console.WriteLine($"账本根：{report.Root}\n状态根：{report.StateRoot}");
        Console.WriteLine(report.Fault is { } found
            ? $"结论：有问题。位置：{found.Place}（{found.StableCode}）\n        {found.Message}"
            : "结论：全部无误。");
    }

    private sealed class Reporter(Action<AuditProgress> show) : IProgress<AuditProgress>
    {
        public void Report(AuditProgress value) => show(value);
    }
}

/// <summary>Finds out what a source is, and whose keys to trust.</summary>
/// <param name="Caution">Said to the user when the keys come from the very place that is audited.</param>
[SuppressMessage("Reliability", "CA2000", Justification = "The record hands source and client on; the command disposes of both.")]
internal sealed record AuditSource(ILedgerSource Ledger, LedgerTrust Trust, HttpClient? Http, string? Caution)
{
    /// <exception cref="CommandException">Not a ledger, or nothing says whose keys to trust.</exception>
    public static Task<AuditSource> OpenAsync(string source, FileInfo? network, FileInfo? token, CancellationToken cancellationToken) =>
        Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? OpenHttpAsync(address, network, token is null ? null : AccessTokenFile.Read(token, address), cancellationToken)
            : Task.FromResult(token is null ? OpenDirectory(source, network) : throw new CommandException("--token 用于账本网址。"));

    private static async Task<AuditSource> OpenHttpAsync(
        Uri address, FileInfo? network, AuthenticationHeaderValue? token, CancellationToken cancellationToken)
    {
        var text = address.ToString().TrimEnd('/');
        var prefix = new Uri((text.EndsWith("/ledger", StringComparison.Ordinal) ? text : text + "/ledger") + "/");
        var http = new HttpClient { BaseAddress = prefix, Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = 64 << 20 };
        try
        {
            var (trust, caution) = network is not null
                ? (LedgerTrustOf(NetworkOption.Read(network)), null)
                : (LedgerTrustOf(TrustedNetwork.Parse(await http.GetByteArrayAsync(new Uri("network?anchor=genesis", UriKind.Relative), cancellationToken))),
                    "网络文件取自被审计的服务器本身，只能说明账本自洽；要独立审计请用 --network 指定您信任的网络文件。");
            return new AuditSource(new HttpLedgerSource(http, token is null ? null : _ => token), trust, http, caution);
        }
        catch (Exception e) when (e is HttpRequestException or NetworkFileException or TaskCanceledException)
        {
            http.Dispose();
            throw new CommandException($"取不到网络文件：{e.Message}", e);
        }
    }

    private static AuditSource OpenDirectory(string path, FileInfo? network)
    {
        if (File.Exists(Path.Combine(path, "checkpoint")))
        {
            return network is not null
                ? new AuditSource(new DirectoryLedgerSource(path), LedgerTrustOf(NetworkOption.Read(network)), null, null)
                : throw new CommandException("审计 tile 目录需要用 --network 指定网络文件。");
        }

        var data = DataDirectory.Find(path);
        var source = new RocksDbLedgerSource(Path.Combine(data.Path, "ledger"));
        if (network is not null)
        {
            return new AuditSource(source, LedgerTrustOf(NetworkOption.Read(network)), null, null);
        }

        const string caution = "公钥取自数据目录本身；要独立审计请用 --network 指定您信任的网络文件。";
        var founding = new FileInfo(Path.Combine(data.Path, NetworkFile.FileName));
        if (founding.Exists)
        {
            return new AuditSource(source, LedgerTrustOf(NetworkOption.Read(founding)), null, caution);
        }

        var keys = Path.Combine(data.Path, "keys");
        return NodeKeys.Exist(keys)
            ? new AuditSource(source, NodeKeys.LoadOrCreate(keys, data.Network).Alone, null, caution)
            : throw new CommandException("数据目录里没有节点密钥，请用 --network 指定网络文件。");
    }

    /// <exception cref="CommandException">The file begins after the founding: an audit begins there.</exception>
    private static LedgerTrust LedgerTrustOf(TrustedNetwork network) => network.File.Anchor.Height == 0
        ? new(network.Network, network.Nodes)
        : throw new CommandException("审计从账本建立时查起，请使用建立时的网络文件（地址 /ledger/network?anchor=genesis）。");
}
