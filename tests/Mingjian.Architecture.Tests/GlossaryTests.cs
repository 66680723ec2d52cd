using System.Text.RegularExpressions;
using Mingjian.Testing;

namespace Mingjian.Architecture.Tests;

/// <summary>One word for one thing, in everything that people read: pages, messages, command line, user manual.</summary>
/// <remarks>What is quoted (regulations, headings of offices' own workbooks) keeps its words: <see cref="Quoting"/>.</remarks>
public sealed partial class GlossaryTests
{
    /// <summary>The word that is not used, and the one that is.</summary>
    private static readonly (string Wrong, string Right)[] Words =
    [
        ("交纳", "缴纳"),
        ("应交", "应缴"),
        ("已交", "已缴"),
        ("未交", "未缴"),
        ("补缴", "补交"),
        ("免缴", "免交"),
        ("多缴", "多交"),
        ("少缴", "少交"),
        ("垫缴", "垫交"),
        ("质疑", "异议"),
        ("欠交", "欠缴"),
        ("催交", "催缴"),
    ];

    private static readonly string[] Quoting = ["DuesRuleCatalog.cs", "RosterHeadings.cs", "GlossaryTests.cs"];

    [Fact]
    public void Everything_that_people_read_calls_a_thing_by_one_word()
    {
        var places = new List<string>();
        foreach (var file in Files())
        {
            foreach (var (line, number) in File.ReadLines(file).Select((l, i) => (l, i + 1)))
            {
                places.AddRange(
                    from word in Words
                    where Clear().Replace(line, string.Empty).Contains(word.Wrong, StringComparison.Ordinal)
                    select $"{Path.GetRelativePath(Repository.Root, file)}({number}): {word.Wrong} is called {word.Right}");
            }
        }

        Assert.True(places.Count == 0, string.Join('\n', places));
    }

    [Fact]
    public void Every_word_of_the_glossary_is_used()
    {
        var text = string.Concat(Files().Select(File.ReadAllText));
        Assert.DoesNotContain(Words.Select(w => w.Right), w => !text.Contains(w, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Files() =>
        from folder in new[] { Repository.File("src"), Repository.File("docs", "guide") }
        from file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        where Path.GetExtension(file) is ".cs" or ".razor" or ".js" or ".mjs" || file.StartsWith(Repository.File("docs", "guide"), StringComparison.Ordinal)
        where !Quoting.Contains(Path.GetFileName(file), StringComparer.Ordinal) && !file.Contains("node_modules", StringComparison.Ordinal)
        select file;

    /// <summary>Words that only look like one: 已交接, 未交付.</summary>
    [GeneratedRegex("[应已未]交(?=[付接互流易给由到办])", RegexOptions.None, 1000)]
    private static partial Regex Clear();
}
