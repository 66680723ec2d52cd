using System.Globalization;
using System.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>How text from cells is brought into one form.</summary>
internal static class CellText
{
    /// <summary>The dot between the parts of minority names (U+00B7).</summary>
    public const char MiddleDot = '\u00B7';

    /// <summary>What is typed or pasted for the middle dot.</summary>
    private const string DotLookAlikes = "\u2022\u2027\u2219\u22C5\u30FB\uFF65\u0387\u2024\u25CF\u25CB\uFE52\uFE51\uFF0E\u2E31\u2E33\u02D9\u16EB\u3002";

    /// <summary>Half-width, no white space of any kind, no invisible characters.</summary>
    public static string Compact(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsInvisible(c))
            {
                clean.Append(c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c);
            }
        }

        return clean.ToString();
    }

    /// <summary>NFC, outer white space and invisible characters gone; inner spaces kept.</summary>
    public static string Trimmed(string text) =>
        new string([.. text.Normalize(NormalizationForm.FormC).Where(c => !IsInvisible(c) || c is ' ' or '\u3000' or '\u00A0')]).Trim();

    /// <summary>A name: NFC, no white space, middle dots unified.</summary>
    public static string Name(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormC))
        {
            if (IsInvisible(c))
            {
                continue;
            }

            clean.Append(DotLookAlikes.Contains(c, StringComparison.Ordinal) ? MiddleDot : c);
        }

        // An ASCII full stop between two letters of a name stands for the dot too.
        for (var i = 1; i < clean.Length - 1; i++)
        {
            if (clean[i] == '.' && char.IsLetter(clean[i - 1]) && char.IsLetter(clean[i + 1]))
            {
                clean[i] = MiddleDot;
            }
        }

        return clean.ToString();
    }

    /// <summary>2 to 40 letters, with single middle dots between them. Characters of the private use area are no letters.</summary>
    public static bool IsName(string name)
    {
        var letters = 0;
        var lastDot = true;
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value == MiddleDot)
            {
                if (lastDot)
                {
                    return false;
                }

                lastDot = true;
            }
            else if (Rune.IsLetter(rune) || rune.Value == 0x3007)
            {
                letters++;
                lastDot = false;
            }
            else
            {
                return false;
            }
        }

        return letters is >= 2 and <= 40 && !lastDot;
    }

    private static bool IsInvisible(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
}
