using System.Globalization;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>Asks nodes what they say of themselves; nothing of it is trusted.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>The node's report, or why there is none.</summary>
    public async Task<(NodeReport? Report, string? Fault)> ReadAsync(Uri server, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await _http.GetByteArrayAsync(new Uri(server, "/ledger/node"), cancellationToken);
            return JsonSerializer.Deserialize<NodeReport>(bytes, JsonSerializerOptions.Web) is { } report ? (report, null) : (null, "答复是空的");
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return (null, e.Message);
        }
    }

    /// <exception cref="CommandException">There is none, or the server does not answer.</exception>
    public async Task<AgreementFile> ReadAgreementAsync(Uri server, CancellationToken cancellationToken)
    {
        try
        {
            return AgreementFile.Parse(await _http.GetByteArrayAsync(new Uri(server, "/ledger/agreement"), cancellationToken));
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken) || e is CanonicalJsonException)
        {
            throw new CommandException($"从 {server} 取不到共建共治协议：{e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or JsonException or NotSupportedException or FormatException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}

/// <summary>What the nodes' reports together mean.</summary>
internal sealed class NetworkDiagnosis
{
    private const int LagThatMatters = 5;

    private NetworkDiagnosis(IReadOnlyList<string> faults) => Faults = faults;

    /// <summary>What is wrong and what to do, in Chinese; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults { get; }

    public static NetworkDiagnosis Of(IReadOnlyList<(Uri Server, NodeReport? Report, string? Fault)> nodes, DateTimeOffset now)
    {
        var faults = new List<string>();
        foreach (var (server, _, fault) in nodes.Where(n => n.Report is null))
        {
            faults.Add($"{server} 没有答复（{fault}）。先启动它；仍不行再查网络和日志。");
        }

        List<NodeReport> known = [.. nodes.Select(n => n.Report).OfType<NodeReport>()];
        if (known.Count == 0)
        {
            return new NetworkDiagnosis(faults);
        }

        if (known.DistinctBy(n => n.Network).Skip(1).Any())
        {
            faults.Add($"这些节点不是同一个账本的：{string.Join("、", known.Select(n => $"节点 {n.Number} 是 {n.Network}").Distinct(StringComparer.Ordinal))}。");
        }

        foreach (var same in known.GroupBy(n => (n.Network, n.Height)).Where(g => g.DistinctBy(n => (n.Root, n.StateRoot)).Skip(1).Any()))
        {
            faults.Add($"第 {same.Key.Height} 个区块，{string.Join("、", same.Select(n => $"节点 {n.Number}"))} 的根不一致！请立即停止办理，保存各节点数据，按 docs/adr/0002 处理。");
        }

        var top = known.Max(n => n.Height);
        foreach (var node in known)
        {
            Judge(node, top, now, faults);
        }

        var members = known.Where(n => n.Member && !n.Halted).DistinctBy(n => n.Number).Count();
        var quorum = known.MaxBy(n => n.Height)!.Quorum;
        if (members < quorum)
        {
            faults.Add($"能投票的节点只有 {members} 个，需要 {quorum} 个：现在提交的事项不会确认，要等更多节点恢复。");
        }

        return new NetworkDiagnosis(faults);
    }

    /// <summary>What is still to do before the network is in use; null when it is.</summary>
    public static string? OpenOf(NodeReport node) => node.Founding switch
    {
        "AgreementMissing" => "还没有签署创始协议",
        "NotSetUp" => "还没有启用",
        _ => null,
    };

    private static string? HoldOf(NodeReport node) => node.Hold switch
    {
        "Time" => "的时钟慢了，下一个区块的时间超前太多。请校时（chrony）。",
        "Frozen" => $"在第 {node.Height + 1} 个区块冻结了，等多数组织签署重启（docs/operating/nodes.md）。",
        "OtherRoot" => $"在第 {node.Height + 1} 个区块算出的结果不是重启所允许的，没有投票。请核对程序版本。",
        "Protocol" => $"停在第 {node.Height} 个区块：以后按第 {node.Protocol} 版规则记账，它的程序只支持到第 {node.Carries} 版。请升级程序，数据不用动。",
        "Restored" => "从备份恢复，对恢复之前已经排序的内容不投票；其他节点确认之后自动恢复。",
        _ => null,
    };

    private static void Judge(NodeReport node, long top, DateTimeOffset now, List<string> faults)
    {
        var name = $"节点 {node.Number}";
        if (node.Halted)
        {
            faults.Add($"{name} 执行的结果与多数不同，已停止投票（仍可查询）。查看证据，核对程序版本，不要删除数据。");
        }

        if (node.Founding == "Foreign")
        {
            faults.Add($"{name} 账本上的共建共治协议不是它配置的那一份（节点、单位或单位密钥不同）！不要在上面办理，核对它的数据目录和网络文件。");
        }

        if (!node.Member)
        {
            faults.Add($"{name} 的投票不计数：它不在名单上，或者正用着旧密钥。");
        }

        if (HoldOf(node) is { } hold)
        {
            faults.Add($"{name} {hold}");
        }

        if (top - node.Height > LagThatMatters)
        {
            faults.Add($"{name} 落后 {top - node.Height} 个区块{(node.PeerFault is { } fault ? $"；补账失败：{fault}" : "，正在补")}。");
        }

        if (node.Order is { Reached: false })
        {
            faults.Add($"{name} 连不上 etcd，它收到的事项排不了序。");
        }

        if (node.CertificatesUntil - now < NodeReport.CertificateWarning)
        {
            var until = node.CertificatesUntil!.Value.UtcDateTime;
            faults.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} 的 etcd 证书{(until < now.UtcDateTime ? "已经过期" : $"还有 {(int)(until - now.UtcDateTime).TotalDays} 天到期")}（{until:yyyy-MM-dd}）：运维执行 mingjian network renew，该单位用 network configure --certificates 收下。"));
        }

        foreach (var evidence in node.Evidence)
        {
            faults.Add($"{name} 保存着证据：节点 {evidence.Node} 在第 {evidence.Height} 个区块 {Describe(evidence.Kind)}。");
        }
    }

    private static string Describe(string kind) => kind switch
    {
        "DoubleVote" => "投了两种票",
        "WrongVote" => "投的票与多数不同",
        "OwnDivergence" => "自己算出的结果与多数不同",
        _ => kind,
    };
}
