using System.CommandLine;
using Microsoft.Extensions.Hosting;
using Mingjian.Bench;
using Mingjian.Cli.Faults;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Peer;

namespace Mingjian.Cli;

/// <summary><c>mingjian bench</c>: how fast this machine carries out, makes final and audits signed payments.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var defaults = new BenchOptions();
        var members = new Option<int[]>("--members")
        {
            Description = "党员人数，可给多个，第一个作为比较基准（默认 10000 1000000）",
            AllowMultipleArgumentsPerToken = true,
        };
        var runs = new Option<int>("--runs") { Description = "每种规模的测量次数，取中位数", DefaultValueFactory = _ => defaults.Runs };
        var payments = new Option<int>("--payments") { Description = "每次测量的笔数", DefaultValueFactory = _ => defaults.PaymentsPerRun };
        var directory = new Option<DirectoryInfo?>("--directory") { Description = "临时账本放在哪里（默认系统临时目录；测完删除）" };
        var only = new Option<string>("--only") { Description = "只测一部分：ledger（本进程内）或 http（另起服务器进程，经本机网络）；默认都测" };
        only.AcceptOnlyFromAmong("ledger", "http");
        var nodes = new Option<int>("--nodes") { Description = "改测由这么多个节点（各带一个 etcd 成员）在本机组成的网络，并与单独的 etcd、两备同步的 PostgreSQL 对照；例如 4" };
        var faults = new Option<int>("--faults")
        {
            Description = "改为考验四个节点的真实进程：负载下逐个杀死节点和 etcd、断网，每种故障轮这么多遍，核对已确认的事项一项不少，并报告多久没有确认",
        };
        var seed = new Option<int>("--seed") { Description = "与 --faults 合用：故障次序的种子（默认随机，会显示）", DefaultValueFactory = _ => Environment.TickCount };
        var loopback = new Option<bool>("--loopback") { Description = "与 --faults 合用：不用网络命名空间（没有 root 权限时自动如此）" };
        var command = new Command("bench", "测速：预先签好的缴纳从受理到最终确认（本进程内、经 HTTP）、凭证核验、审计、启动；与本机 P-256 验签速度相比。")
        {
            members, runs, payments, directory, only, nodes, faults, seed, loopback,
        };
        command.SetAction(async (result, cancelled) =>
        {
            var options = defaults with
            {
                Members = result.GetValue(members) is { Length: > 0 } given ? given : defaults.Members,
                Runs = Math.Clamp(result.GetValue(runs), 1, 100),
                PaymentsPerRun = Math.Clamp(result.GetValue(payments), 100, 50_000),
                Directory = result.GetValue(directory)?.FullName,
                InProcess = result.GetValue(only) != "http",
                Http = result.GetValue(only) != "ledger",
                Nodes = Math.Clamp(result.GetValue(nodes), 0, 31),
            };
            if (result.GetValue(faults) is > 0 and var rounds)
            {
                await FaultBench.RunAsync(rounds, result.GetValue(seed), options.Directory, result.GetValue(loopback), Console.Out, cancelled);
                return ExitCodes.Ok;
            }

            await LedgerBench.RunAsync(options, Console.Out, cancelled);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>What <c>bench</c> starts for itself to compare with; of no use to anybody else, and not shown.</summary>
    public static Command CreatePeer()
    {
        var port = new Option<int>("--port") { Required = true };
        var database = new Option<string>("--database") { Required = true };
        var command = new Command(BenchPeer.Command, "测速用的对照程序，由 bench 自行启动。") { port, database };
        command.Hidden = true;
        command.SetAction(async (result, cancelled) =>
        {
            await using var peer = PeerApplication.Build(result.GetValue(port), result.GetValue(database)!);
            await peer.StartAsync(cancelled);
            await peer.WaitForShutdownAsync(cancelled);
            return ExitCodes.Ok;
        });
        return command;
    }
}
