using System.Globalization;
using System.Text;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>How text from cells is brought into one form.</summary>
internal static class CellText
{
    /// <summary>What is typed for the middle dot in names, beyond what <see cref="TextFold"/> takes for one.</summary>
    private const string DotLookAlikes = "\u25CF\u25CB\uFE52\uFE51\u3002";

    private static readonly string[] Blanks =
        ["无", "/", "-", "--", "---", "暂无", "不详", "未知", "空", "没有", "N/A", "n/a", "NA", "无数据", "未填", "*", "·", "\\"];

    /// <summary>Whether somebody wrote that there is nothing to write.</summary>
    public static bool MeansNothing(string text) => Blanks.Contains(TextFold.Compact(text), StringComparer.Ordinal);

    /// <summary>The first character that has no place in a name, for people; null when it is not a matter of characters.</summary>
    public static string? StrangeIn(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value != TextFold.MiddleDot && !Rune.IsLetter(rune) && rune.Value != 0x3007)
            {
                return rune.Value is >= 0xE000 and <= 0xF8FF or 0xFFFD || Rune.GetUnicodeCategory(rune) == UnicodeCategory.PrivateUse ? "□" : rune.ToString();
            }
        }

        return null;
    }

    /// <summary>NFC, outer white space and invisible characters gone, radicals as the ideographs they look like; inner spaces kept.</summary>
    public static string Trimmed(string text)
    {
        var plain = new string([.. Nfc.Of(text).Where(c => !IsInvisible(c) || c is ' ' or '\u3000' or '\u00A0')]).Trim();
        return plain.AsSpan().IndexOfAnyInRange('\u2E80', '\u2FDF') < 0 ? plain
            : string.Concat(plain.Select(c => c is >= '\u2E80' and <= '\u2FDF' ? TextFold.Compact(c.ToString()) : c.ToString()));
    }

    /// <summary>A name: folded, no white space, middle dots unified.</summary>
    public static string Name(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in TextFold.Compact(text))
        {
            clean.Append(DotLookAlikes.Contains(c, StringComparison.Ordinal) ? TextFold.MiddleDot : c);
        }

        // A full stop between two letters of a name stands for the dot too.
        for (var i = 1; i < clean.Length - 1; i++)
        {
            if (clean[i] == '.' && char.IsLetter(clean[i - 1]) && char.IsLetter(clean[i + 1]))
            {
                clean[i] = TextFold.MiddleDot;
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
            if (rune.Value == TextFold.MiddleDot)
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

    // Variation selectors of free text stay: there is nothing to compare it with.
    private static bool IsInvisible(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
}
