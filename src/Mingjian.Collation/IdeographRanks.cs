namespace Mingjian.Collation;

/// <summary>A place in an order for each ideograph of a table.</summary>
internal sealed class IdeographRanks
{
    private const int First = 0x3400;
    private const int Last = 0x9FFF;
    private const int LettersEnd = 0x2E80;
    private const int IdeographsEnd = 1 << 24;
    private readonly int[] _basic = new int[Last - First + 1];
    private readonly Dictionary<int, int> _others = [];

    /// <summary>0 for a character that the table does not hold.</summary>
    public int Of(int point) => point is >= First and <= Last ? _basic[point - First] : _others.GetValueOrDefault(point);

    /// <param name="rank">Above 0. The first one stays.</param>
    public void Add(int point, int rank)
    {
        if (point is < First or > Last)
        {
            _others.TryAdd(point, rank);
        }
        else if (_basic[point - First] == 0)
        {
            _basic[point - First] = rank;
        }
    }

    /// <summary>Where any character stands: letters and signs before ideographs, ideographs of no known place behind all others.</summary>
    public int Place(int point) => Of(point) is var rank and > 0 ? PlaceOf(rank) : point < LettersEnd ? Upper(point) : IdeographsEnd + point;

    /// <summary>Where a character of that rank stands.</summary>
    public static int PlaceOf(int rank) => LettersEnd + rank;

    // Middle dots come first of all, so that the parts of a name are compared one by one.
    private static int Upper(int point) => point == Primitives.Text.TextFold.MiddleDot ? 1 : char.ToUpperInvariant((char)point);
}
