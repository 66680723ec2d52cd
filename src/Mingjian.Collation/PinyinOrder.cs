namespace Mingjian.Collation;

/// <summary>Orders Chinese text by pinyin, character by character: letters (ü behind u), tone, strokes.</summary>
/// <remarks>
/// The same everywhere and total: texts that differ in width, brackets or invisible characters alone stand side by side, in the order of
/// their code points. Null comes first. Other letters and digits come before ideographs, ideographs without a known reading behind them.
/// </remarks>
public sealed class PinyinOrder : IComparer<string>
{
    private readonly bool _surnames;

    private PinyinOrder(bool surnames) => _surnames = surnames;

    /// <summary>Names of people: the surname is read as a surname (单 shàn, 曾 zēng, 尉迟 yù chí).</summary>
    public static PinyinOrder OfNames { get; } = new(surnames: true);

    /// <summary>Other text, such as names of branches: every character by its usual reading.</summary>
    public static PinyinOrder OfText { get; } = new(surnames: false);

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return SortText.Ordinal(x, y);
        }

        var table = PinyinTable.Instance;
        var (left, right) = (SortText.Of(x), SortText.Of(y));
        int[]? leftSurname = null;
        int[]? rightSurname = null;
        if (_surnames)
        {
            table.SurnameOf(left, out leftSurname);
            table.SurnameOf(right, out rightSurname);
        }

        var (i, j) = (0, 0);
        for (var place = 0; i < left.Length && j < right.Length; place++)
        {
            var difference = Place(table, left, ref i, place, leftSurname).CompareTo(Place(table, right, ref j, place, rightSurname));
            if (difference != 0)
            {
                return difference;
            }
        }

        var length = (left.Length - i).CompareTo(right.Length - j);
        return length != 0 ? length : SortText.Ordinal(x, y);
    }

    private static int Place(PinyinTable table, string text, ref int at, int place, int[]? surname)
    {
        var point = SortText.Read(text, ref at);
        return surname is not null && place < surname.Length ? IdeographRanks.PlaceOf(surname[place]) : table.Ranks.Place(point);
    }
}
