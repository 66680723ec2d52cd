using System.Globalization;
using System.Text;
using Mingjian.Log.Notes;

namespace Mingjian.Log;

/// <summary>Where a tile is found below the log's prefix (C2SP tlog-tiles): <c>tile/0/x001/x234/067.p/3</c>.</summary>
/// <param name="Level">0..63 for hashes, <see cref="EntryLevel"/> for an entry bundle.</param>
/// <param name="Number">From 0.</param>
/// <param name="Width">1..256; 256 is the full tile.</param>
public readonly record struct TilePath(int Level, long Number, int Width)
{
    /// <summary>Stands for <c>entries</c>.</summary>
    public const int EntryLevel = -1;

    private const int MaxLevel = 63;
    private const int MaxLength = 64;

    /// <summary>Reads the one valid spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TilePath path)
    {
        path = default;
        if (text.Length > MaxLength || !text.StartsWith("tile/"))
        {
            return false;
        }

        var original = text;
        text = text["tile/".Length..];
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryLevel(text[..slash], out var level))
        {
            return false;
        }

        text = text[(slash + 1)..];
        var width = (long)Tile.FullWidth;
        var partial = text.IndexOf(".p/");
        if (partial >= 0)
        {
            if (!NoteText.TryDecimal(text[(partial + 3)..], out width) || width is < 1 or >= Tile.FullWidth)
            {
                return false;
            }

            text = text[..partial];
        }

        if (!TryNumber(text, out var number))
        {
            return false;
        }

        path = new TilePath(level, number, (int)width);
        return original.SequenceEqual(path.ToString());
    }

    /// <summary>The path, without leading slash.</summary>
    public override string ToString()
    {
        var groups = (Number % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (var rest = Number / 1000; rest > 0; rest /= 1000)
        {
            groups = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:000}/{groups}");
        }

        var builder = new StringBuilder("tile/");
        _ = Level == EntryLevel ? builder.Append("entries") : builder.Append(CultureInfo.InvariantCulture, $"{Level}");
        builder.Append('/').Append(groups);
        return Width == Tile.FullWidth ? builder.ToString() : builder.Append(CultureInfo.InvariantCulture, $".p/{Width}").ToString();
    }

    private static bool TryLevel(ReadOnlySpan<char> text, out int level)
    {
        level = EntryLevel;
        if (text is "entries")
        {
            return true;
        }

        if (!NoteText.TryDecimal(text, out var value) || value > MaxLevel)
        {
            return false;
        }

        level = (int)value;
        return true;
    }

    /// <summary>Groups of three digits, all but the last with an x; leading zero groups are caught by rewriting.</summary>
    private static bool TryNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        while (true)
        {
            var last = text.Length == 3;
            var group = last ? text : text.Length > 5 && text[0] == 'x' && text[4] == '/' ? text[1..4] : [];
            if (group.IsEmpty || group.ContainsAnyExceptInRange('0', '9') || number > long.MaxValue / 1000 - 1)
            {
                return false;
            }

            number = (number * 1000) + int.Parse(group, NumberStyles.None, CultureInfo.InvariantCulture);
            if (last)
            {
                return true;
            }

            text = text[5..];
        }
    }
}
