using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Server.Upgrades;
using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;

namespace Mingjian.Cli;

/// <summary><c>mingjian upgrade --check</c>: what this version of the program would do with a data directory. Writes nothing; the upgrade itself is a start.</summary>
internal static class UpgradeCommand
{
    /// <summary>The program would start, and somebody should look first: no backup of late, or no room for one.</summary>
    public const int Cautioned = 3;

    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "数据目录（data、data/demo）、节点目录，或一份备份的目录；服务器必须已停止" };
        var check = new Option<bool>("--check") { Description = "只检查，什么也不写", Required = true };
        var settings = new Option<FileInfo>("--settings")
        {
            Description = "服务器的设置文件（每行 名称=值，如 node.env、web.env），里面有 Sql__Provider、Sql__ConnectionString；默认用环境变量和数据目录旁的 node.env",
        };
        var backups = new Option<string>("--backups") { Description = "备份目录；默认是设置里的 Mingjian__BackupDirectory，或数据目录下的 backups" };
        var command = new Command(
            "upgrade", "用这个版本的程序启动以前，检查数据目录：每个存储的版本、会做什么、空间、备份。退出码：0 可以升级，1 会拒绝启动，2 无法检查，3 能启动，但请先处理提示。")
        {
            data, check, settings, backups,
        };
        command.SetAction(async (result, cancelled) =>
        {
            if (!result.GetValue(check))
            {
                throw new CommandException("升级就是用新程序启动服务器；先加 --check 检查。");
            }

            var source = Find(result.GetValue(data)!, result.GetValue(settings), result.GetValue(backups));
            if (source.FindLedger() is { IsInUse: true })
            {
                throw new CommandException("账本正在使用（服务器在运行）。请先停止服务器再检查；或者先运行 mingjian backup，再检查那份备份的目录。");
            }

            var findings = await UpgradeChecks.RunAsync(source, cancelled);
            foreach (var finding in findings)
            {
                Console.WriteLine($"{Mark(finding.State)} {finding.What}：{finding.Found}{(finding.Known.Length > 0 ? $"；本程序：{finding.Known}" : string.Empty)}\n    {finding.Does}");
            }

            var worst = findings.Max(f => f.State);
            Console.WriteLine(worst switch
            {
                UpgradeState.Ready => "结论：可以升级。没有写入任何东西。",
                UpgradeState.Caution => "结论：能启动，但请先处理标有“注意”的各项。没有写入任何东西。",
                _ => "结论：不能升级，本程序会拒绝启动。请先处理标有“不行”的各项。没有写入任何东西。",
            });
            return worst switch
            {
                UpgradeState.Ready => ExitCodes.Ok,
                UpgradeState.Caution => Cautioned,
                _ => ExitCodes.Failed,
            };
        });
        return command;
    }

    private static string Mark(UpgradeState state) => state switch
    {
        UpgradeState.Ready => "[好]",
        UpgradeState.Caution => "[注意]",
        _ => "[不行]",
    };

    private static UpgradeSource Find(string path, FileInfo? settings, string? backups)
    {
        var directory = DataDirectory.Find(path).Path;
        var dataDirectory = Path.GetDirectoryName(directory)!;
        var file = settings ?? new FileInfo(new NodeDirectory(Path.GetDirectoryName(dataDirectory) ?? dataDirectory).Environment);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(file.Exists || settings is not null ? Read(file) : [])
            .AddEnvironmentVariables()
            .Build();
        try
        {
            return new UpgradeSource(
                directory, SqlSettings.Read(configuration, directory),
                Path.GetFullPath(backups ?? configuration["Mingjian:BackupDirectory"] ?? Path.Combine(dataDirectory, "backups")), TimeProvider.System.GetUtcNow());
        }
        catch (InvalidOperationException e)
        {
            throw new CommandException($"数据库设置不对：{e.Message}", e);
        }
    }

    // As systemd's EnvironmentFile: NAME=value, # begins a remark.
    private static IEnumerable<KeyValuePair<string, string?>> Read(FileInfo file) =>
        from line in System.Text.Encoding.UTF8.GetString(Files.Read(file, 64 * 1024)).Split('\n', StringSplitOptions.TrimEntries)
        let split = line.IndexOf('=', StringComparison.Ordinal)
        where split > 0 && line[0] != '#'
        select KeyValuePair.Create(line[..split].Replace("__", ":", StringComparison.Ordinal), (string?)line[(split + 1)..].Trim('"'));
}
