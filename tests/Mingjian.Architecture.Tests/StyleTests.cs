using System.Text.RegularExpressions;
using Mingjian.Testing;

namespace Mingjian.Architecture.Tests;

public sealed partial class StyleTests(ITestOutputHelper output)
{
    /// <summary>Lines; aim at 400. Above it the test prints the file, it does not fail: a long file is a sign to look.</summary>
    private const int Long = 500;

    /// <summary>Lines; nobody reads such a file.</summary>
    private const int TooLong = 1_000;

    private static readonly IReadOnlyList<string> Files = new[] { "src", "tests", "benchmarks" }
        .Select(f => Repository.File(f))
        .Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*.cs", SearchOption.AllDirectories))
        .Where(f => !Generated().IsMatch(f.Replace('\\', '/')))
        .ToList();

    [Fact]
    public void No_file_hides_code_in_a_region() =>
        Assert.Empty(Files.Where(f => Region().IsMatch(File.ReadAllText(f))).Select(Path.GetFileName));

    [Fact]
    public void No_code_is_commented_out() =>
        Assert.Empty(Files.SelectMany(f => CommentedOut().Matches(File.ReadAllText(f)).Select(m => $"{Path.GetFileName(f)}: {m.Value.Trim()}")));

    [Fact]
    public void Files_stay_readable()
    {
        var lengths = Files.Select(f => (Name: Path.GetFileName(f), Lines: File.ReadLines(f).Count())).ToList();
        foreach (var (name, lines) in lengths.Where(l => l.Lines > Long))
        {
            output.WriteLine($"long: {name} has {lines} lines");
        }

        Assert.DoesNotContain(lengths, l => l.Lines > TooLong);
    }

    [Fact]
    public void Files_were_found_and_the_patterns_find_what_they_look_for()
    {
        Assert.True(Files.Count > 50);
        Assert.Matches(Region(), "  #" + "region Fields\n");
        Assert.Matches(CommentedOut(), "        // " + "return x;\n");
        Assert.Matches(CommentedOut(), "// " + "if (x)\n");
        Assert.DoesNotMatch(CommentedOut(), "// The last entry stays; those before it are spent.\n");
    }

    [GeneratedRegex("/(obj|bin|artifacts|node_modules|Migrations)/")]
    private static partial Regex Generated();

    [GeneratedRegex(@"^\s*#(end)?region", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^\s*//\s?(return\b.*;|(if|for|foreach|while) \(.*\)\s*\{?|(var|await|using) .*;|\w+(\.\w+)*\(.*\);|[{}])\s*$", RegexOptions.Multiline)]
    private static partial Regex CommentedOut();
}
