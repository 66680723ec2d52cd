using System.Text.RegularExpressions;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;

namespace Mingjian.Architecture.Tests;

/// <summary>One table says which post may what (<see cref="Rights.Table"/>); everything else names rights.</summary>
public sealed partial class RightsTests
{
    /// <summary>Files outside the contracts that are about posts, not about who may what.</summary>
    private static readonly Dictionary<string, string> AboutPosts = new(StringComparer.Ordinal)
    {
        ["Mingjian.Acts/Terms.cs"] = "words for posts",
        ["Mingjian.Web/PostNames.cs"] = "words for posts",
        ["Mingjian.Web/Organizations/OrganizationsAndPosts.razor"] = "the page on which posts are filled",
        ["Mingjian.Slices/Organizations/OrganizationsDesk.cs"] = "says which posts are vacant",
        ["Mingjian.Slices/Organizations/OrganizationsProjection.cs"] = "the first officer's post, which no appointment names",
        ["Mingjian.Server/Demo/DemoSeed.cs"] = "fills the posts of the demo",
        ["Mingjian.Bench/BenchRoster.cs"] = "fills the posts of the benchmark",
    };

    private static readonly List<(string Name, string Text)> Files = SourceTree.Projects.Values
        .SelectMany(p => SourceTree.FilesOf(p, ".cs", ".razor").Select(f => (p.Name + f[p.Folder.Length..].Replace('\\', '/'), File.ReadAllText(f))))
        .ToList();

    [Fact]
    public void Menus_policies_pages_and_services_name_rights_and_never_posts()
    {
        var naming = Files.Where(f => !f.Name.StartsWith("Mingjian.Contracts/", StringComparison.Ordinal) && NamesPost(f.Text)).Select(f => f.Name).ToList();
        Assert.Equal(AboutPosts.Keys.Order(StringComparer.Ordinal), naming.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_right_is_asked_for_somewhere()
    {
        var used = Files.Where(f => !f.Name.EndsWith("Rights.cs", StringComparison.Ordinal) && f.Name != "Mingjian.Contracts/Kernel/Right.cs")
            .SelectMany(f => Asked().Matches(f.Text)).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Rights.Table.Select(g => g.Right.ToString()), r => !used.Contains(r));
    }

    private static bool NamesPost(string text) => Enum.GetNames<Post>().Any(p => text.Contains("Post." + p, StringComparison.Ordinal));

    [GeneratedRegex(@"\bRights?\.(\w+)|\w+Rights\.(?<1>\w+)")]
    private static partial Regex Asked();
}
