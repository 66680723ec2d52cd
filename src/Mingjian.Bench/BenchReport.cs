using System.Globalization;

namespace Mingjian.Bench;

/// <summary>Prints lines and medians.</summary>
internal sealed class BenchReport(TextWriter output)
{
    public Task LineAsync(FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The median of shares of V.</summary>
    public async Task MedianAsync(string name, List<double> shares, string target) =>
        await LineAsync(shares.Count == 0
            ? (FormattableString)$"  {name}: too few members for a run"
            : $"  {name}, median of {shares.Count}: {Median(shares):N2} V ({target})");

    public static double Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
