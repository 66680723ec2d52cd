namespace Mingjian.Server.Operations;

/// <summary>Files and directories that their owner alone may read. On Windows their directory's rights decide.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfDirectory = OfFile | UnixFileMode.UserExecute;

    /// <summary>Makes a directory for its owner alone, and takes away others' rights from one that is there.</summary>
    /// <returns>Its full path.</returns>
    public static string CreateDirectory(string path)
    {
        var full = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(full).FullName;
        }

        Directory.CreateDirectory(full, OfDirectory);
        try
        {
            Narrow(full, OfDirectory);
        }
        catch (UnauthorizedAccessException)
        {
            // Another account's directory that is lent to this one: its owner decides who reads it.
        }

        return full;
    }

    /// <summary>Takes away others' rights from a directory that this process has made, and from everything below it.</summary>
    public static void NarrowAll(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var below in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Prepend(directory))
        {
            Narrow(below, OfDirectory);
        }

        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            Narrow(file, OfFile);
        }
    }

    /// <summary>Opens a file that is not there yet for writing.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OfFile;
        }

        return new FileStream(path, options);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void Narrow(string path, UnixFileMode most)
    {
        if (File.GetUnixFileMode(path) is var mode && (mode & ~most) != UnixFileMode.None)
        {
            File.SetUnixFileMode(path, mode & most);
        }
    }
}
