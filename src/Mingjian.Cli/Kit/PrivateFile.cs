using System.Text;

namespace Mingjian.Cli.Kit;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <exception cref="CommandException">It exists already, or cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var stream = new FileStream(path, options);
            stream.Write(Encoding.UTF8.GetBytes(text.EndsWith('\n') ? text : text + "\n"));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"写不了 {path}：{e.Message}", e);
        }
    }

    /// <summary>A directory for its owner alone.</summary>
    public static string CreateDirectory(params string[] parts)
    {
        var path = Path.Combine(parts);
        return (OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).FullName;
    }
}
