using System.Text;
using Mingjian.Primitives.Text;

namespace Mingjian.Collation;

/// <summary>What somebody typed to find a name: part of it, in any width and with or without its dots; or its pinyin, or the first letters.</summary>
/// <remarks>
/// Letters are taken for whole syllables, first letters (also zh, ch, sh) or both: 张三丰 is found by zhangsanfeng, zsf, zhangsf, sanf; the
/// last syllable need not be complete. ü may be typed as v, u or ü.
/// </remarks>
public sealed class NameSearch
{
    private readonly string _part;
    private readonly string? _letters;

    /// <param name="typed">Null or blank finds every name.</param>
    public NameSearch(string? typed)
    {
        _part = Plain(typed);
        var letters = _part.ToLowerInvariant().Replace('ü', 'v').Replace("'", string.Empty, StringComparison.Ordinal);
        _letters = letters.Length > 0 && letters.All(char.IsAsciiLetterLower) ? letters : null;
    }

    /// <summary>Whether nothing was typed.</summary>
    public bool IsBlank => _part.Length == 0;

    /// <summary>Whether the name has what was typed in it.</summary>
    public bool Finds(string name)
    {
        if (IsBlank)
        {
            return true;
        }

        var plain = Plain(name);
        return plain.Contains(_part, StringComparison.OrdinalIgnoreCase) || (_letters is not null && FindsByLetters(plain));
    }

    private static string Plain(string? text) => SortText.Of(text).Replace("·", string.Empty, StringComparison.Ordinal);

    private bool FindsByLetters(string name)
    {
        var readings = name.EnumerateRunes().Select(Spellings).ToList();
        return Enumerable.Range(0, readings.Count).Any(i => Spells(readings, i, _letters));
    }

    private static IReadOnlyList<string> Spellings(Rune rune)
    {
        if (rune.IsAscii)
        {
            return [Rune.ToLowerInvariant(rune).ToString()];
        }

        var readings = Pinyin.ReadingsOf(rune);
        return readings.Any(s => s.Contains('v', StringComparison.Ordinal)) ? [.. readings, .. readings.Select(s => s.Replace('v', 'u'))] : readings;
    }

    // A name has few characters and those few readings: trying all is cheap.
    private static bool Spells(List<IReadOnlyList<string>> readings, int at, ReadOnlySpan<char> letters)
    {
        if (letters.IsEmpty)
        {
            return true;
        }

        if (at == readings.Count)
        {
            return false;
        }

        foreach (var reading in readings[at])
        {
            if (reading.AsSpan().StartsWith(letters, StringComparison.Ordinal)
                || (letters.StartsWith(reading, StringComparison.Ordinal) && Spells(readings, at + 1, letters[reading.Length..]))
                || (letters[0] == reading[0] && Spells(readings, at + 1, letters[1..]))
                || (reading.Length > 2 && reading[1] == 'h' && letters.StartsWith(reading.AsSpan(0, 2), StringComparison.Ordinal)
                    && Spells(readings, at + 1, letters[2..])))
            {
                return true;
            }
        }

        return false;
    }
}
