using System.Globalization;
using System.Text.RegularExpressions;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads mainland telephone numbers; of several, the first.</summary>
internal static partial class PhoneText
{
    public static string? Read(string text)
    {
        foreach (var part in TextFold.Compact(text).Split(['/', '、', ',', ';', '，', '；'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Normalize(part) is { } phone)
            {
                return phone;
            }
        }

        return null;
    }

    private static string? Normalize(string part)
    {
        var text = part;
        if (text.Contains('E', StringComparison.OrdinalIgnoreCase) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number == decimal.Truncate(number))
        {
            text = number.ToString("0", CultureInfo.InvariantCulture);
        }

        var digits = text.Replace("-", string.Empty, StringComparison.Ordinal).Replace("(", string.Empty, StringComparison.Ordinal)
            .Replace(")", string.Empty, StringComparison.Ordinal);
        digits = digits.StartsWith("+86", StringComparison.Ordinal) ? digits[3..] : digits.StartsWith("0086", StringComparison.Ordinal) ? digits[4..] : digits;
        if (Mobile().IsMatch(digits))
        {
            return digits;
        }

        return Landline().IsMatch(digits) ? text.Replace("(", string.Empty, StringComparison.Ordinal).Replace(")", "-", StringComparison.Ordinal) : null;
    }

    [GeneratedRegex("^1[3-9][0-9]{9}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mobile();

    [GeneratedRegex("^(?:0(?:10|2[0-9]|[3-9][0-9]{2}))?[2-8][0-9]{6,7}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Landline();
}
