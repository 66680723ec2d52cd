using System.Globalization;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>One version of one article of a regulation, for example <c>dues-2008/2@1</c> or <c>dues-2008/6.1@1</c>.</summary>
/// <remarks>
/// Source (a-z, 0-9, '-', at most 24 characters), '/', article (1..999, with an optional paragraph 1..99), '@', version (1..9999).
/// Numbers have no leading zeros, so each id has one spelling. What an id means is in the contract's rule catalogue.
/// </remarks>
[JsonConverter(typeof(TextConverter<RuleId>))]
public readonly record struct RuleId : ITextValue<RuleId>
{
    private readonly string? _value;

    private RuleId(string value) => _value = value;

    /// <summary>Reads an id; throws <see cref="FormatException"/> for any other spelling.</summary>
    public static RuleId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"Not a valid rule id: {text}");

    public static bool TryParse(string? text, out RuleId value)
    {
        value = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (slash is < 1 or > 24 || at <= slash)
        {
            return false;
        }

        foreach (var c in text.AsSpan(0, slash))
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        var article = text.AsSpan(slash + 1, at - slash - 1);
        var dot = article.IndexOf('.');
        if (!IsNumber(dot < 0 ? article : article[..dot], 999)
            || (dot >= 0 && !IsNumber(article[(dot + 1)..], 99))
            || !IsNumber(text.AsSpan(at + 1), 9999))
        {
            return false;
        }

        value = new RuleId(text!);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? string.Empty;

    private static bool IsNumber(ReadOnlySpan<char> text, int max) =>
        text.Length is > 0 and <= 4 && text[0] != '0'
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max;
}
