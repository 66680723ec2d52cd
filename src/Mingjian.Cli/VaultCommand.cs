using System.CommandLine;
using Mingjian.Cli.Kit;
using Mingjian.Vault;

namespace Mingjian.Cli;

/// <summary><c>mingjian vault</c>: the file of the vault's master keys. The server wraps everything anew at its next start.</summary>
internal static class VaultCommand
{
    public static Command Create() => new("vault", "保险库主密钥文件。") { Rotate(), Retire() };

    private static Command Rotate()
    {
        var file = KeyFile();
        var command = new Command("rotate", "在文件里加一把新的主密钥；下次启动时，服务器用它重新包裹所有数据密钥。") { file };
        command.SetAction(result => Rewrite(result.GetValue(file)!, keys => keys.WithNewKey(), keys =>
            $"新主密钥是第 {keys.Current} 版。先备份这个文件，再重新启动服务器（有几台网页服务器的，先都停下，把文件拷到每一台）。"));
        return command;
    }

    private static Command Retire()
    {
        var file = KeyFile();
        var command = new Command("retire", "从文件里去掉旧的主密钥，只留最新的一把。服务器用新密钥启动成功以后才能办。") { file };
        command.SetAction(result => Rewrite(result.GetValue(file)!, keys => keys.OnlyCurrent(), keys =>
            $"只留下第 {keys.Current} 版。旧备份还要用旧密钥才能打开：备份留多久，旧密钥文件的备份就留多久。"));
        return command;
    }

    private static Argument<FileInfo> KeyFile() => new("file") { Description = "主密钥文件 vault.key" };

    private static int Rewrite(FileInfo file, Func<MasterKeys, MasterKeys> change, Func<MasterKeys, string> say)
    {
        try
        {
            var keys = change(MasterKeys.Read(file.FullName) ?? throw new CommandException($"没有这个文件：{file.FullName}"));
            keys.Write(file.FullName);
            Console.WriteLine(say(keys));
            return ExitCodes.Ok;
        }
        catch (VaultException e)
        {
            throw new CommandException($"读不懂主密钥文件：{e.Message}", e);
        }
    }
}
