using System.Buffers.Binary;
using Mingjian.Log.Entries;

namespace Mingjian.Log;

/// <summary>Entry bundles of C2SP tlog-tiles: each entry with its length in two bytes, big-endian, in front.</summary>
public static class EntryBundle
{
    /// <summary>The bundle's bytes.</summary>
    /// <exception cref="ArgumentException">An entry is longer than <see cref="LogEntry.MaxSize"/>.</exception>
    public static byte[] Encode(IReadOnlyList<byte[]> entries)
    {
        if (entries.Any(e => e.Length > LogEntry.MaxSize))
        {
            throw new ArgumentException("A log entry is at most 65,535 bytes.", nameof(entries));
        }

        var bundle = new byte[entries.Sum(e => 2 + e.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entry.Length);
            entry.CopyTo(rest[2..]);
            rest = rest[(2 + entry.Length)..];
        }

        return bundle;
    }

    /// <summary>The entries, or null when the bytes are not exactly <paramref name="count"/> of them.</summary>
    public static IReadOnlyList<byte[]>? Decode(ReadOnlySpan<byte> bundle, int count)
    {
        var entries = new List<byte[]>(Math.Clamp(count, 0, Tile.FullWidth));
        while (entries.Count < count)
        {
            if (bundle.Length < 2)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle);
            if (bundle.Length < 2 + length)
            {
                return null;
            }

            entries.Add(bundle.Slice(2, length).ToArray());
            bundle = bundle[(2 + length)..];
        }

        return bundle.IsEmpty ? entries : null;
    }
}
