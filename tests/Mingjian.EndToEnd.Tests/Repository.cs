namespace Mingjian.EndToEnd.Tests;

/// <summary>Where things are in the checkout.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Build configuration of this run, as the artifacts layout spells it.</summary>
    public static string Configuration { get; } =
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public static string Sample(string name) => Path.Combine(Root, "samples", name);

    public static string Output(string project) => Path.Combine(Root, "artifacts", "bin", project, Configuration);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mingjian.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("Mingjian.slnx was not found above the test's folder.");
    }
}
