using System.Buffers.Binary;
using Mingjian.Log;

namespace Mingjian.Engine;

/// <summary>Entry bundles of C2SP tlog-tiles: each entry with its length in two bytes, big-endian, in front.</summary>
public static class EntryBundle
{
    /// <summary>The bundle's bytes.</summary>
    public static byte[] Encode(IReadOnlyList<byte[]> entries)
    {
        var bundle = new byte[entries.Sum(e => 2 + e.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            entry.CopyTo(rest[2..]);
            rest = rest[(2 + entry.Length)..];
        }

        return bundle;
    }

    /// <summary>The entries, or null when the bytes are not exactly <paramref name="count"/> of them.</summary>
    public static IReadOnlyList<byte[]>? Decode(ReadOnlySpan<byte> bundle, int count)
    {
        var entries = new List<byte[]>(Math.Min(count, Tile.FullWidth));
        while (entries.Count < count)
        {
            if (bundle.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(bundle) is var length && bundle.Length < 2 + length)
            {
                return null;
            }

            entries.Add(bundle.Slice(2, length).ToArray());
            bundle = bundle[(2 + length)..];
        }

        return bundle.IsEmpty ? entries : null;
    }
}
