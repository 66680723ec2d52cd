using System.CommandLine;
using System.Globalization;
using Mingjian.Acts;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Cli;

/// <summary><c>mingjian network</c>: what a network file says, with the changes that a node history adds; and a halted node's way back.</summary>
internal static class NetworkCommand
{
    public static Command Create()
    {
        var command = new Command("network", "多单位网络：建立、加入、查看、换密钥；网络文件的依据和核验规则；恢复停止表决的节点。") { Show(), Policy(), Mend(), HeightCommand.Create(), BackupCommand.CreateBackup(), BackupCommand.CreateRestore(), DevCommand.Create() };
        foreach (var step in NetworkSetupCommands.Create())
        {
            command.Add(step);
        }

        return command;
    }

    private static Command Show()
    {
        var network = NetworkOption.Create(required: true);
        var nodes = NetworkOption.History();
        var command = new Command("show", "显示网络文件的依据，逐次核验名单变更。退出码：0 通过，1 不通过，2 无法核验。") { network, nodes };
        command.SetAction(result =>
        {
            var trusted = NetworkOption.Read(result.GetValue(network)!);
            NodeHistoryReport? report = null;
            if (result.GetValue(nodes) is { } file)
            {
                report = trusted.Follow(Files.Read(file, NodeHistoryFile.MaxSize), out trusted);
            }

            Console.WriteLine($"账本：{trusted.Network}\n依据：{trusted.Basis}");
            foreach (var (index, change) in (report?.Changes ?? []).Index())
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"[通过]   第 {index + 1} 次变更：第 {change.FromHeight} 区块起 {change.Nodes} 个节点，{Terms.Of(change.Announced)}公布"));
            }

            if (report is { Ok: false })
            {
                Console.WriteLine($"[不通过] {report.Explanation}（{report.FailedStep}）{(report.Detail is { } detail ? $"\n         {detail}" : string.Empty)}");
                return ExitCodes.Failed;
            }

            foreach (var node in trusted.Eras[^1].Nodes.Nodes)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"节点 {node.Number}：投票密钥 {node.VoteKey}"));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Policy()
    {
        var network = NetworkOption.Create(required: true);
        var nodes = NetworkOption.History();
        var command = new Command("policy", "输出 C2SP tlog-policy（log、witness、group、quorum），供其他程序核验。") { network, nodes };
        command.SetAction(result =>
        {
            var trusted = NetworkOption.Read(result.GetValue(network)!, result.GetValue(nodes));
            Console.Write(TlogPolicy.Write(trusted.Network, trusted.Eras[^1].Nodes));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Mend()
    {
        var data = new Argument<string>("data") { Description = "数据目录；服务器必须已停止" };
        var command = new Command(
            "mend", "程序或机器修好以后，让因结果与多数节点不同而停止表决的节点重新参加。退出码：0 已恢复，1 没有停止，2 无法进行。") { data };
        command.SetAction(result =>
        {
            var directory = DataDirectory.Find(result.GetValue(data)!);
            try
            {
                using var store = RocksDbBlockStore.Open(Path.Combine(directory.Path, "ledger"));
                if (NodeRepair.Mend(store) is not { } evidence)
                {
                    Console.WriteLine("这个节点没有因为结果不同而停止表决，什么都没有改动。");
                    return ExitCodes.Failed;
                }

                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"节点 {evidence.Node} 在第 {evidence.Height} 区块得出的结果与多数节点不同，因此停止了表决。停止的标记已经去掉，证据仍然保留。"));
                Console.WriteLine("启动服务器后会重新执行这个区块；如果结果仍然不同，节点会再次停止。已经投出的票不会改变。");
                return ExitCodes.Ok;
            }
            catch (StoreInUseException e)
            {
                throw new CommandException("账本正在使用，请先停止服务器。", e);
            }
            catch (Exception e) when (e is StoreCorruptException or StoreFullException or IOException)
            {
                throw new CommandException($"打不开账本：{e.Message}。如果文件已经损坏，请把数据目录移走，用空的数据目录从其他节点重新取得账本。", e);
            }
        });
        return command;
    }
}
