namespace Mingjian.Architecture.Tests;

public sealed class DependencyTests
{
    private const string Everything = "*";

    /// <summary>What each project may see, directly or through others: the directions of docs/design/design.md, section 3, and ADR 0001.</summary>
    private static readonly Dictionary<string, string[]> MaySee = new(StringComparer.Ordinal)
    {
        ["Primitives"] = [],
        ["Collation"] = ["Primitives"],
        ["Cryptography"] = ["Primitives"],
        ["Log"] = ["Primitives", "Cryptography"],
        ["Contracts.Sdk"] = ["Primitives"],
        ["Contracts"] = ["Primitives", "Contracts.Sdk"],
        ["Rules"] = ["Primitives", "Contracts.Sdk"],
        ["Elections"] = ["Primitives", "Contracts.Sdk", "Cryptography"],
        ["Engine"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk"],
        ["Ordering.Local"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Engine"],
        ["Ordering.Etcd"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Engine"],
        ["Storage.RocksDb"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Engine"],
        ["Storage.Sql"] = ["Primitives"],
        ["Vault"] = ["Primitives", "Storage.Sql"],
        ["Workbooks"] = ["Primitives", "Contracts.Sdk", "Contracts"],
        ["Acts"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Contracts"],
        ["Views"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Contracts", "Acts"],
        ["Web"] = ["Primitives", "Collation", "Cryptography", "Log", "Contracts.Sdk", "Contracts", "Acts", "Views"],
        ["Web.Trust"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Contracts", "Acts"],

        // What slices do on the server knows neither the host nor the pages.
        ["Slices"] =
        [
            "Primitives", "Collation", "Cryptography", "Log", "Contracts.Sdk", "Contracts", "Acts", "Views", "Engine", "Storage.Sql", "Vault", "Workbooks",
        ],
        // The load bench runs engine, ordering and store in process, without the server.
        ["Bench"] = ["Primitives", "Cryptography", "Log", "Contracts.Sdk", "Contracts", "Acts", "Engine", "Ordering.Etcd", "Ordering.Local", "Storage.RocksDb"],
        ["Server"] = [Everything],

        // Audit executes a ledger again and rebuild fills its read models, so the command line is a second composition root: ADR 0001.
        ["Cli"] = [Everything],
    };

    /// <summary>Pure by design: a package is somebody else's behaviour in every node's result.</summary>
    private static readonly string[] WithoutPackages = ["Primitives", "Collation", "Contracts.Sdk", "Contracts", "Rules", "Log", "Engine"];

    public static TheoryData<string> Projects => [.. SourceTree.Projects.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_sees_only_what_its_place_allows(string project)
    {
        var allowed = Allowed(project);
        var seen = SourceTree.ReachableFrom(project).Order(StringComparer.Ordinal);
        Assert.DoesNotContain(seen, s => !Permits(allowed, s));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Source_files_name_only_the_namespaces_that_their_project_may_see(string project)
    {
        var allowed = Allowed(project);
        var faults = SourceTree.FilesOf(SourceTree.Projects[project], ".cs", ".razor")
            .SelectMany(f => SourceTree.NamespacesIn(File.ReadAllText(f)).Select(n => (File: Path.GetFileName(f), Namespace: n)))
            .Where(u => u.Namespace != project && !Permits(allowed, u.Namespace))
            .ToList();
        Assert.Empty(faults);
    }

    [Fact]
    public void Namespaces_are_really_found() =>
        Assert.Equal(
            ["Mingjian.Engine", "Mingjian.Contracts.Sdk", "Mingjian.Storage.RocksDb"],
            SourceTree.NamespacesIn(
                "using Mingjian.Engine.Store;\n@using Mingjian.Contracts.Sdk\nglobal using static Mingjian.Storage.RocksDb.Thing;\n// using Mingjian.Log"));

    [Fact]
    public void Pure_projects_have_no_packages() => Assert.All(
        WithoutPackages.Select(Full).Where(SourceTree.Projects.ContainsKey), p => Assert.Empty(SourceTree.Projects[p].Packages));

    [Fact]
    public void The_browser_sees_neither_engine_nor_stores_nor_personal_data() => Assert.All(
        new[] { "Web", "Web.Trust", "Acts", "Views" }.Select(Full).Where(SourceTree.Projects.ContainsKey),
        p => Assert.DoesNotContain(SourceTree.ReachableFrom(p), s => s.Contains("Engine") || s.Contains("Storage") || s.Contains("Ordering") || s.Contains("Vault")));

    [Fact]
    public void The_engine_knows_no_contract() =>
        Assert.DoesNotContain("Mingjian.Contracts", SourceTree.ReachableFrom("Mingjian.Engine"));

    private static string Full(string name) => "Mingjian." + name;

    private static string[] Allowed(string project)
    {
        var known = MaySee.TryGetValue(project["Mingjian.".Length..], out var allowed);
        Assert.True(known, $"{project} has no place in the table of directions: give it one.");
        return allowed!;
    }

    private static bool Permits(string[] allowed, string project) =>
        allowed is [Everything] || allowed.Contains(project["Mingjian.".Length..], StringComparer.Ordinal);
}
