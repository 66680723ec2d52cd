using System.CommandLine;
using System.Globalization;
using Mingjian.Cli.Kit;

namespace Mingjian.Cli.Networks;

/// <summary><c>mingjian network dev</c>: a whole network on this machine.</summary>
internal static class DevCommand
{
    private const int MostNodes = 7;

    public static Command Create()
    {
        var directory = new Argument<string>("directory") { Description = "存放整个网络的目录；不存在则新建", DefaultValueFactory = _ => "data/network-dev" };
        var nodes = new Option<int>("--nodes") { Description = $"节点数，1 至 {MostNodes}（只在新建时有效）", DefaultValueFactory = _ => 4 };
        var port = new Option<int>("--port") { Description = "第一个服务器的端口，其余依次递增；etcd 用其后 100 和 200 处的端口（只在新建时有效）", DefaultValueFactory = _ => 5181 };
        var command = new Command("dev", "在本机运行一个完整的演示网络（每个节点一个服务器和一个 etcd），Ctrl+C 停止。只用于试用。") { directory, nodes, port };
        command.SetAction(async (result, cancelled) =>
        {
            var (count, first) = (result.GetValue(nodes), result.GetValue(port));
            if (count is < 1 or > MostNodes || first is < 1 or > 65_000)
            {
                throw new CommandException($"--nodes 应为 1 至 {MostNodes}，--port 应为 1 至 65000。");
            }

            await using var network = DevNetwork.Create(
                result.GetValue(directory)!, count,
                new LoopbackSites([.. Enumerable.Range(0, count).SelectMany(i => new[] { first + i, first + 100 + i, first + 200 + i })]));
            Console.WriteLine("正在启动（第一次约一分钟）…");
            try
            {
                await network.StartAsync([.. Enumerable.Range(1, network.Servers.Count)], cancelled);
                await network.ShareNamesAsync(cancelled);
                foreach (var (index, server) in network.Servers.Index())
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  节点 {index + 1}  http://localhost:{server.Port}/"));
                }

                Console.WriteLine("在任何一个节点上登录（/demo）、登记，其他节点上几秒内可见。Ctrl+C 停止。演示数据，所有密钥都在一个目录里，不得用于实际工作。");
                await Task.Delay(Timeout.Infinite, cancelled);
            }
            catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
            {
                Console.WriteLine("正在停止…");
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
