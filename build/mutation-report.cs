// Reads a report of Stryker.NET and prints score and survivors by file: dotnet run build/mutation-report.cs NAME GOAL mutation-report.json
// Exit 1 below the goal, percent of the covered mutants. Called by benchmarks/mutation/run.
using System.Text.Json;

var (name, goal) = (args[0], double.Parse(args[1]));
using var report = JsonDocument.Parse(File.ReadAllBytes(args[2]));
var (killed, survived, uncovered) = (0, 0, 0);
var found = new List<(string File, int Killed, List<string> Survivors, List<string> Uncovered)>();
foreach (var file in report.RootElement.GetProperty("files").EnumerateObject())
{
    var lines = file.Value.GetProperty("source").GetString()!.Split('\n');
    var mutants = file.Value.GetProperty("mutants").EnumerateArray().ToLookup(m => m.GetProperty("status").GetString());

    // What hangs is noticed, too. The other statuses (CompileError, Ignored) are no mutants of the program.
    var dead = mutants["Killed"].Count() + mutants["Timeout"].Count();
    var (alive, unseen) = (mutants["Survived"].Select(m => Describe(m, lines)).ToList(), mutants["NoCoverage"].Select(m => Describe(m, lines)).ToList());
    (killed, survived, uncovered) = (killed + dead, survived + alive.Count, uncovered + unseen.Count);
    if (dead + alive.Count + unseen.Count > 0)
    {
        found.Add((Path.GetFileName(file.Name), dead, alive, unseen));
    }
}

if (killed + survived == 0)
{
    Console.WriteLine($"== {name}: no mutant was covered by a test.");
    return 1;
}

var (score, whole) = (100.0 * killed / (killed + survived), 100.0 * killed / (killed + survived + uncovered));
Console.WriteLine($"== {name}: {score:0.0} % of the covered mutants killed ({killed} of {killed + survived}), goal {goal} %: {(score >= goal ? "reached" : "MISSED")}; with {uncovered} that no test reaches {whole:0.0} %");
foreach (var file in found.OrderBy(f => f.File, StringComparer.Ordinal))
{
    Console.WriteLine($"   {file.File,-30}{file.Killed,5} killed {file.Survivors.Count,4} survived {file.Uncovered.Count,4} not covered");
}

foreach (var (title, of) in new (string, Func<(string File, int Killed, List<string> Survivors, List<string> Uncovered), List<string>>)[] { ("survived", f => f.Survivors), ("not covered", f => f.Uncovered) })
{
    foreach (var file in found.Where(f => of(f).Count > 0))
    {
        foreach (var mutant in of(file))
        {
            Console.WriteLine($"   {title} {file.File}:{mutant}");
        }
    }
}

return score >= goal ? 0 : 1;

static string Describe(JsonElement mutant, string[] lines)
{
    var line = mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32();
    return $"{line}: {Short(lines[line - 1])}  ->  {Short(mutant.GetProperty("replacement").GetString()!)}  ({mutant.GetProperty("mutatorName").GetString()})";
}

static string Short(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 110 } s ? s[..110] + "…" : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
