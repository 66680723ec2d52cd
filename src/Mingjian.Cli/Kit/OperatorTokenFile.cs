using Mingjian.Server.Operations;

namespace Mingjian.Cli.Kit;

/// <summary>What a running server leaves in its data directory for whoever may read that.</summary>
internal static class OperatorTokenFile
{
    /// <exception cref="CommandException">Not there, or not readable.</exception>
    public static string Read(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, OperatorToken.FileName)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"读不到 {OperatorToken.FileName}：服务器没有在这个目录上运行，或者您没有读取权限。服务器停止时，直接复制整个数据目录即可。", e);
        }
    }
}
