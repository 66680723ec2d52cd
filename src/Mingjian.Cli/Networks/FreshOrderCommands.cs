using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mingjian.Acts;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Contracts;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Cli.Networks;

/// <summary><c>mingjian network standing</c> and <c>reorder</c>: the way on after etcd was lost as a whole (docs/adr/0004).</summary>
internal static class FreshOrderCommands
{
    public static Command Standing()
    {
        var directory = new Argument<string>("directory") { Description = "本单位的节点目录；服务器必须已停止" };
        var output = new Option<FileInfo>("--out", "-o") { Description = "写出的文件（.mjstand.json），交给牵头单位", Required = true };
        var command = new Command("standing", "etcd 全部丢失以后：写出本节点最后确认到哪里、投过什么票。退出码：0 完成，2 无法进行。") { directory, output };
        command.SetAction(result =>
        {
            using var node = OpenedNode.Open(result.GetValue(directory)!);
            var bytes = node.Standing.Encode();
            File.WriteAllBytes(result.GetValue(output)!.FullName, bytes);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"节点 {node.Standing.Node}：{Describe(node.Standing)}"));
            Console.WriteLine($"请用别的途径（电话、当面）核对文件指纹：{Hash32.Of(bytes)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command Reorder()
    {
        var network = new Argument<string>("network") { Description = "mingjian network found 建立的目录" };
        var standings = new Argument<FileInfo[]>("standings") { Description = "各单位 network standing 写出的文件，越齐越好，至少要达到确认所需的节点数", Arity = ArgumentArity.OneOrMore };
        var node = new Option<string>("--node") { Description = "本单位的节点目录（服务器已停止）；应是确认得最多的节点", Required = true };
        var command = new Command(
            "reorder", "etcd 全部丢失、已经换上全新的空 etcd 以后：决定新的次序从哪里开始，写入 etcd，并建立各节点的用户和权限。所有服务器必须已停止。") { network, standings, node };
        command.SetAction(async (result, cancelled) =>
        {
            var directory = result.GetValue(network)!;
            var all = result.GetValue(standings)!.Select(Read).ToList();
            OrderStart start;
            using (var own = OpenedNode.Open(result.GetValue(node)!))
            {
                var mine = own.Standing;
                if (all.Find(s => s.Node == mine.Node) is { } handed && !handed.Encode().AsSpan().SequenceEqual(mine.Encode()))
                {
                    throw new CommandException("本节点的文件与它现在的账本不一致：写出文件以后节点又运行过。请停止所有服务器，各单位重新写出。");
                }

                all.ForEach(s => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"节点 {s.Node}：{Describe(s)}，指纹 {Hash32.Of(s.Encode())}")));
                var nodes = own.Nodes();
                var (decided, fault) = FreshOrder.Decide(mine, nodes, all, out var blamed);
                start = decided ?? throw Refused(fault, blamed, nodes.Quorum);
            }

            await NetworkSetupCommands.BeginOrderAsync(directory, start, cancelled);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"新的次序已写入：接在第 {start.After.Height} 个区块之后，{(start.Due is null ? "没有等待确认的批次" : "先重新确认投过票的那一批")}。请启动各节点的服务器。"));
            Console.WriteLine("etcd 丢失前已提交、没有确认的其他事项不在其中，请告诉提交的人重新提交；重复提交不会重复办理。");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static CommandException Refused(FreshOrderFault fault, int node, int quorum) => new(fault switch
    {
        FreshOrderFault.NotOurs => $"节点 {node} 不在名单上，或者是别的账本的文件。",
        FreshOrderFault.Twice => $"节点 {node} 有两份文件。",
        FreshOrderFault.Forged => $"节点 {node} 的文件里有不是由应签的节点签署的内容，请向该单位核对文件指纹；不能使用这份文件。",
        FreshOrderFault.Ahead => $"节点 {node} 确认得更多，请由那个单位执行这条命令。",
        FreshOrderFault.Differs => $"节点 {node} 在同一高度有不同的区块：不要继续，保存各节点数据，按 docs/adr/0002 处理。",
        FreshOrderFault.BatchUnknown => $"节点 {node} 投过票，但没有保存投的是哪一批（旧版本程序），不能决定从哪里开始。",
        FreshOrderFault.Conflict => $"节点 {node} 和别的节点在同一轮投的不是同一批：其中有一个不诚实。核对后去掉它的文件。",
        _ => $"至少需要 {quorum} 个节点的文件。",
    });

    private static string Describe(Standing standing) => string.Create(
        CultureInfo.InvariantCulture,
        $"确认到第 {standing.Height} 个区块（位置 {standing.Position}），{(standing.Vote is { } vote ? $"在第 {vote.Height} 个区块第 {vote.Epoch} 轮投过票（位置 {standing.Batch?.Position}）" : "此后没有投过票")}");

    internal static Standing Read(FileInfo file)
    {
        var bytes = Files.Read(file, Engine.Agreement.Standing.MaxSize);
        try
        {
            return Engine.Agreement.Standing.Decode(bytes) is { Format: Engine.Agreement.Standing.CurrentFormat } standing ? standing : throw Refuse();
        }
        catch (CanonicalJsonException e)
        {
            throw Refuse(e);
        }

        CommandException Refuse(Exception? cause = null) => new(
            FormatMark.Refusal(file.Name, bytes, Engine.Agreement.Standing.CurrentFormat) ?? $"{file.Name} 不是 network standing 写出的文件，或者内容被改动过。", cause);
    }

    /// <summary>A stopped node's store.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "Disposing of it closes the store.")]
    private sealed class OpenedNode : IDisposable
    {
        private readonly RocksDbBlockStore _store;
        private readonly DataDirectory _data;
        private readonly string _path;

        private OpenedNode(RocksDbBlockStore store, DataDirectory data, string path, int number)
        {
            (_store, _data, _path) = (store, data, path);
            Standing = Engine.Agreement.Standing.Of(store, data.Network, number);
        }

        public Standing Standing { get; }

        public static OpenedNode Open(string path)
        {
            var node = NodeFile.Read(new NodeDirectory(path).File);
            var data = DataDirectory.Find(Path.Combine(path, "data"));
            try
            {
                return new OpenedNode(RocksDbBlockStore.Open(Path.Combine(data.Path, "ledger")), data, path, node.Number);
            }
            catch (StoreInUseException e)
            {
                throw new CommandException("账本正在使用，请先停止服务器。", e);
            }
            catch (Exception e) when (e is StoreCorruptException or StoreFullException or IOException)
            {
                throw new CommandException($"打不开账本：{e.Message}。", e);
            }
        }

        /// <summary>Who makes the next block final.</summary>
        public NodeSet Nodes()
        {
            var founding = NetworkFile.Parse(File.ReadAllBytes(Path.Combine(_path, NetworkFile.FileName)));
            return Engine.Agreement.Standing.NextNodes(
                _store, _data.Network, new ContractSet(AllContracts.Create()), new KeyDirectory(), founding.ToNodeSet());
        }

        public void Dispose() => _store.Dispose();
    }
}
