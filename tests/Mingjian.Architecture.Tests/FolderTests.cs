using System.Text.RegularExpressions;
using Mingjian.Testing;

namespace Mingjian.Architecture.Tests;

/// <summary>A folder is a namespace, and folders of a project have an order: none needs one that needs it.</summary>
/// <remarks>
/// Reads what the solution's build has left below artifacts/bin, in the configuration of this test. Building these tests alone does not build that: an
/// assembly that is missing, or older than its sources, fails with a word on what to build.
/// </remarks>
public sealed partial class FolderTests
{
    /// <summary>Projects that still have circles. A project that has none any more has to leave the list, so it only ever gets shorter.</summary>
    private static readonly string[] WithCircles = ["Server"];

    public static TheoryData<string> Projects => [.. SourceTree.Projects.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> Straight => [.. SourceTree.Projects.Keys.Except(WithCircles.Select(Full)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_file_declares_the_namespace_of_its_folder(string project)
    {
        var source = SourceTree.Projects[project];
        var others = SourceTree.FilesOf(source, ".cs")
            .Select(f => (File: f, Namespace: Declared().Match(File.ReadAllText(f)).Groups[1].Value))
            .Where(f => f.Namespace.Length > 0 && f.Namespace != project + Path.GetDirectoryName(f.File)![source.Folder.Length..].Replace(Path.DirectorySeparatorChar, '.'));
        Assert.Empty(others);
    }

    [Theory]
    [MemberData(nameof(Straight))]
    public void Folders_have_no_circles(string project)
    {
        var circles = Read(project).Describe().ToList();
        Assert.True(circles.Count == 0, string.Join('\n', circles));
    }

    /// <summary>What slices share knows none of them; only the list in the root names them all.</summary>
    [Fact]
    public void The_kernel_of_slices_names_no_slice()
    {
        const string Project = "Mingjian.Slices";
        const string Kernel = Project + ".Kernel";
        var edges = Read(Project).Edges;
        Assert.Contains(Kernel + ".Desk", edges.Keys);
        Assert.Empty(
            from folder in edges.Where(e => (e.Key + '.').StartsWith(Kernel + '.', StringComparison.Ordinal))
            from used in folder.Value
            where !(used.Key + '.').StartsWith(Kernel + '.', StringComparison.Ordinal)
            select $"{folder.Key} -> {used.Key}: {used.Value}");
    }

    [Fact]
    public void A_project_on_the_list_really_has_circles() => Assert.All(WithCircles, p => Assert.NotEmpty(Read(Full(p)).Circles()));

    /// <summary>The reader must find in this assembly what it is to find in the others, once for every way in which one type can name another.</summary>
    [Fact]
    public void Circles_are_really_found()
    {
        var graph = FolderGraph.Read(typeof(FolderTests).Assembly.Location, Root);
        Assert.Equal([Ring(".One"), Ring(".Three"), Ring(".Two")], Assert.Single(graph.Circles()));
        Assert.Equal(["One -> Two: First names Second", "Three -> One: Third names First", "Two -> Three: Second names Third"], graph.Describe());
        Assert.Equal(
            ["Argument", "Base", "Body", "Caught", "Constraint", "Element", "Field", "Mark", "Parameter", "Result", "Typeof"],
            graph.Edges[Ring(".User")].Keys.Select(n => n[Ring(".Used.").Length..]));

        static string Ring(string name) => Root + name;
    }

    private const string Root = "Mingjian.Architecture.Tests.Folders";

    private static string Full(string name) => "Mingjian." + name;

    private static FolderGraph Read(string project)
    {
        var assembly = new FileInfo(Path.Combine(Repository.Output(project), SourceTree.Projects[project].Assembly + ".dll"));
        Assert.True(assembly.Exists, $"{assembly.FullName} is not there: build the solution first.");
        var newest = SourceTree.FilesOf(SourceTree.Projects[project], ".cs", ".razor").Max(File.GetLastWriteTimeUtc);
        Assert.True(assembly.LastWriteTimeUtc >= newest, $"{assembly.FullName} is older than its sources: build {project} first.");
        return FolderGraph.Read(assembly.FullName, project);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
