namespace Mingjian.Cli.Kit;

/// <summary>Files named on the command line.</summary>
internal static class Files
{
    /// <exception cref="CommandException">Missing, unreadable or larger than <paramref name="most"/> bytes.</exception>
    public static byte[] Read(FileInfo file, long most)
    {
        try
        {
            return file.Length <= most
                ? File.ReadAllBytes(file.FullName)
                : throw new CommandException($"{file.Name} 太大（{file.Length} 字节）。");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"读不了 {file.FullName}：{e.Message}", e);
        }
    }
}
