using System.Text;
using Mingjian.Primitives.Text;

namespace Mingjian.Collation;

/// <summary>Readings and surnames from <c>pinyin.txt</c> (made by <c>build/text-tables.mjs</c>). Read at first use.</summary>
internal sealed class PinyinTable
{
    /// <summary>No syllable has as many characters.</summary>
    private const int MostOfASyllable = 1024;

    private readonly List<string> _syllables = [""];
    private readonly IdeographRanks _ranks = new();
    private readonly Dictionary<int, List<int>> _further = [];
    private readonly Dictionary<int, int> _surnames = [];
    private readonly Dictionary<string, int[]> _compounds = new(StringComparer.Ordinal);
    private readonly HashSet<int> _compoundStarts = [];

    private PinyinTable()
    {
        var lines = new Dictionary<string, (int Line, List<int> Characters)>(StringComparer.Ordinal);
        var surnames = false;
        foreach (var line in TextTable.ReadLines(typeof(PinyinTable), "pinyin.txt"))
        {
            if (line[0] == '[')
            {
                surnames = true;
                continue;
            }

            var parts = line.Split(' ');
            if (surnames)
            {
                AddSurname(parts[0], [.. parts[0].EnumerateRunes().Zip(parts.Skip(1), (r, s) => Rank(lines[s], r.Value))]);
            }
            else
            {
                lines.Add(parts[0], (_syllables.Count, AddSyllable(parts[0][..^1], parts[1])));
            }
        }
    }

    public static PinyinTable Instance => Loaded.Table;

    public IdeographRanks Ranks => _ranks;

    /// <summary>Length in UTF-16 units of the surname that a name begins with; a compound one needs a given name behind it.</summary>
    /// <param name="readings">Ranks of a surname's characters where they differ from the usual ones; null where they do not.</param>
    public int SurnameOf(string name, out int[]? readings)
    {
        readings = null;
        var first = new Rune(0);
        if (name.Length == 0 || Rune.DecodeFromUtf16(name, out first, out var length) != System.Buffers.OperationStatus.Done)
        {
            return Math.Min(1, name.Length);
        }

        // All compound surnames have two characters of one unit each (held by a test).
        if (name.Length > 2 && _compoundStarts.Contains(first.Value) && _compounds.TryGetValue(name[..2], out readings))
        {
            return 2;
        }

        readings = _surnames.TryGetValue(first.Value, out var rank) ? [rank] : null;
        return length;
    }

    /// <summary>Syllables of a character without tones, the usual first; ü as in the table. Empty where none is known.</summary>
    public IReadOnlyList<string> Readings(int point)
    {
        var rank = _ranks.Of(point);
        return rank == 0
            ? _further.TryGetValue(point, out var only) ? [.. only.Select(s => _syllables[s]).Distinct(StringComparer.Ordinal)] : []
            : _further.TryGetValue(point, out var further)
                ? [.. further.Prepend(rank / MostOfASyllable).Select(s => _syllables[s]).Distinct(StringComparer.Ordinal)]
                : [_syllables[rank / MostOfASyllable]];
    }

    public IEnumerable<string> Compounds => _compounds.Keys;

    private static int Rank((int Line, List<int> Characters) syllable, int point) =>
        (syllable.Line * MostOfASyllable) + syllable.Characters.IndexOf(point);

    private List<int> AddSyllable(string syllable, string text)
    {
        var characters = new List<int>(text.Length);
        var usual = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '|')
            {
                usual = false;
                continue;
            }

            if (usual)
            {
                _ranks.Add(rune.Value, (_syllables.Count * MostOfASyllable) + characters.Count);
            }
            else
            {
                (_further.TryGetValue(rune.Value, out var list) ? list : _further[rune.Value] = []).Add(_syllables.Count);
            }

            characters.Add(rune.Value);
        }

        _syllables.Add(syllable);
        return characters;
    }

    private void AddSurname(string name, int[] ranks)
    {
        if (ranks.Length == 1)
        {
            _surnames.Add(name[0], ranks[0]);
        }
        else
        {
            _compounds.Add(name, ranks);
            _compoundStarts.Add(name[0]);
        }
    }

    private static class Loaded
    {
        public static PinyinTable Table { get; } = new();
    }
}
