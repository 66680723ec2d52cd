using System.Globalization;
using System.Text.Json.Serialization;
using Mingjian.Primitives;

namespace Mingjian.Log.Entries;

/// <summary>Why an act was refused, as programs see it: a contract's name, a slash and the stable number, <c>dues/1203</c>.</summary>
/// <remarks>Name: 1 to 32 lower-case letters and digits, a letter first. Number: 1 to 999,999,999 without leading zeros. Nothing else fits in.</remarks>
[JsonConverter(typeof(TextConverter<RefusalCode>))]
public readonly record struct RefusalCode : ITextValue<RefusalCode>
{
    private const int MaxName = 32;
    private const int MaxDigits = 9;

    private readonly string? _text;

    private RefusalCode(string text) => _text = text;

    /// <summary>Reads a code.</summary>
    /// <exception cref="FormatException">Any other spelling.</exception>
    public static RefusalCode Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"Not a refusal code: {text}");

    /// <inheritdoc/>
    public static bool TryParse(string? text, out RefusalCode value)
    {
        value = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash is < 1 or > MaxName || !char.IsAsciiLetterLower(text![0]))
        {
            return false;
        }

        foreach (var c in text.AsSpan(1, slash - 1))
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        var number = text.AsSpan(slash + 1);
        if (number.Length is < 1 or > MaxDigits || number[0] == '0' || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        value = new RefusalCode(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? string.Empty;
}
