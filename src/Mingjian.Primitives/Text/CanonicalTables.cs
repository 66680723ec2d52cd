using System.Globalization;

namespace Mingjian.Primitives.Text;

/// <summary>What Unicode 15.0 says of single code points, from <c>canonical.txt</c> (made by <c>build/text-tables.mjs</c>). Read at first use.</summary>
internal sealed class CanonicalTables
{
    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, int> _radicals = [];

    /// <summary>Code points that a text in NFC does not hold, or holds in some places only.</summary>
    private readonly HashSet<int> _unsettled = [];

    private CanonicalTables()
    {
        var excluded = new HashSet<int>();
        var section = string.Empty;
        foreach (var line in TextTable.ReadLines(typeof(CanonicalTables), "canonical.txt"))
        {
            if (line[0] == '[')
            {
                section = line[..(line.IndexOf(']', StringComparison.Ordinal) + 1)];
                continue;
            }

            switch (section)
            {
                case "[decomposition]":
                    ReadDecompositions(line);
                    break;
                case "[class]":
                    ReadClasses(line);
                    break;
                case "[exclusion]":
                    excluded.UnionWith(line.Split(' ').Select(h => Hex(h)));
                    break;
                default:
                    foreach (var pair in line.Split(' '))
                    {
                        var equals = pair.IndexOf('=', StringComparison.Ordinal);
                        _radicals.Add(Hex(pair.AsSpan(0, equals)), Hex(pair.AsSpan(equals + 1)));
                    }

                    break;
            }
        }

        foreach (var (point, (first, second)) in _decompositions)
        {
            // Singletons, exclusions and what begins with a combining mark are decomposed for good (UAX 15, full composition exclusion).
            if (second == 0 || excluded.Contains(point) || ClassOf(point) != 0 || ClassOf(first) != 0)
            {
                _unsettled.Add(point);
            }
            else
            {
                _compositions.Add((first, second), point);
                _unsettled.Add(second);
            }
        }

        _unsettled.UnionWith(_classes.Keys);
    }

    public static CanonicalTables Instance => Loaded.Tables;

    /// <summary>0 for a starter, else the canonical combining class.</summary>
    public int ClassOf(int point) => _classes.GetValueOrDefault(point);

    /// <summary>Whether a text that holds the code point has to be looked at as a whole.</summary>
    public bool IsUnsettled(int point) => _unsettled.Contains(point) || point is >= Nfc.VowelBase and < Nfc.TrailEnd;

    /// <summary>One step of decomposition; second is 0 for a singleton.</summary>
    public bool TryDecompose(int point, out (int First, int Second) parts) => _decompositions.TryGetValue(point, out parts);

    public bool TryCompose(int first, int second, out int point) => _compositions.TryGetValue((first, second), out point);

    /// <summary>The ideograph that a radical looks like; the code point itself where it is none.</summary>
    public int Unified(int point) => _radicals.GetValueOrDefault(point, point);

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void ReadDecompositions(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var point = Hex(line.AsSpan(0, colon));
        foreach (var mapping in line[(colon + 2)..].Split(' '))
        {
            var plus = mapping.IndexOf('+', StringComparison.Ordinal);
            _decompositions.Add(point++, plus < 0 ? (Hex(mapping), 0) : (Hex(mapping.AsSpan(0, plus)), Hex(mapping.AsSpan(plus + 1))));
        }
    }

    private void ReadClasses(string line)
    {
        foreach (var range in line.Split(' '))
        {
            var (dash, equals) = (range.IndexOf('-', StringComparison.Ordinal), range.IndexOf('=', StringComparison.Ordinal));
            var last = Hex(range.AsSpan(dash + 1, equals - dash - 1));
            var value = byte.Parse(range.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            for (var point = Hex(range.AsSpan(0, dash)); point <= last; point++)
            {
                _classes.Add(point, value);
            }
        }
    }

    /// <summary>Most texts never need the tables.</summary>
    private static class Loaded
    {
        public static CanonicalTables Tables { get; } = new();
    }
}
