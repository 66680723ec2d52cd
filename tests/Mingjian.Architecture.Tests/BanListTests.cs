using Mingjian.Testing;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Mingjian.Architecture.Tests;

/// <summary>The analyser ignores a misspelt entry in silence; here it fails.</summary>
public sealed class BanListTests
{
    private static readonly Lazy<HashSet<string>> Known = new(ReadSymbols);

    public static TheoryData<string> Lists =>
        [.. Directory.EnumerateFiles(Repository.File("build"), "BannedSymbols.*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Lists))]
    public void Every_entry_names_an_existing_symbol_and_says_why(string list)
    {
        var entries = File.ReadAllLines(Repository.File("build", list)).Select(l => l.Split(';', 2)).ToList();
        Assert.NotEmpty(entries);
        Assert.All(entries, e => Assert.True(e.Length == 2 && e[1].Length > 10, e[0] + " has no reason"));
        Assert.DoesNotContain(entries, e => !Known.Value.Contains(e[0]));
        Assert.Equal(entries.Count, entries.Select(e => e[0]).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("P:System.DateTime.Noww")]
    [InlineData("M:System.Guid.NewGuid()")]
    [InlineData("T:System.Collections.Generic.Dictionary")]
    [InlineData("M:Mingjian.Primitives.LedgerId.New")]
    public void A_misspelt_entry_would_be_found(string entry) => Assert.DoesNotContain(entry, Known.Value);

    [Theory]
    [InlineData("Mingjian.Contracts", "BannedSymbols.Contracts.txt")]
    [InlineData("Mingjian.Contracts.Sdk", "BannedSymbols.Contracts.txt")]
    [InlineData("Mingjian.Engine", "BannedSymbols.Engine.txt")]
    public void The_lists_are_given_to_the_analyser(string project, string list)
    {
        var text = File.ReadAllText(Repository.File("Directory.Build.props"));
        var group = text.Split("</ItemGroup>").Single(g => g.Contains($"'$(MSBuildProjectName)' == '{project}'", StringComparison.Ordinal));
        Assert.Contains($"<AdditionalFiles Include=\"$(MSBuildThisFileDirectory)build/{list}\" />", group);
    }

    /// <summary>Under invariant globalisation string.Normalize returns its text unchanged: names that look the same would differ.</summary>
    [Fact]
    public void No_project_may_use_the_runtimes_normalisation()
    {
        var group = File.ReadAllText(Repository.File("Directory.Build.props")).Split("</ItemGroup>").Single(g => g.Contains("BannedSymbols.Text.txt", StringComparison.Ordinal));
        Assert.EndsWith("<ItemGroup>\n    <AdditionalFiles Include=\"$(MSBuildThisFileDirectory)build/BannedSymbols.Text.txt\" />\n  ", group);
        var calls = new[] { "src", "tests" }.SelectMany(f => Directory.EnumerateFiles(Repository.File(f), "*", SearchOption.AllDirectories))
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor" && !f.Contains("/obj/", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("Normalization" + "Form.", StringComparison.Ordinal));
        Assert.Empty(calls);
    }

    private static HashSet<string> ReadSymbols()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(f) == "Mingjian.Primitives.dll");
        foreach (var path in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(path);
            foreach (var type in module.Types.Where(t => t.IsPublic))
            {
                for (var part = type.Namespace; part.Length > 0; part = part.Contains('.') ? part[..part.LastIndexOf('.')] : string.Empty)
                {
                    known.Add("N:" + part);
                }

                known.Add(DocCommentId.GetDocCommentId(type));
                known.UnionWith(type.Methods.Select(m => DocCommentId.GetDocCommentId(m)));
                known.UnionWith(type.Properties.Select(p => DocCommentId.GetDocCommentId(p)));
            }
        }

        return known;
    }
}
