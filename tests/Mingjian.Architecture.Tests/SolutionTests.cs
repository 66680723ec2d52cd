using System.Xml.Linq;
using Mingjian.Testing;

namespace Mingjian.Architecture.Tests;

public sealed class SolutionTests
{
    private static readonly string[] CentralSettings =
        ["TargetFramework", "LangVersion", "Nullable", "ImplicitUsings", "TreatWarningsAsErrors", "AnalysisLevel", "ManagePackageVersionsCentrally"];

    private static readonly IReadOnlyList<string> Projects = new[] { "src", "tests", "benchmarks" }
        .Select(f => Repository.File(f))
        .Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*.csproj", SearchOption.AllDirectories))
        .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)
        .ToList();

    [Fact]
    public void The_solution_lists_every_project_once()
    {
        var listed = XDocument.Load(Repository.File("Mingjian.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value);
        Assert.Equal(Projects, listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Package_versions_stand_in_one_place() => Assert.All(
        Projects,
        p => Assert.DoesNotContain(Load(p).Descendants("PackageReference"), r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null));

    [Fact]
    public void Projects_set_nothing_that_the_repository_sets_for_all() => Assert.All(
        Projects, p => Assert.Empty(Load(p).Descendants().Select(e => e.Name.LocalName).Intersect(CentralSettings, StringComparer.Ordinal)));

    private static XDocument Load(string project) => XDocument.Load(Repository.File(project));
}
