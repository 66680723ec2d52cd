using System.Globalization;

namespace Mingjian.Web;

/// <summary>Numbers in a page's address (<c>?year=2026</c>), which anybody can write as anything.</summary>
/// <remarks>A page takes them as text: the framework answers a number that it cannot read with a fault (500), and logs what was written.</remarks>
public static class QueryNumber
{
    /// <summary>Years that any date arithmetic can take, the next one included.</summary>
    private const int LastYear = 9998;

    /// <summary>A decimal number without sign; null for everything else, and beyond <paramref name="most"/>: as if it had not been written.</summary>
    public static long? Read(string? text, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;

    /// <summary>A year from 1 on; null for everything else.</summary>
    public static int? ReadYear(string? text) => Read(text, LastYear) is > 0 and var year ? (int)year : null;
}
