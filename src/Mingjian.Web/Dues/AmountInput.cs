using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Web.Dues;

/// <summary>Amounts as people type them.</summary>
public static class AmountInput
{
    private const decimal Most = 100_000_000;

    /// <summary>
    /// Yuan with at most two decimals, as <see cref="AmountText"/> reads them: separators that do not group by threes are refused, so 4800,50 is
    /// never 480,050. Null for all that is no such amount.
    /// </summary>
    public static Amount? Parse(string? text) =>
        AmountText.Read(text, out var yuan) == AmountFault.None && yuan is >= 0 and <= Most && decimal.Round(yuan, 2) == yuan
            ? Amount.FromYuan(yuan)
            : null;
}
