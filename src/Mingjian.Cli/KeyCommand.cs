using System.CommandLine;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cli;

/// <summary><c>mingjian key</c>: signing keys in files, for programs and the command line.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "签名密钥文件。") { New(), Show(), Bind() };

    private static Command New()
    {
        var file = new Argument<FileInfo>("file") { Description = "要写入的密钥文件（不能已存在）" };
        var command = new Command("new", "生成一把新密钥（P-256，PKCS#8 PEM，只有本用户可读）。") { file };
        command.SetAction(result =>
        {
            using var signer = Es256Signer.Create();
            KeyFile.Write(result.GetValue(file)!, signer);
            Console.WriteLine($"公钥：{signer.Key}\n编号：{signer.Key.Id}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var file = new Argument<FileInfo>("file") { Description = "密钥文件" };
        var command = new Command("show", "显示密钥文件的公钥和编号。") { file };
        command.SetAction(result =>
        {
            using var signer = KeyFile.Read(result.GetValue(file)!);
            Console.WriteLine($"公钥：{signer.Key}\n编号：{signer.Key.Id}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Bind()
    {
        var file = new Argument<FileInfo>("file") { Description = "密钥文件" };
        var server = ServerClient.Option();
        var member = new Option<string>("--member") { Description = "党员编号（m-…）", Required = true };
        var code = new Option<string>("--code") { Description = "一次性邀请码（22 个字符，邀请链接中最后一个点之后的部分）；- 表示从标准输入读取，不留在命令记录里", Required = true };
        var command = new Command("bind", "用邀请码把密钥绑定到党员。") { file, server, member, code };
        command.SetAction(async (result, cancelled) =>
        {
            if (!MemberId.TryParse(result.GetValue(member), out var id) || !InvitationCode.TryParse(Secret(result.GetValue(code)!), out var secret))
            {
                throw new CommandException("党员编号或邀请码的写法不对。");
            }

            using var signer = KeyFile.Read(result.GetValue(file)!);
            using var client = await ServerClient.ConnectAsync(result.GetValue(server)!, cancelled);
            var acts = PreparedActs.Create([new BindKey(id, signer.Key)], client.Network, signer.Key.Id, ServerClient.Now, DisplayNames.None);
            var answer = await client.SubmitAsync("/api/v1/invitations/redeem", acts.Request.SignWith(signer, secret), cancelled);
            Console.WriteLine(answer.Describe());
            return answer.Ok ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    // What stands on a command line, others on the machine can read.
    private static string? Secret(string given) => given == "-" ? Console.In.ReadLine()?.Trim() : given;
}
