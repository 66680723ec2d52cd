namespace Mingjian.Testing;

/// <summary>Files of this repository, found by walking up to the solution.</summary>
public static class Repository
{
    // Build configuration of this run, as the artifacts layout spells it.
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>The folder that holds Mingjian.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below the root, for example <c>Repository.File("samples", "roster-300.xlsx")</c>.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A file of the folder samples.</summary>
    public static string Sample(string name) => File("samples", name);

    /// <summary>A program's own output folder: what a user would run.</summary>
    public static string Output(string project) => File("artifacts", "bin", project, Configuration);

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
