using System.Text.RegularExpressions;
using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>Prometheus' own tool accepts the alert rules, and shows each when it fires and when it does not.</summary>
public sealed partial class PrometheusRulesTests
{
    [Fact]
    public async Task Each_rule_fires_when_it_should_and_not_before()
    {
        var cases = Repository.File("deploy", "alerts", "mingjian.test.yml");
        var rules = Name.Matches(await File.ReadAllTextAsync(Repository.File("deploy", "alerts", "mingjian.yml"))).Select(m => m.Groups[1].Value).ToList();
        Assert.True(rules.Count > 10);
        var text = await File.ReadAllTextAsync(cases);
        Assert.All(rules, rule => Assert.Contains($"alertname=\"{rule}\"", text, StringComparison.Ordinal));

        // ./test fetches it, unless the machine has it.
        var fetched = Repository.File("artifacts", "tools", "usr", "bin", "promtool");
        var (code, output) = await OtherProgram.RunAsync(File.Exists(fetched) ? fetched : "promtool", "prometheus", ["test", "rules", cases]);
        Assert.True(code == 0 && output.Contains("SUCCESS", StringComparison.Ordinal), output);
    }

    [GeneratedRegex("- alert: ([A-Za-z]+)", RegexOptions.None, 1000)]
    private static partial Regex Name { get; }
}
