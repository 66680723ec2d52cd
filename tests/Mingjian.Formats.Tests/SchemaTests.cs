using System.Text.Json;
using System.Text.RegularExpressions;
using Mingjian.Contracts;
using Mingjian.Formats.Tests.Schemas;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Formats.Tests;

/// <summary>docs/reference/schemas: what a second implementer reads must be what this program does.</summary>
public sealed class SchemaTests
{
    private static readonly string Folder = Repository.File("docs", "reference", "schemas");

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_committed_schemas_are_those_of_the_code()
    {
        var made = SchemaDocuments.Make();
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Folder);
            foreach (var (name, bytes) in made)
            {
                File.WriteAllBytes(Path.Combine(Folder, name), bytes);
            }
        }

        Assert.Equal(made.Keys, Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        foreach (var (name, bytes) in made)
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(Folder, name)).AsSpan().SequenceEqual(bytes),
                $"{name} differs from the code: MINGJIAN_WRITE_VECTORS=1 ./test Formats records it anew; a new member belongs into formats.md, too");
        }
    }

    [Fact]
    public void Every_text_form_s_example_is_read_by_the_product_and_matches_its_pattern()
    {
        foreach (var form in TextForms.All)
        {
            Assert.True(Regex.IsMatch(form.Example, form.Pattern, RegexOptions.ECMAScript), form.Name);
            var value = JsonSerializer.Deserialize($"\"{form.Example}\"", form.Type, Plain);
            Assert.Equal($"\"{form.Example}\"", JsonSerializer.Serialize(value, form.Type, Plain));
        }
    }

    [Fact]
    public void Every_state_key_of_the_recorded_ledger_has_a_listed_form_and_every_form_occurs()
    {
        var digits = new Dictionary<string, string>(StringComparer.Ordinal) { ["Hex32"] = "[0-9a-f]{64}", ["Number"] = "(0|[1-9][0-9]*)" };
        foreach (var form in TextForms.All)
        {
            digits[form.Name] = form.Pattern.Trim('^', '$');
        }

        var patterns = AllContracts.Create().SelectMany(SchemaDocuments.StateOf).ToDictionary(
            s => s.Prefix, s => $"^{s.Prefix}{Regex.Replace(Limits.Keys[s.Prefix], @"\{(\w+)\}", m => digits[m.Groups[1].Value])}$", StringComparer.Ordinal);
        Assert.Equal(Limits.Keys.Keys.Order(StringComparer.Ordinal), patterns.Keys.Order(StringComparer.Ordinal));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Repository.File("vectors", "ledger", "expected.json")));
        var keys = expected.RootElement.GetProperty("blocks").EnumerateArray()
            .SelectMany(b => b.GetProperty("state").EnumerateObject()).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var pattern in patterns.Values)
        {
            Assert.True(keys.RemoveWhere(k => Regex.IsMatch(k, pattern)) > 0, pattern);
        }

        Assert.Empty(keys);
    }
}
