using System.Text.Json;

namespace Mingjian.Log.Tests;

/// <summary>Golden files under vectors/, found by walking up to the solution.</summary>
internal static class Vectors
{
    public static string Root { get; } = FindRoot();

    public static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "vectors", path)));
        return document.RootElement.Clone();
    }

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
