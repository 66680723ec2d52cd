using System.CommandLine;
using System.Net.Http.Json;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Engine.Store;
using Mingjian.Server.Operations;

namespace Mingjian.Cli;

/// <summary><c>mingjian backup</c> and <c>mingjian restore</c>: one node's data, taken while the server runs.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup()
    {
        var data = new Argument<string>("data") { Description = "服务器的数据目录（data、data/demo），用来证明您是本机的运维人员" };
        var server = ServerClient.Option();
        var command = new Command("backup", "在服务器运行时备份账本和不能重建的数据。退出码：0 完成，2 无法进行。") { data, server };
        command.SetAction(async (result, cancelled) =>
        {
            var token = OperatorTokenFile.Read(DataDirectory.Find(result.GetValue(data)!).Path);
            using var client = await ServerClient.ConnectAsync(result.GetValue(server)!, cancelled);
            var answer = await client.PostAsync("/api/v1/operator/backups", JsonContent.Create(new { }), cancelled, bearer: token);
            var manifest = answer.GetProperty("manifest");
            Console.WriteLine($"备份：{answer.GetProperty("directory").GetString()}");
            Console.WriteLine($"账本：第 {manifest.GetProperty("height").GetInt64()} 块，{manifest.GetProperty("size").GetInt64()} 条记录，根 {manifest.GetProperty("root").GetString()}");
            Console.WriteLine($"不在其中：{string.Join("、", manifest.GetProperty("leftOut").EnumerateArray().Select(e => e.GetString()))}");
            Console.WriteLine("请把它复制到另一台机器；保险库主密钥（vault.key）另行保管。");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var backup = new Argument<string>("backup") { Description = "一份备份的目录（里面有 backup.json）" };
        var data = new Argument<string>("data") { Description = "新的数据目录，或 mingjian network init 的节点目录；其中的 network（演示为 demo）必须不存在或为空" };
        var command = new Command("restore", "核对备份并恢复到空的数据目录。退出码：0 完成，1 备份不完整，2 无法进行。") { backup, data };
        command.SetAction(async (result, cancelled) =>
        {
            try
            {
                var node = new NodeDirectory(result.GetValue(data)!);
                var (directory, manifest) = await BackupFiles.RestoreAsync(
                    result.GetValue(backup)!, node.File.Exists ? Path.Combine(node.Path, "data") : node.Path, cancelled);
                if (node.File.Exists)
                {
                    node.TakeKeys(Path.Combine(directory, "keys"));
                }

                Console.WriteLine($"已恢复到 {directory}：{manifest.Network}，第 {manifest.Height} 块，备份于 {manifest.Taken:yyyy-MM-dd HH:mm:ss} UTC");
                Console.WriteLine($"接下来：放回 vault.key，运行 mingjian audit {directory}，再启动服务器。这次备份以后的记录不在其中。");
                return ExitCodes.Ok;
            }
            catch (Exception e) when (e is BackupException or StoreCorruptException)
            {
                await Console.Error.WriteLineAsync($"mingjian: {e.Message}");
                return ExitCodes.Failed;
            }
            catch (Exception e) when (e is StoreFullException or IOException or UnauthorizedAccessException)
            {
                throw new CommandException($"不能恢复：{e.Message}", e);
            }
        });
        return command;
    }
}
