using System.Globalization;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Web.Dues;

/// <summary>Amounts as people type them.</summary>
public static class AmountInput
{
    /// <summary>Yuan with at most two decimals; thousands separators, full-width digits and a trailing 元 are accepted. Null for all else.</summary>
    public static Amount? Parse(string? text)
    {
        var plain = TextFold.Compact(text ?? "").TrimEnd('元').Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan)
            && yuan is >= 0 and <= 100_000_000 && decimal.Round(yuan, 2) == yuan
            ? Amount.FromYuan(yuan)
            : null;
    }
}
