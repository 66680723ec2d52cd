using Mingjian.Primitives;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Mingjian.Cryptography;

/// <summary>Public points of P-256: compressed on the ledger, coordinates elsewhere.</summary>
public static class P256Point
{
    /// <summary>Bytes of one coordinate.</summary>
    public const int CoordinateLength = 32;

    private static readonly X9ECParameters Parameters = CustomNamedCurves.GetByName("secp256r1");

    internal static ECDomainParameters Domain { get; } = new(Parameters);

    /// <summary>The compressed form (SEC 1 section 2.3.3); false when the point is not on the curve.</summary>
    /// <param name="x">32 bytes, big-endian.</param>
    /// <param name="y">32 bytes, big-endian.</param>
    /// <param name="compressed">33 bytes.</param>
    public static bool TryCompress(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, out byte[] compressed)
    {
        compressed = [];
        if (x.Length != CoordinateLength || y.Length != CoordinateLength
            || !TryDecode([0x04, .. x, .. y], out var point))
        {
            return false;
        }

        compressed = point!.GetEncoded(compressed: true);
        return true;
    }

    /// <summary>The coordinates, 32 bytes each; false when the 33 bytes are no point of the curve.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> compressed, out byte[] x, out byte[] y)
    {
        (x, y) = ([], []);
        if (compressed.Length != PublicKeyValue.PointLength || !TryDecode(compressed, out var point))
        {
            return false;
        }

        x = point!.AffineXCoord.GetEncoded();
        y = point.AffineYCoord.GetEncoded();
        return true;
    }

    internal static bool TryDecode(ReadOnlySpan<byte> encoded, out ECPoint? point)
    {
        point = null;
        try
        {
            var decoded = Parameters.Curve.DecodePoint(encoded.ToArray());
            if (decoded.IsInfinity || !decoded.IsValid())
            {
                return false;
            }

            point = decoded.Normalize();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or ArithmeticException)
        {
            return false;
        }
    }
}
