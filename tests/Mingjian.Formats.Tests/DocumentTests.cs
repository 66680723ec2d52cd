using System.Text.Json;
using System.Text.RegularExpressions;
using Mingjian.Acts.Signing;
using Mingjian.Engine.Admission;
using Mingjian.Formats.Tests.Schemas;
using Mingjian.Testing;

namespace Mingjian.Formats.Tests;

/// <summary>docs/reference/formats.md and http.md leave nothing out that a second implementer meets.</summary>
public sealed class DocumentTests
{
    private static readonly string Formats = Read("formats.md");
    private static readonly string Http = Read("http.md");

    [Fact]
    public void Every_endpoint_of_the_ledger_and_the_api_is_described()
    {
        var endpoints = File.ReadAllLines(Repository.File("tests", "Mingjian.Server.Tests", "endpoints.txt"))
            .Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(" | ")[0].Trim().Split(' '))
            .Where(e => e[1].StartsWith("/ledger/", StringComparison.Ordinal) || e[1].StartsWith("/api/", StringComparison.Ordinal)).ToList();
        Assert.True(endpoints.Count > 30);
        Assert.DoesNotContain(
            endpoints.Select(e => e[1].StartsWith("/ledger/", StringComparison.Ordinal) ? e[1] : string.Join(' ', e)), e => !Http.Contains($"`{e}`", StringComparison.Ordinal));
    }

    [Fact]
    public void No_endpoint_is_described_that_is_not_there()
    {
        var endpoints = File.ReadAllLines(Repository.File("tests", "Mingjian.Server.Tests", "endpoints.txt")).Select(l => l.Split(" | ")[0].Trim()).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Regex.Matches(Http, @"`((?:GET|POST) /[^ `]*)`").Select(m => m.Groups[1].Value), e => !endpoints.Contains(e));
    }

    [Fact]
    public void Every_event_has_its_effect_in_the_table()
    {
        var effects = Formats[Formats.IndexOf("## Effects of events", StringComparison.Ordinal)..Formats.IndexOf("## State tree", StringComparison.Ordinal)];
        Assert.DoesNotContain(CommandRegistry.Events.Keys, e => !effects.Contains($"`{e.Split('.')[1]}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_form_of_a_state_key_is_in_the_table()
    {
        var keys = Formats[Formats.IndexOf("## State\n", StringComparison.Ordinal)..Formats.IndexOf("## Effects of events", StringComparison.Ordinal)];
        Assert.DoesNotContain(Limits.Keys.Keys, k => !keys.Contains($"`{k}", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_schema_is_mentioned_and_what_no_contract_names_is_mentioned_by_its_name()
    {
        var folder = Repository.File("docs", "reference", "schemas");
        foreach (var file in Directory.GetFiles(folder))
        {
            Assert.Contains($"`{Path.GetFileName(file)}`", Formats, StringComparison.Ordinal);
        }

        foreach (var file in new[] { "log.json", "files.json" })
        {
            using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, file)));
            var definitions = schema.RootElement.GetProperty("$defs").EnumerateObject().ToList();
            var referred = Regex.Matches(File.ReadAllText(Path.Combine(folder, file)), @"#/\$defs/(\w+)").Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain(
                definitions.Select(d => d.Name),
                n => !referred.Contains(n) && !n.EndsWith("Entry", StringComparison.Ordinal) && !Formats.Contains($"`{n}`", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_admission_code_is_listed_with_its_name() =>
        Assert.DoesNotContain(
            Enum.GetValues<AdmissionRejection>().Select(r => $"{(int)r} `{r}`"), r => !Formats.Replace("\n", " ", StringComparison.Ordinal).Contains(r, StringComparison.Ordinal));

    private static string Read(string name) => File.ReadAllText(Repository.File("docs", "reference", name));
}
