using System.CommandLine;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Engine.Store;
using Mingjian.Server.Operations;

namespace Mingjian.Cli;

/// <summary><c>mingjian rebuild</c>: makes the read models anew from the ledger and compares them with it.</summary>
internal static class RebuildCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "数据目录（data、data/demo）；服务器必须已停止" };
        var slice = new Option<string?>("--slice") { Description = "只重建一部分：organizations、members、keys、dues、explorer；默认全部" };
        var command = new Command("rebuild", "从账本重建查询库，并逐行核对。退出码：0 一致，1 不一致，2 无法进行。") { data, slice };
        command.SetAction(async (result, cancelled) =>
        {
            var directory = DataDirectory.Find(result.GetValue(data)!);
            if (File.Exists(Path.Combine(directory.Path, NetworkFile.FileName)))
            {
                throw new CommandException("这是网络节点的数据，不能离线重建。请停止服务器，删除其中的 readmodels.db*，再启动：查询库会自动重建。");
            }

            try
            {
                var report = await OfflineRebuild.RunAsync(directory.Path, result.GetValue(slice), cancelled);
                Console.WriteLine($"账本：{directory.Network}，第 {report.Height} 块\n重建 {report.Rows} 行，摘要 {report.Digest}");
                Console.WriteLine(report.FaultCount == 0 ? "结论：与账本一致。" : $"结论：有 {report.FaultCount} 行与账本不一致。");
                return report.FaultCount == 0 ? ExitCodes.Ok : ExitCodes.Failed;
            }
            catch (ArgumentException e) when (result.GetValue(slice) is { } unknown && e.ParamName == "slice")
            {
                throw new CommandException($"没有叫“{unknown}”的部分。可选：organizations、members、keys、dues、explorer。", e);
            }
            catch (StoreInUseException e)
            {
                throw new CommandException("账本正在使用，请先停止服务器。", e);
            }
            catch (Exception e) when (e is StoreCorruptException or StoreFullException or IOException)
            {
                throw new CommandException($"打不开账本：{e.Message}", e);
            }
        });
        return command;
    }
}
