using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>Height, size and root of the newest acknowledged block, kept outside the database: the rollback detector.</summary>
/// <remarks>
/// Two slots written in turn, each with its own SHA-256, so that a torn write never harms the older one. A block is acknowledged only
/// after both its database write and its slot are synced; a database that comes back with less than the slot says has lost
/// acknowledged data, however plausible it looks.
/// </remarks>
internal sealed class HeadFile : IDisposable
{
    private const int Payload = 8 + 8 + Hash32.Size;
    private const int Slot = Payload + Hash32.Size;
    private readonly SafeFileHandle _file;

    private HeadFile(SafeFileHandle file) => _file = file;

    /// <param name="Height">Of the newest acknowledged block.</param>
    /// <param name="Size">Log size after it.</param>
    /// <param name="Root">Log root after it.</param>
    public readonly record struct Acknowledged(long Height, long Size, Hash32 Root);

    /// <param name="Newest">The newest whole slot.</param>
    /// <param name="Damaged">The other slot is neither whole nor still empty.</param>
    public readonly record struct Content(Acknowledged Newest, bool Damaged);

    public static HeadFile OpenForWriting(string path) =>
        new(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));

    /// <summary>What the file says; null when there is none or it is empty.</summary>
    /// <exception cref="StoreCorruptException">No slot is whole.</exception>
    public static Content? Read(string path)
    {
        var bytes = File.Exists(path) ? ReadShared(path) : [];
        if (bytes.Length == 0)
        {
            return null;
        }

        Acknowledged? newest = null;
        var damaged = bytes.Length % Slot != 0;
        for (var offset = 0; offset + Slot <= bytes.Length; offset += Slot)
        {
            var slot = Decode(bytes.AsSpan(offset, Slot));
            damaged |= slot is null && bytes.AsSpan(offset, Slot).ContainsAnyExcept((byte)0);
            newest = newest is null || slot?.Height > newest.Value.Height ? slot ?? newest : newest;
        }

        return newest is { } found
            ? new Content(found, damaged || (found.Height > 1 && bytes.Length < 2 * Slot))
            : throw new StoreCorruptException(Path.GetFileName(path), "no slot of the head file is whole.");
    }

    /// <summary>Records an acknowledged block; durable on return.</summary>
    public void Write(Acknowledged head)
    {
        Span<byte> slot = stackalloc byte[Slot];
        BinaryPrimitives.WriteInt64BigEndian(slot, head.Height);
        BinaryPrimitives.WriteInt64BigEndian(slot[8..], head.Size);
        head.Root.CopyTo(slot[16..]);
        SHA256.HashData(slot[..Payload], slot[Payload..]);
        RandomAccess.Write(_file, slot, (head.Height & 1) * Slot);
        RandomAccess.FlushToDisk(_file);
    }

    public void Dispose() => _file.Dispose();

    private static byte[] ReadShared(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Min(RandomAccess.GetLength(file), 2 * Slot)];
        var read = RandomAccess.Read(file, bytes, 0);
        return bytes[..read];
    }

    private static Acknowledged? Decode(ReadOnlySpan<byte> slot)
    {
        Span<byte> digest = stackalloc byte[Hash32.Size];
        SHA256.HashData(slot[..Payload], digest);
        return digest.SequenceEqual(slot[Payload..])
            ? new Acknowledged(
                BinaryPrimitives.ReadInt64BigEndian(slot), BinaryPrimitives.ReadInt64BigEndian(slot[8..]), new Hash32(slot[16..Payload]))
            : null;
    }
}
