using System.CommandLine;
using System.Globalization;
using Mingjian.Client;
using Mingjian.Cli.Networks;
using Mingjian.Client.Networks;

namespace Mingjian.Cli;

/// <summary><c>mingjian network</c>: what a network file says, with the changes that a node history adds.</summary>
internal static class NetworkCommand
{
    public static Command Create()
    {
        var command = new Command("network", "多单位网络：建立、加入、查看、换密钥；网络文件的依据和核验规则。") { Show(), Policy(), DevCommand.Create() };
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
}
