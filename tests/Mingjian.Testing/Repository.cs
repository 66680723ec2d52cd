namespace Mingjian.Testing;

/// <summary>Files of this repository, found by walking up to the solution.</summary>
public static class Repository
{
    /// <summary>The folder that holds Mingjian.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below the root, for example <c>Repository.File("samples", "roster-300.xlsx")</c>.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Mingjian.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Mingjian.slnx is not above " + AppContext.BaseDirectory);
    }
}
