using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Mingjian.Cryptography;

namespace Mingjian.Log.Notes;

/// <summary>cosignature/v1 (C2SP tlog-cosignature v1.0.1): a time in front of what an Ed25519 key signs.</summary>
internal static class Cosignature
{
    private const int TimeLength = 8;

    public static byte[] SignedBytes(long time, ReadOnlySpan<byte> text) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n")), .. text];

    public static byte[] Write(long time, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        var blob = new byte[TimeLength + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(blob, time);
        signature.CopyTo(blob.AsSpan(TimeLength));
        return blob;
    }

    /// <summary>Times beyond 2^63-1 and other lengths are refused.</summary>
    public static bool TryRead(ReadOnlySpan<byte> blob, out long time, out byte[] signature)
    {
        time = 0;
        signature = [];
        if (blob.Length != TimeLength + Ed25519.SignatureLength)
        {
            return false;
        }

        time = BinaryPrimitives.ReadInt64BigEndian(blob);
        signature = blob[TimeLength..].ToArray();
        return time >= 0;
    }
}
