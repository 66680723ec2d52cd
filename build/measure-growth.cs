// How much the tree asks of whoever adds one more act, as a table: dotnet run build/measure-growth.cs [ACT]
// Reads the source tree alone and takes projects, folders and names from it, so that it goes on after renames. Explained in CONTRIBUTING.md.
using System.Text.RegularExpressions;

var act = args.Length > 0 ? args[0] : "DisputePayment";
var root = Environment.CurrentDirectory;
while (Directory.GetFiles(root, "*.slnx").Length == 0)
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Run inside the repository.");
}

var files = Read("src", ".cs", ".razor");
var projects = files.GroupBy(f => f.Project).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
if (!TryWriteAct())
{
    return 1;
}

WriteCircles();
WriteLists();
WriteLargest();
WriteSlices();
return 0;

bool TryWriteAct()
{
    var commands = files.SelectMany(f => Commands().Matches(f.Code)).Select(m => m.Groups[1].Value).Distinct().ToList();
    if (!commands.Contains(act))
    {
        Console.Error.WriteLine($"No command {act}. There are: {string.Join(", ", commands.Order(StringComparer.Ordinal))}");
        return false;
    }

    // Dispute|Payment: what is called by the verb is the act's, unless another act is called by it, too (RecordPayment, RecordHelp): then by all its words.
    var words = Words().Matches(act).Select(m => m.Value.TrimEnd('e')).ToArray();
    var others = commands.Where(c => c != act && c.Contains(words[0], StringComparison.Ordinal)).ToList();
    var shared = others.Any(o => o.StartsWith(words[0], StringComparison.Ordinal));
    bool IsOfAct(string name) => (shared
            ? words.All(name.Contains) && !others.Select(o => Words().Matches(o)).Any(w => w.Count > words.Length && w.All(m => name.Contains(m.Value.TrimEnd('e'), StringComparison.Ordinal)))
            : name.Contains(words[0], StringComparison.Ordinal))
        && !others.Any(o => Words().Match(o).Value.TrimEnd('e') is var verb && verb != words[0] && name.Contains(verb, StringComparison.Ordinal));

    var slice = FolderOf(files.First(f => Commands().Matches(f.Code).Any(m => m.Groups[1].Value == act)));
    Console.WriteLine($"## One act: {act} ({commands.Count} commands in all)\n");
    var names = new SortedDictionary<string, int>(StringComparer.Ordinal);
    foreach (var (place, all) in new[]
    {
        ("src", files), ("tests", Read("tests", ".cs", ".razor", ".go")), ("docs", [.. Read("docs", ".md", ".json"), .. Read("src", ".md")]),
    })
    {
        var hits = all.Select(f => (File: f, Lines: f.Text.Split('\n').Count(line => NamesIn(line).Any(IsOfAct)))).Where(h => h.Lines > 0).ToList();
        var foreign = hits.Count(h => !h.File.Path.Split('/').Contains(slice));
        Console.WriteLine($"{place,-6}{hits.Count,4} files {hits.Sum(h => h.Lines),4} lines{(place == "src" ? $"; {foreign} of the files are in no folder {slice}" : string.Empty)}");
        foreach (var project in hits.GroupBy(h => h.File.Project).OrderByDescending(g => g.Count()))
        {
            Console.WriteLine($"      {project.Count(),4}       {project.Sum(h => h.Lines),4}        {project.Key}: {string.Join(' ', project.Select(h => h.File.Name))}");
        }

        foreach (var name in all.Where(_ => place == "src").SelectMany(f => NamesIn(f.Text)).Where(IsOfAct))
        {
            names[name] = names.GetValueOrDefault(name) + 1;
        }
    }

    Console.WriteLine($"its names in src: {string.Join(", ", names.Select(n => $"{n.Key} {n.Value}"))}\n");
    return true;
}

void WriteCircles()
{
    Console.WriteLine("## Circles between folders (of those with two folders at least; a folder is a namespace below the project's)\n");
    foreach (var project in projects)
    {
        var folders = project.GroupBy(FolderOf).ToDictionary(g => g.Key, g => g.ToList());
        if (folders.Count < 2)
        {
            continue;
        }

        // A name that two folders declare says nothing about which of them is meant.
        var declared = folders.SelectMany(g => g.Value.SelectMany(f => Types().Matches(f.Code).Select(m => (Name: m.Groups[1].Value, Folder: g.Key))))
            .Distinct().GroupBy(t => t.Name).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.Single().Folder);
        var uses = folders.ToDictionary(
            g => g.Key,
            g => g.Value.SelectMany(f => NamesIn(f.Code).Where(declared.ContainsKey).Select(n => declared[n]).Where(to => Sees(f, to))).Where(to => to != g.Key).ToHashSet());
        var circle = folders.Keys.Where(f => Reached(uses, f).Contains(f)).Order(StringComparer.Ordinal).ToList();
        var both = uses.SelectMany(u => u.Value.Where(to => uses[to].Contains(u.Key) && string.CompareOrdinal(u.Key, to) < 0).Select(to => $"{u.Key}-{to}")).ToList();
        Console.WriteLine($"{project.Key,-28}{circle.Count,3} of {folders.Count,2}  {string.Join(' ', circle)}");
        if (both.Count > 0)
        {
            Console.WriteLine($"{string.Empty,-36}both ways: {string.Join(' ', both)}");
        }
    }

    Console.WriteLine();
}

void WriteLists()
{
    Console.WriteLine("## Counts\n");
    WriteHits("versions of rebuildable read models", [.. files.Where(f => ReadModels().IsMatch(f.Path))], SchemaVersions(), m => $"{m.Groups[1].Value} = {m.Groups[2].Value}");
    WriteHits("migrations of stores that cannot be rebuilt", files, Migrations(), m => m.Groups[1].Value);
    WriteHits("refusals written in words beside the contract's (…InputException)", files, InputFaults(), null);

    // A table of rights says of three posts or more what each may; a rule of one act names one or two.
    var tables = files.Select(f => (File: f, Posts: Posts().Matches(f.Code).Select(m => m.Groups[1].Value).Distinct().ToList())).Where(t => t.Posts.Count >= 3).ToList();
    Console.WriteLine($"{tables.Count,4}  files that name three posts or more (tables of rights, and words for posts)");
    foreach (var (file, posts) in tables)
    {
        Console.WriteLine($"        {file.Path}: {posts.Count} posts");
    }

    WriteHits("recorded digests", Read("tests", ".cs"), Digests(), m => m.Groups[1].Value);
    Console.WriteLine();
}

void WriteHits(string what, IReadOnlyList<SourceFile> where, Regex pattern, Func<Match, string>? describe)
{
    var hits = where.Select(f => (File: f, Matches: pattern.Matches(f.Code))).Where(h => h.Matches.Count > 0).ToList();
    Console.WriteLine($"{hits.Sum(h => h.Matches.Count),4}  {what}");
    foreach (var (file, matches) in hits)
    {
        Console.WriteLine($"        {file.Path}: {(describe is null ? matches.Count.ToString() : string.Join(", ", matches.Select(describe).Distinct()))}");
    }
}

void WriteLargest()
{
    var sizes = files.Select(f => (f.Path, Lines: f.Text.AsSpan().Count('\n'))).OrderByDescending(f => f.Lines).ToList();
    Console.WriteLine($"## Largest files ({sizes.Count(s => s.Lines > 400)} of {sizes.Count} in src have more than 400 lines)\n");
    foreach (var (path, lines) in sizes.Take(10))
    {
        Console.WriteLine($"{lines,5}  {path}");
    }

    Console.WriteLine();
}

void WriteSlices()
{
    // Layers are the projects that have slices as folders: the contracts, what is offered, how, pages, and the contracts' tests.
    var layers = projects.Where(p => Layers().IsMatch(p.Key)).Select(p => (Name: p.Key, Folders: p.Select(SliceOf).OfType<string>().ToHashSet())).ToList();
    layers.AddRange(Read("tests", ".cs").GroupBy(f => f.Project).Where(p => p.Key.EndsWith(".Contracts.Tests", StringComparison.Ordinal))
        .Select(p => (p.Key, p.Select(SliceOf).OfType<string>().ToHashSet())));
    var pages = layers.FirstOrDefault(l => l.Name.EndsWith(".Web", StringComparison.Ordinal)).Folders ?? [];
    var offered = layers.Where(l => OfferingLayers().IsMatch(l.Name)).SelectMany(l => l.Folders).ToHashSet();
    var done = layers.Where(l => DoingLayers().IsMatch(l.Name)).SelectMany(l => l.Folders).ToHashSet();
    var same = pages.Count(p => offered.Contains(p) && done.Contains(p));
    Console.WriteLine($"## Names of folders by layer ({same} of {pages.Count} page folders are called so in what is offered and in what does it, too)\n");
    Console.WriteLine($"{string.Empty,-18}{string.Join(' ', layers.Select(l => l.Name.Split('.', 2)[^1]))}");
    foreach (var name in layers.SelectMany(l => l.Folders).Distinct().Order(StringComparer.Ordinal))
    {
        Console.WriteLine($"{name,-18}{string.Join(' ', layers.Select(l => (l.Folders.Contains(name) ? "x" : "-").PadRight(l.Name.Split('.', 2)[^1].Length)))}".TrimEnd());
    }
}

List<SourceFile> Read(string under, params string[] endings) =>
[
    .. Directory.EnumerateFiles(Path.Combine(root, under), "*", SearchOption.AllDirectories)
        .Where(f => endings.Contains(Path.GetExtension(f)) && !Skipped().IsMatch(f[root.Length..]))
        .Order(StringComparer.Ordinal).Select(f => SourceFile.Read(root, f)),
];

// The folder that says what a file is about: pages lie in Components/Pages/<Slice> or <Slice>, what all slices share in Kernel/<part>.
static string FolderOf(SourceFile file)
{
    var folders = file.Path.Split('/')[2..^1];
    return folders switch
    {
        [] => "(root)",
        ["Components", "Pages", .. var page] => page.Length > 0 ? page[0] : "Pages",
        ["Kernel", var part, ..] => $"Kernel.{part}",
        _ => folders[0],
    };
}

static string? SliceOf(SourceFile file) =>
    FolderOf(file) is var folder && folder is "(root)" or "Pages" or "Components" or "Kit" or "Kernel" or "Layout" or "Support" ? null : folder.Split('.')[^1];

// The project's own namespace is seen from everywhere in it; another folder's where it is named.
static bool Sees(SourceFile file, string folder) =>
    folder == "(root)" || FolderOf(file).StartsWith(folder + ".", StringComparison.Ordinal) || Path.GetExtension(file.Path) == ".razor" || Regex.IsMatch(file.Code, $@"\busing [\w.]*\.{Regex.Escape(folder)}\b|\b{Regex.Escape(folder)}\.");

static HashSet<string> Reached(Dictionary<string, HashSet<string>> uses, string from)
{
    var reached = new HashSet<string>();
    var open = new Queue<string>(uses[from]);
    while (open.TryDequeue(out var next))
    {
        if (reached.Add(next))
        {
            foreach (var further in uses[next])
            {
                open.Enqueue(further);
            }
        }
    }

    return reached;
}

static IEnumerable<string> NamesIn(string text) => Names().Matches(text).Select(m => m.Value);

/// <summary>One file of the tree.</summary>
/// <param name="Path">From the root, with slashes.</param>
/// <param name="Code">The text without comments.</param>
sealed record SourceFile(string Path, string Text, string Code)
{
    public string Project => Path.Split('/')[1];

    public string Name => Path.Split('/')[^1];

    public static SourceFile Read(string root, string file)
    {
        var text = File.ReadAllText(file);
        return new SourceFile(System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'), text, Program.Comments().Replace(text, string.Empty));
    }
}

static partial class Program
{
    [GeneratedRegex(@"(?<!:)//[^\n]*|/\*.*?\*/|@\*.*?\*@", RegexOptions.Singleline)]
    internal static partial Regex Comments();

    [GeneratedRegex(@"/(obj|bin|node_modules|artifacts)/|/packages\.lock\.json$")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Names();

    [GeneratedRegex("[A-Z][a-z]*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\brecord (\w+)\([^;{}]*?\)\s*:\s*\w*Command\b")]
    private static partial Regex Commands();

    [GeneratedRegex(@"\b(?:class|record struct|record|struct|interface|enum|delegate \S+)\s+([A-Z]\w+)")]
    private static partial Regex Types();

    [GeneratedRegex("Projection|Projector|ReadModel")]
    private static partial Regex ReadModels();

    [GeneratedRegex(@"\bint (\w*Schema\w*Version|Version) =>? (\d+);")]
    private static partial Regex SchemaVersions();

    [GeneratedRegex(@"\[Migration\(""?([^)""]+)""?\)\]")]
    private static partial Regex Migrations();

    [GeneratedRegex(@"\bnew \w*InputException\(")]
    private static partial Regex InputFaults();

    [GeneratedRegex(@"\bPost\.([A-Z]\w+)")]
    private static partial Regex Posts();

    [GeneratedRegex(@"\b(?:void|Task) (\w*recorded_digest\w*)\(")]
    private static partial Regex Digests();

    [GeneratedRegex(@"\.(Contracts|Client|Acts|Views|Slices|Server|Web)$")]
    private static partial Regex Layers();

    [GeneratedRegex(@"\.(Client|Acts|Views)$")]
    private static partial Regex OfferingLayers();

    [GeneratedRegex(@"\.(Slices|Server)$")]
    private static partial Regex DoingLayers();
}
