using System.Globalization;
using System.Text;

namespace Mingjian.Primitives.Text;

/// <summary>Unicode normalisation form C (UAX 15), by tables of our own.</summary>
/// <remarks>
/// <c>string.Normalize</c> returns a text as it is where the program runs with invariant globalisation, as all of ours do; it is
/// banned. The tables are Unicode 15.0's; a later version adds only characters that 15.0 does not assign, and those stay as they are.
/// </remarks>
public static class Nfc
{
    internal const int VowelBase = 0x1161;
    internal const int TrailEnd = TrailBase + TrailCount;

    // Hangul syllables are computed (The Unicode Standard, 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>The text in form C: composed, combining marks in canonical order. A lone surrogate stays what it is.</summary>
    public static string Of(string text)
    {
        if (IsSettled(text))
        {
            return text;
        }

        var points = Decompose(text);
        var normal = Compose(points);
        return string.Equals(normal, text, StringComparison.Ordinal) ? text : normal;
    }

    /// <summary>Whether the text is in form C.</summary>
    public static bool IsNormal(string text) => ReferenceEquals(Of(text), text);

    /// <summary>The code point at <paramref name="at"/>, and the place of the next one. A lone surrogate counts as a code point.</summary>
    internal static int Read(string text, ref int at)
    {
        var point = char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
        at += point > char.MaxValue ? 2 : 1;
        return point;
    }

    internal static void Append(StringBuilder text, int point)
    {
        if (point > char.MaxValue)
        {
            text.Append(char.ConvertFromUtf32(point));
        }
        else
        {
            text.Append((char)point);
        }
    }

    private static bool IsSettled(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            // Latin and Chinese text needs no table: below the first combining mark, CJK punctuation, unified ideographs, full-width forms.
            if (text[i] is < '\u0300' or (>= '\u3000' and <= '\u3029') or (>= '\u3400' and <= '\u9FFF') or (>= '\uFF01' and <= '\uFF5E'))
            {
                i++;
            }
            else if (CanonicalTables.Instance.IsUnsettled(Read(text, ref i)))
            {
                return false;
            }
        }

        return true;
    }

    // Code points with their combining classes, in canonical order.
    private static List<(int Point, int Class)> Decompose(string text)
    {
        var tables = CanonicalTables.Instance;
        var points = new List<(int Point, int Class)>(text.Length + 8);
        for (var i = 0; i < text.Length;)
        {
            Add(Read(text, ref i));
        }

        var start = 0;
        for (var i = 0; i <= points.Count; i++)
        {
            if (i == points.Count || points[i].Class == 0)
            {
                Order(points, start, i - start);
                start = i + 1;
            }
        }

        return points;

        void Add(int point)
        {
            if (point is >= SyllableBase and < SyllableBase + SyllableCount)
            {
                var syllable = point - SyllableBase;
                points.Add((LeadBase + (syllable / (VowelCount * TrailCount)), 0));
                points.Add((VowelBase + (syllable / TrailCount % VowelCount), 0));
                if (syllable % TrailCount != 0)
                {
                    points.Add((TrailBase + (syllable % TrailCount), 0));
                }
            }
            else if (tables.TryDecompose(point, out var parts))
            {
                Add(parts.First);
                if (parts.Second != 0)
                {
                    Add(parts.Second);
                }
            }
            else
            {
                points.Add((point, tables.ClassOf(point)));
            }
        }
    }

    // Stable, and not quadratic: a hostile cell holds thousands of marks on one letter.
    private static void Order(List<(int Point, int Class)> points, int start, int count)
    {
        if (count > 1)
        {
            var ordered = points.GetRange(start, count).OrderBy(p => p.Class).ToList();
            for (var i = 0; i < count; i++)
            {
                points[start + i] = ordered[i];
            }
        }
    }

    private static string Compose(List<(int Point, int Class)> points)
    {
        var composed = new List<int>(points.Count);
        var starter = -1;
        var last = 0;
        foreach (var (point, value) in points)
        {
            // Blocked is a mark behind one of its own or a higher class, and a starter behind a mark that stayed.
            var adjacent = starter == composed.Count - 1;
            if (starter >= 0 && (adjacent || (last < value && last != 0)) && TryPair(composed[starter], point, out var pair))
            {
                composed[starter] = pair;
                continue;
            }

            composed.Add(point);
            last = value;
            if (value == 0)
            {
                starter = composed.Count - 1;
            }
        }

        var text = new StringBuilder(composed.Count);
        composed.ForEach(p => Append(text, p));
        return text.ToString();
    }

    private static bool TryPair(int first, int second, out int pair)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            pair = SyllableBase + ((((first - LeadBase) * VowelCount) + (second - VowelBase)) * TrailCount);
            return true;
        }

        if (first is >= SyllableBase and < SyllableBase + SyllableCount && (first - SyllableBase) % TrailCount == 0
            && second is > TrailBase and < TrailEnd)
        {
            pair = first + (second - TrailBase);
            return true;
        }

        return CanonicalTables.Instance.TryCompose(first, second, out pair);
    }
}
