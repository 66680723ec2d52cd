using Mingjian.Primitives.Text;

namespace Mingjian.Collation;

/// <summary>What an order sees of a text.</summary>
internal static class SortText
{
    /// <summary>Folded, without white space. A text of unified ideographs alone is what it is.</summary>
    public static string Of(string? text)
    {
        foreach (var c in text ?? string.Empty)
        {
            if (c is < '\u3400' or > '\u9FFF')
            {
                return TextFold.Compact(text!);
            }
        }

        return text ?? string.Empty;
    }

    /// <summary>The code point at <paramref name="at"/>, which moves on. A lone surrogate counts as a code point.</summary>
    public static int Read(string text, ref int at)
    {
        var point = char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
        at += point > char.MaxValue ? 2 : 1;
        return point;
    }

    /// <summary>The last resort of every order: two texts are equal only if they are the same.</summary>
    public static int Ordinal(string? x, string? y) => string.CompareOrdinal(x, y);
}
