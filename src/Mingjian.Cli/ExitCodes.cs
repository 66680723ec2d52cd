namespace Mingjian.Cli;

/// <summary>What scripts can rely on.</summary>
internal static class ExitCodes
{
    /// <summary>Done; what was checked holds.</summary>
    public const int Ok = 0;

    /// <summary>Checked and found wrong, or refused.</summary>
    public const int Failed = 1;

    /// <summary>Nothing could be checked or done: bad arguments, unreadable files, no connection.</summary>
    public const int Unusable = 2;

    /// <summary>A receipt is genuine, and its payment has been reversed.</summary>
    public const int Reversed = 3;

    /// <summary>A receipt is genuine; whether its payment was reversed later was not checked, or not as lately as demanded.</summary>
    public const int Unchecked = 4;
}

/// <summary>Ends the program with <see cref="ExitCodes.Unusable"/> and a message for people.</summary>
internal sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner);

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
