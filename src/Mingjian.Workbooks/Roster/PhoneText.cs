using System.Text.RegularExpressions;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>What a cell says about telephone numbers.</summary>
/// <param name="Number">The first that can be dialled; null when there is none.</param>
/// <param name="Rest">What stands beside it and is not taken.</param>
/// <param name="IsLossy">A number in powers of ten whose last digits are gone.</param>
internal readonly record struct PhoneReading(string? Number, string Rest = "", bool IsLossy = false);

/// <summary>Reads mainland telephone numbers; of several, the first.</summary>
internal static partial class PhoneText
{
    private const int Longest = 200;

    public static PhoneReading Read(SheetCell cell)
    {
        var text = TextFold.Words(cell.NumberText);
        if (text.Length > Longest)
        {
            return default;
        }

        // A text such as 1.39E+10 holds as many digits as it shows; a number holds all of them, however it is written.
        if (cell.Kind != CellKind.Number && Power().Match(text) is { Success: true } power)
        {
            var digits = power.Groups["whole"].Value + power.Groups["fraction"].Value;
            var length = int.Parse(power.Groups["power"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) + power.Groups["whole"].Length;
            if (digits.Length != length)
            {
                return new PhoneReading(null, IsLossy: true);
            }

            text = digits;
        }

        text = TailOfZeros().Replace(text, "${n}");
        if (Normalize(TextFold.Compact(text)) is { } whole)
        {
            return new PhoneReading(whole);
        }

        foreach (Match match in Candidate().Matches(text))
        {
            if (Normalize(match.Value.Replace(" ", string.Empty, StringComparison.Ordinal)) is { } phone)
            {
                var rest = $"{text[..match.Index]} {text[(match.Index + match.Length)..]}".Trim(' ', '/', '、', ',', ';', '，', '；', ':');
                return new PhoneReading(phone, rest);
            }
        }

        return default;
    }

    private static string? Normalize(string part)
    {
        var bare = Country().Replace(part, string.Empty);
        var digits = bare.Replace("-", string.Empty, StringComparison.Ordinal).Replace("(", string.Empty, StringComparison.Ordinal)
            .Replace(")", string.Empty, StringComparison.Ordinal);
        if (Mobile().IsMatch(digits))
        {
            return digits;
        }

        if (Service().IsMatch(digits))
        {
            return $"{digits[..3]}-{digits[3..6]}-{digits[6..]}";
        }

        return Landline().Match(digits) is { Success: true } line
            ? line.Groups["area"].Success ? $"{line.Groups["area"].Value}-{line.Groups["local"].Value}" : line.Groups["local"].Value
            : null;
    }

    [GeneratedRegex("^(?<whole>[0-9])(?:\\.(?<fraction>[0-9]+))?E\\+?(?<power>[0-9]{1,2})$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Power();

    [GeneratedRegex("^(?<n>[0-9]+)\\.0+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TailOfZeros();

    [GeneratedRegex("(?<![0-9]|[0-9]-)(?:\\(?\\+?(?:86|0086)\\)?[- ]?)?(?:1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|(?:\\(?0[0-9]{2,3}\\)?[- ]?)?[1-9][0-9]{2,3}[- ]?[0-9]{4})(?![0-9])",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Candidate();

    [GeneratedRegex("^(?:\\(?\\+?86\\)?-?(?=1[0-9]{2}|\\(?0[0-9])|\\(?0086\\)?-?)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Country();

    [GeneratedRegex("^1[3-9][0-9]{9}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mobile();

    [GeneratedRegex("^[48]00[0-9]{7}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Service();

    // Local numbers alone begin with 2 to 8; behind an area code, whoever typed both knew what it was.
    [GeneratedRegex("^(?:(?<area>0(?:10|2[0-9]|[3-9][0-9]{2}))(?<local>[1-9][0-9]{6,7})|(?<local>[2-8][0-9]{6,7}))$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Landline();
}
