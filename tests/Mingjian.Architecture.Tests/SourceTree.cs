using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mingjian.Testing;

namespace Mingjian.Architecture.Tests;

/// <summary>The projects below src/, as their files declare them.</summary>
internal static partial class SourceTree
{
    public static IReadOnlyDictionary<string, SourceProject> Projects { get; } = Directory
        .EnumerateFiles(Repository.File("src"), "*.csproj", SearchOption.AllDirectories)
        .Select(Read)
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>What a project sees, its own references and theirs.</summary>
    public static IReadOnlySet<string> ReachableFrom(string project)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Projects[project].References);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                foreach (var reference in Projects[next].References)
                {
                    open.Push(reference);
                }
            }
        }

        return seen;
    }

    /// <summary>Hand-written source files of one project.</summary>
    public static IEnumerable<string> FilesOf(SourceProject project, params string[] extensions) => Directory
        .EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)
        .Where(f => extensions.Contains(Path.GetExtension(f), StringComparer.Ordinal))
        .Where(f => !Generated().IsMatch(f.Replace('\\', '/')));

    /// <summary>The projects of this solution whose namespaces a text names.</summary>
    public static IEnumerable<string> NamespacesIn(string text) => Namespace()
        .Matches(text)
        .Select(m => m.Value)
        .Select(name => Projects.Keys.Where(p => name == p || name.StartsWith(p + ".", StringComparison.Ordinal)).MaxBy(p => p.Length))
        .OfType<string>()
        .Distinct(StringComparer.Ordinal);

    private static SourceProject Read(string path)
    {
        var xml = XDocument.Load(path);
        return new SourceProject(
            Path.GetFileNameWithoutExtension(path),
            Path.GetDirectoryName(path)!,
            xml.Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(path),
            Includes(xml, "ProjectReference").Select(i => Path.GetFileNameWithoutExtension(i.Replace('\\', '/'))).ToList(),
            Includes(xml, "PackageReference").ToList());
    }

    private static IEnumerable<string> Includes(XDocument xml, string element) =>
        xml.Descendants(element).Select(e => e.Attribute("Include")?.Value).OfType<string>();

    [GeneratedRegex("/(obj|bin|node_modules|artifacts)/")]
    private static partial Regex Generated();

    [GeneratedRegex(@"(?<=^\s*(?:global\s+)?using\s+(?:static\s+|\w+\s*=\s*)?|@using\s+(?:static\s+)?|global::)Mingjian(\.\w+)+", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}

internal sealed record SourceProject(string Name, string Folder, string Assembly, IReadOnlyList<string> References, IReadOnlyList<string> Packages);
