using System.Text;

namespace Mingjian.Collation;

/// <summary>Names in Latin letters, for searching: every reading of every character counts, 单 as shan, dan and chan.</summary>
public static class Pinyin
{
    /// <summary>Spellings that a call returns at most; a long name of characters with many readings has thousands.</summary>
    public const int MostSpellings = 64;

    /// <summary>Syllables of a character in lower case, without tones, ü as v; the usual one first. Empty where none is known.</summary>
    public static IReadOnlyList<string> ReadingsOf(Rune character) =>
        [.. PinyinTable.Instance.Readings(character.Value).Select(s => s.Replace('ü', 'v'))];

    /// <summary>First letters of a name: 单一 gives dy, cy, sy. Characters without a reading are left out.</summary>
    public static IReadOnlyList<string> InitialsOf(string name) => Combine(name, s => s[..1]);

    /// <summary>Whole spellings of a name: 单一 gives danyi, chanyi, shanyi. Characters without a reading are left out.</summary>
    public static IReadOnlyList<string> SpellingsOf(string name) => Combine(name, s => s);

    private static List<string> Combine(string name, Func<string, string> part)
    {
        var spellings = new List<string> { string.Empty };
        foreach (var rune in SortText.Of(name).EnumerateRunes())
        {
            var parts = Parts(rune).Select(part).Distinct(StringComparer.Ordinal).ToList();
            if (parts.Count > 0)
            {
                spellings = [.. spellings.SelectMany(s => parts.Select(p => s + p)).Take(MostSpellings)];
            }
        }

        return spellings is [""] ? [] : spellings;
    }

    private static IReadOnlyList<string> Parts(Rune rune) =>
        rune.IsAscii && Rune.IsLetterOrDigit(rune) ? [Rune.ToLowerInvariant(rune).ToString()] : ReadingsOf(rune);
}
