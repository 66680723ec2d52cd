using Mingjian.Primitives.Text;

namespace Mingjian.Collation;

/// <summary>
/// Orders names by strokes (姓氏笔画), as lists of candidates and delegates stand: by the number of strokes of the surname's first
/// character, then stroke by stroke in the order 横竖撇点折.
/// </summary>
/// <remarks>
/// With the same first character a single surname comes before a compound one; with the same surname a given name of one character
/// before longer ones, then the given names' characters by strokes. Characters whose strokes' order is not known stand behind the others
/// of their number. Total and the same everywhere, as <see cref="PinyinOrder"/>.
/// </remarks>
public sealed class StrokeOrder : IComparer<string>
{
    private readonly Lazy<IdeographRanks> _ranks = new(Read);

    private StrokeOrder()
    {
    }

    /// <summary>The one order.</summary>
    public static StrokeOrder OfNames { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return SortText.Ordinal(x, y);
        }

        var (left, right) = (SortText.Of(x), SortText.Of(y));
        var surnames = PinyinTable.Instance;
        var (leftSurname, rightSurname) = (surnames.SurnameOf(left, out _), surnames.SurnameOf(right, out _));
        var (i, j) = (0, 0);
        var difference = Compare(left, ref i, Math.Min(1, left.Length), right, ref j, Math.Min(1, right.Length));
        difference = difference != 0 ? difference : leftSurname.CompareTo(rightSurname);
        difference = difference != 0 ? difference : Compare(left, ref i, leftSurname, right, ref j, rightSurname);
        difference = difference != 0 ? difference : IsLong(left, i).CompareTo(IsLong(right, j));
        difference = difference != 0 ? difference : Compare(left, ref i, left.Length, right, ref j, right.Length);
        return difference != 0 ? difference : SortText.Ordinal(x, y);
    }

    // Whether more than one character follows.
    private static bool IsLong(string text, int at)
    {
        if (at < text.Length)
        {
            _ = SortText.Read(text, ref at);
        }

        return at < text.Length;
    }

    // Character by character up to the given ends; the shorter first.
    private int Compare(string left, ref int i, int leftEnd, string right, ref int j, int rightEnd)
    {
        while (i < leftEnd && j < rightEnd)
        {
            var difference = _ranks.Value.Place(SortText.Read(left, ref i)).CompareTo(_ranks.Value.Place(SortText.Read(right, ref j)));
            if (difference != 0)
            {
                return difference;
            }
        }

        return (leftEnd - i).CompareTo(rightEnd - j);
    }

    private static IdeographRanks Read()
    {
        var ranks = new IdeographRanks();
        var rank = 0;
        foreach (var line in TextTable.ReadLines(typeof(StrokeOrder), "strokes.txt"))
        {
            foreach (var rune in line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].EnumerateRunes())
            {
                ranks.Add(rune.Value, ++rank);
            }
        }

        return ranks;
    }
}
