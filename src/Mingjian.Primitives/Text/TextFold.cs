using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Mingjian.Primitives.Text;

/// <summary>One form for texts that people take for the same: for comparing and searching, never for storing.</summary>
/// <remarks>
/// NFC; full-width letters, digits and signs become half-width; radicals become the ideographs they look like; variation selectors,
/// zero-width and control characters go; brackets become ( and ), dashes -, middle dots U+00B7. Letters keep their case.
/// </remarks>
public static class TextFold
{
    /// <summary>The dot between the parts of minority names (U+00B7).</summary>
    public const char MiddleDot = '\u00B7';

    private const string Opening = "[{\u3010\u3014\u3016\u3018\u301A\uFE59\uFE5B\uFE5D\u2768\u276A\u2985";
    private const string Closing = "]}\u3011\u3015\u3017\u3019\u301B\uFE5A\uFE5C\uFE5E\u2769\u276B\u2986";

    // Hyphens, dashes, the minus sign and their small and vertical forms; neither the wave dash (a range) nor the ideograph one.
    private const string Dashes = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2E3A\u2E3B\uFE31\uFE32\uFE58\uFE63";

    private const string Dots = "\u2022\u2027\u2219\u22C5\u30FB\uFF65\u2024\u2E31\u2E33\u02D9\u16EB";

    /// <summary>What is stored of a text that somebody typed: NFC, without white space around it. All else stays as it was written.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Stored(string? text) => text is null ? null : Nfc.Of(text).Trim();

    /// <summary>Folded, with single spaces between words and none around.</summary>
    public static string Words(string text) => Fold(text, space: ' ');

    /// <summary>Folded, without any white space: for names, headings, codes and numbers.</summary>
    public static string Compact(string text) => Fold(text, space: null);

    /// <summary>Whether a character shows nothing and means nothing: zero-width and control characters, variation selectors.</summary>
    /// <param name="point">A code point.</param>
    public static bool IsInvisible(int point) =>
        point is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or 0x034F or (>= 0x180B and <= 0x180F) or 0x3164 or 0xFFA0
        || CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.Format or UnicodeCategory.Control;

    private static string Fold(string text, char? space)
    {
        var normal = Nfc.Of(text);
        var folded = new StringBuilder(normal.Length);
        var pending = false;
        for (var i = 0; i < normal.Length;)
        {
            var point = Nfc.Read(normal, ref i);
            if (IsWhiteSpace(point))
            {
                pending = folded.Length > 0;
            }
            else if (!IsInvisible(point))
            {
                if (pending && space is { } between)
                {
                    folded.Append(between);
                }

                pending = false;
                Nfc.Append(folded, Folded(point));
            }
        }

        // Where something between a letter and its mark is gone, the two compose now.
        return Nfc.Of(folded.ToString());
    }

    private static bool IsWhiteSpace(int point) => point <= char.MaxValue && char.IsWhiteSpace((char)point);

    private static int Folded(int point)
    {
        var half = point is >= 0xFF01 and <= 0xFF5E ? point - 0xFEE0 : point;
        if (half is >= 0x2E80 and <= 0x2FDF)
        {
            return CanonicalTables.Instance.Unified(half);
        }

        return half > char.MaxValue ? half : (char)half switch
        {
            var c when Opening.Contains(c, StringComparison.Ordinal) => '(',
            var c when Closing.Contains(c, StringComparison.Ordinal) => ')',
            var c when Dashes.Contains(c, StringComparison.Ordinal) => '-',
            var c when Dots.Contains(c, StringComparison.Ordinal) => MiddleDot,
            var c => c,
        };
    }
}
