using Mingjian.Acts.Networks;
using Mingjian.Engine.Agreement;
using Mingjian.Primitives;
using Mingjian.Server.Nodes;
using Mingjian.Views.Networks;

namespace Mingjian.Server.Monitoring;

/// <summary>Decides what on the network page deserves somebody's attention. Pure.</summary>
internal static class NetworkAlerts
{
    /// <summary>A node whose newest vote is further back has stopped voting.</summary>
    public const int SilentBlocks = 20;

    /// <summary>A node that is further back should be looked at; it mends itself when it can.</summary>
    public const int LagBlocks = 20;

    /// <summary>An act that waits longer is not on its ordinary way.</summary>
    public static readonly TimeSpan LongWait = TimeSpan.FromMinutes(1);

    /// <summary>Certificates that end sooner must be renewed now.</summary>
    public static readonly TimeSpan UrgentCertificate = TimeSpan.FromDays(7);

    /// <summary>The check runs every night.</summary>
    public static readonly TimeSpan CheckAge = TimeSpan.FromHours(48);

    /// <param name="view">Everything but its alerts.</param>
    /// <param name="hold">Why this node does not vote for the block that is due.</param>
    /// <param name="readyLag">Blocks that lists may be behind.</param>
    /// <param name="certificatesUntil">When the first of this node's certificates for etcd ends; null where it has none.</param>
    /// <param name="disk">Of the data directory; null where nobody has looked.</param>
    public static IReadOnlyList<NetworkAlert> Of(
        NetworkView view, VoteHold hold, int readyLag, DateTimeOffset? certificatesUntil = null, DiskSpace? disk = null)
    {
        var members = view.Nodes.Where(n => n.IsMember).ToList();
        var voting = members.Where(n => n.IsVoting).ToList();
        var alerts = new List<NetworkAlert>();

        Add(view.IsFoundingForeign, "foreign-founding", true, "账本上的共建共治协议不是本服务器配置的那一份：节点、单位或单位密钥与网络文件不一致。",
            "不要在这个账本上办理任何事项。数据是旧的或者是别的网络的：请核对数据目录和网络文件（network.mjnet.json），与各单位的文件逐字比较。");
        Add(view.Web is { IsInTouch: false }, "node-out-of-reach", true,
            $"网页服务器连不上本单位的节点，新的事项暂时送不到账本{(view.Web?.Waiting > 0 ? $"，有 {view.Web.Waiting} 项在等" : "")}（{view.Web?.Fault}）。下面是最后一次联系时的情况。",
            "检查节点是否在运行、网络和 web.token 是否正确；恢复后会自动接上，等着的事项会自动提交。");
        Add(view.Web is { IsInTouch: true, Fault: not null }, "copy-fault", true, $"网页服务器的账本副本没有跟上节点（{view.Web?.Fault}）。",
            "先核对网页服务器与节点的程序版本。节点是从旧备份恢复的，停下网页服务器，删去它数据目录里的 ledger，再启动，它会重新补齐。");
        Add(view.Web?.Behind > LagBlocks, "copy-behind", false, $"网页服务器的账本副本比节点少 {view.Web?.Behind} 块。", "一般会自动补齐。长时间不变时检查本机的磁盘和负载。");
        Add(view.IsHalted, "halted", true, "本节点算出的结果与多数节点不一致，已停止表决，现在只供查阅。",
            "不要删除数据，也不要反复重启。请下载下面的证据，与其他组织的节点管理员核对，查明原因后按节点手册处理。");
        Add(view.Protocol.IsUpgradeNeeded, "upgrade-needed", true,
            $"账本从第 {view.Height + 1} 块起按第 {view.Protocol.InForce} 版规则记账，本服务器的程序只支持到第 {view.Protocol.Carried} 版：停在这里，不表决、不受理，仍可查阅。",
            "请安装新版本的程序再启动，数据不用动；升级后会自动补齐。安装前可用 mingjian upgrade --check 检查。");
        Add(view.Protocol is { IsUpgradeNeeded: false, Next: { } due } && due.Version > view.Protocol.Carried, "upgrade-due", true,
            $"各单位已决定从第 {view.Protocol.Next?.From} 块起改用第 {view.Protocol.Next?.Version} 版规则（现在是第 {view.Height} 块），本服务器的程序只支持到第 {view.Protocol.Carried} 版。",
            "请在那之前安装新版本的程序；到时没有升级，本服务器会停在那一块之前，升级后自动补齐。");
        Add(view.LongestWait > LongWait, "waiting", true, $"有 {view.Pending} 项已提交的事项还没有确认，最早的已等了 {Minutes(view.LongestWait)}。",
            "先看共享日志和各节点是否正常。恢复后这些事项会自动确认，不必重新提交。");
        Add(view.Order is { IsReachable: false }, "order-out-of-reach", true, "连不上节点之间的共享日志（etcd），新的事项暂时不能确认。",
            "检查本组织的 etcd 服务和网络是否正常；恢复后会自动接上。");
        Add(members.Count > 1 && voting.Count < view.Quorum, "no-quorum", true, $"只有 {voting.Count} 个节点在表决，少于需要的 {view.Quorum} 个，新的事项不能确认。",
            "请联系下表中没有表决的节点所属的组织，恢复它们的节点。");
        Add(members.Count > 3 && voting.Count == view.Quorum, "quorum-edge", true, $"只剩 {voting.Count} 个节点在表决，再少一个就不能确认新的事项。",
            "请联系下表中没有表决的节点所属的组织。");
        foreach (var node in members.Where(n => !n.IsVoting && !n.IsSelf))
        {
            Add(true, "node-silent", false, node.LastVote is { } vote ? $"{Name(node)}停在第 {vote} 块的表决。" : $"本次启动以来没有收到{Name(node)}的表决。",
                "请联系这个组织的节点管理员，看节点是否在运行、网络是否通。");
        }

        foreach (var node in view.Nodes.Where(n => n.Evidence > 0 && !(n.IsSelf && view.IsHalted)))
        {
            Add(true, "evidence", true, $"{Name(node)}签了互相矛盾或者与最终结果不同的表决。", "证据在下面，可以下载。请与各组织核对这个节点的密钥和程序是否被人动过。");
        }

        Add(view.Lag > LagBlocks, "behind", false, $"本节点比其他节点落后 {view.Lag} 块。", "一般会自动补齐。长时间不变时，检查本机的网络、磁盘和负载。");
        if (CodeOf(hold) is { } held)
        {
            var (what, how) = Words(hold, view.Height + 1);
            Add(true, held, hold != VoteHold.Restored, what, how);
        }

        Add(view.PeerFault is not null, "peer-fault", false, $"最近一次从其他节点补齐账本没有成功：{view.PeerFault}", "看对方节点是否正常；换一个节点补齐会自动进行。");
        foreach (var node in view.Nodes.Where(n => n.Skipped > 0))
        {
            Add(true, "skipped", false, $"{Name(node)}提交了 {node.Skipped} 批不合规的内容，各节点都已跳过，账本不受影响。", "请联系这个组织，看它的节点程序是否出错或被人改动。");
        }

        Add(view.Order is { Skipped: > 0 }, "order-skipped", false, $"共享日志里有 {view.Order?.Skipped} 条不该出现的内容，已跳过。", "请检查谁有权写共享日志（etcd），按节点手册核对各节点的证书。");
        Add(view.ListsBehind > readyLag, "lists-behind", false, $"页面上的列表比账本少 {view.ListsBehind} 块。", "一般会自动赶上。长时间不变时检查数据库。");
        Add(view.LastCheck is { IsClean: false }, "check-faults", true, $"最近一次数据核对有 {view.LastCheck?.FaultCount} 处与账本不一致。", "到“数据核对”查看是哪些行，查明原因后按账本重建列表。");
        Add(view.LastCheck is { } last && view.Now.Milliseconds - last.Finished.Milliseconds > CheckAge.TotalMilliseconds, "check-old", false,
            "超过两天没有核对过列表与账本是否一致。", "核对每晚自动进行；请看服务器日志为什么没有完成，或到“数据核对”立即核对。");
        Add(disk is { IsShort: true }, "disk", disk?.Free < DiskSpace.Urgent, $"数据所在的磁盘只剩 {disk?.Free >> 20} MB。",
            "请清理或扩大磁盘。磁盘写满后节点会停下；已经确认的记录不会丢失，有了空间再启动即可。");
        var left = certificatesUntil?.ToUnixTimeMilliseconds() - view.Now.Milliseconds;
        Add(left < NodeReport.CertificateWarning.TotalMilliseconds, "certificate", left < UrgentCertificate.TotalMilliseconds,
            left < 0 ? "连接共享日志（etcd）的证书已经过期。" : $"连接共享日志（etcd）的证书还有 {left / 86_400_000} 天到期，到期后本节点不能工作。",
            "请网络的运维人员执行 mingjian network renew，本单位再用 mingjian network configure --certificates 收下新证书，不必停机。");
        return [.. alerts.OrderBy(a => a.IsUrgent ? 0 : 1)];

        void Add(bool holds, string code, bool isUrgent, string what, string how)
        {
            if (holds)
            {
                alerts.Add(new NetworkAlert(code, isUrgent, what, how));
            }
        }
    }

    /// <summary>The code of what keeps a node from voting for the block that is due; null when nothing does that somebody should know of.</summary>
    public static string? CodeOf(VoteHold hold) => hold switch
    {
        VoteHold.Time => "held-by-clock",
        VoteHold.Frozen => "frozen",
        VoteHold.OtherRoot => "other-root",
        VoteHold.Restored => "restored",

        // A held protocol is said of web processes, too, and so from the view.
        _ => null,
    };

    private static (string What, string How) Words(VoteHold hold, long height) => hold switch
    {
        VoteHold.Frozen => (
            $"本节点在第 {height} 块冻结了，在多数组织签署重启之前不再对这一块表决。",
            "正在办理重启的，请继续：收齐各节点的说明、签署、提交。没有人在办理的，请按节点手册查明是谁冻结的；其他节点确认了这一块，冻结会自动结束。"),
        VoteHold.OtherRoot => (
            $"重启只允许第 {height} 块是一种结果，本节点算出的是另一种，所以没有表决。",
            "不要反复重启。请先与其他组织核对程序版本，再用 mingjian audit 检查本节点的账本。"),
        VoteHold.Restored => (
            "本节点从备份恢复，或者账本是新建的，对恢复之前已经提交的内容不表决。",
            "其他节点确认之后会自动恢复表决。长时间不变时，看其他节点是否够多数。"),
        _ => (
            "下一块的时间比本机时钟快 10 秒以上，本节点要等到那时才表决。",
            "先校准本机时钟（NTP）。本机没有问题时，是提出这一块的节点时钟快了，请联系那个组织。"),
    };

    private static string Name(NodeView node) =>
        node.IsSelf ? "本节点" : node.Organization is { } name ? $"节点 {node.Number}（{name}）" : $"节点 {node.Number}";

    private static string Minutes(TimeSpan time) => time.TotalHours < 2 ? $"{(int)time.TotalMinutes} 分钟" : $"{(int)time.TotalHours} 小时";
}
