using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Mingjian.Engine.Admission;
using Mingjian.Testing;

namespace Mingjian.Server.Tests;

/// <summary>The alert rules that operators load into Prometheus speak of figures that there are.</summary>
public sealed partial class AlertRulesTests
{
    private static readonly string Rules = File.ReadAllText(Repository.File("deploy", "alerts", "mingjian.yml"));

    [Fact]
    public async Task Every_figure_in_the_rules_is_exported()
    {
        var instruments = new List<(Instrument Instrument, string? Network)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Mingjian.", StringComparison.Ordinal))
                {
                    lock (instruments)
                    {
                        instruments.Add((instrument, instrument.Meter.Tags?.FirstOrDefault(t => t.Key == "network").Value as string));
                    }
                }
            },
        };
        listener.Start();
        await using var server = await RunningServer.StartAsync(demo: true);
        var network = server.Ledger.Network.ToString();
        HashSet<string> known;
        lock (instruments)
        {
            known = [.. instruments.Where(i => i.Network == network).SelectMany(i => NamesOf(i.Instrument))];
        }

        // The translation of names is the exporter's: whatever it really writes must be among those computed here.
        var written = (await MonitoringTests.ReadAsync(server)).Keys.Select(k => k.Split('{')[0]).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(written);
        Assert.Empty(written.Except(known, StringComparer.Ordinal));

        var asked = Expressions().SelectMany(e => Figure.Matches(e)).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(asked.Count > 10, string.Join(' ', asked));
        Assert.Empty(asked.Except(known, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_rule_says_how_bad_what_and_what_to_do()
    {
        var rules = Rules.Split("- alert: ").Skip(1).ToList();
        Assert.True(rules.Count > 10);
        Assert.Equal(rules.Count, Expressions().Count());
        Assert.All(rules, r => Assert.Matches(Complete, r));
        Assert.Equal(rules.Count, rules.Select(r => r.Split('\n')[0]).Distinct(StringComparer.Ordinal).Count());
        var guide = File.ReadAllText(Repository.File("docs", "operating", "monitoring.md"));
        Assert.All(rules, r => Assert.Contains($"`{r.Split('\n')[0]}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void The_rule_about_a_full_queue_names_its_code() =>
        Assert.Contains($"code=\"{AdmissionRejection.Busy.ToRefusal().Code}\"", Rules, StringComparison.Ordinal);

    [GeneratedRegex("mingjian_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Figure { get; }

    [GeneratedRegex(@"severity: (critical|warning)[\s\S]*summary: ""[^""]+""\s+action: ""[^""]+。""", RegexOptions.None, 1000)]
    private static partial Regex Complete { get; }

    private static IEnumerable<string> Expressions() => Rules.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("expr: ", StringComparison.Ordinal));

    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var name = instrument.Name.Replace('.', '_') + unit;
        return instrument switch
        {
            Counter<long> => [name + "_total"],
            Histogram<double> or Histogram<int> => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    }
}
