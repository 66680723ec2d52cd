using System.Globalization;

namespace Mingjian.Server.LedgerApi;

/// <summary>Paths of C2SP tlog-tiles below the ledger's prefix.</summary>
internal static class LedgerPaths
{
    // 2^40 tiles of 256 entries: far beyond any log, and far from overflow.
    private const long MaxTile = 1L << 40;

    /// <summary>Reads <c>x001/x234/067</c> or <c>x001/x234/067.p/112</c>; exactly one spelling a tile.</summary>
    /// <param name="width">256 for a full tile, 1..255 for a partial one.</param>
    public static bool TryParseTile(string? path, out long number, out int width)
    {
        number = 0;
        width = 256;
        if (path is not { Length: >= 3 and <= 64 })
        {
            return false;
        }

        var marker = path.IndexOf(".p/", StringComparison.Ordinal);
        var digits = marker < 0 ? path : path[..marker];
        if (marker >= 0)
        {
            var text = path[(marker + 3)..];
            if (text.Length is 0 or > 3 || text[0] == '0' || !text.All(char.IsAsciiDigit))
            {
                return false;
            }

            width = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
            if (width > 255)
            {
                return false;
            }
        }

        var groups = digits.Split('/');
        for (var i = 0; i < groups.Length; i++)
        {
            var group = groups[i].AsSpan();
            if (i < groups.Length - 1)
            {
                if (group.Length != 4 || group[0] != 'x')
                {
                    return false;
                }

                group = group[1..];
            }

            if (group.Length != 3 || !int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            // A leading group of zeros would be a second spelling.
            if (i == 0 && groups.Length > 1 && value == 0)
            {
                return false;
            }

            number = (number * 1000) + value;
            if (number > MaxTile)
            {
                return false;
            }
        }

        return true;
    }
}
