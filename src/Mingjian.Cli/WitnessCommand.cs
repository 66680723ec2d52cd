using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Witnessing;
using Mingjian.Log.Witnessing;

namespace Mingjian.Cli;

/// <summary><c>mingjian witness</c>: lets any party without a node cosign checkpoints (C2SP tlog-witness).</summary>
internal static class WitnessCommand
{
    public static Command Create() => new("witness", "外部见证人：不运行节点，也能为账本摘要联名作证（C2SP tlog-witness）。") { New(), Run() };

    private static Command New()
    {
        var file = new Argument<FileInfo>("file") { Description = "要写入的密钥文件（不能已存在）" };
        var name = new Option<string>("--name") { Description = "见证人的名称，例如 witness.example.org/1", Required = true };
        var command = new Command("new", "生成见证人密钥，显示公钥（交给账本的运营方和核验的人）。") { file, name };
        command.SetAction(result =>
        {
            Console.WriteLine(WitnessKeyFile.Create(result.GetValue(file)!, result.GetValue(name)!).Key);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Run()
    {
        var key = new Argument<FileInfo>("key") { Description = "见证人密钥文件" };
        var state = new Argument<DirectoryInfo>("state") { Description = "记忆目录：见证过的最新账本摘要和证据。丢了它就不能再用这把密钥" };
        var policy = new Option<FileInfo>("--policy")
        {
            Description = "tlog-policy 文件，其中每一行 log 是一个要见证的账本（mingjian network policy 的输出即可）",
            Required = true,
        };
        var listen = new Option<string>("--listen") { Description = "监听的地址，默认 127.0.0.1", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "端口，默认 5190；0 为任意空闲端口", DefaultValueFactory = _ => 5190 };
        var command = new Command("run", "运行见证服务，直到 Ctrl+C。") { key, state, policy, listen, port };
        command.SetAction((result, cancelled) => RunAsync(
            WitnessKeyFile.Read(result.GetValue(key)!), result.GetValue(state)!, PolicyOption.Read(result.GetValue(policy)!),
            result.GetValue(listen)!, result.GetValue(port), cancelled));
        return command;
    }

    private static async Task<int> RunAsync(
        Log.Notes.NoteSigner signer, DirectoryInfo state, WitnessPolicy policy, string listen, int port, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(listen, out var address) || port is < 0 or > 65535 || policy.Logs.Count == 0)
        {
            throw new CommandException(policy.Logs.Count == 0 ? "规则文件里没有 log 行，不知道要见证哪个账本。" : "监听地址应为 IP 地址，端口应在 0 到 65535 之间。");
        }

        try
        {
            using var witness = new Witness(signer, policy.Logs, state.FullName, TimeProvider.System);
            await using var app = WitnessHost.Build(witness, address, port);
            await app.StartAsync(cancellationToken);
            var at = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            Console.WriteLine($"见证人 {signer.Key}\n监听 {at}");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl+C is how it ends.
            }

            await app.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new CommandException($"见证服务不能运行：{e.Message}", e);
        }
    }
}

/// <summary>A tlog-policy file on the command line.</summary>
internal static class PolicyOption
{
    public static Option<FileInfo> Create() => new("--policy") { Description = "C2SP tlog-policy 文件：要求有这些见证人的联名" };

    /// <exception cref="CommandException">Not a policy.</exception>
    public static WitnessPolicy Read(FileInfo file)
    {
        try
        {
            return WitnessPolicy.Parse(Files.Read(file, WitnessPolicy.MaxSize));
        }
        catch (FormatException e)
        {
            throw new CommandException($"{file.Name} 不是 tlog-policy 文件：{e.Message}", e);
        }
    }
}
