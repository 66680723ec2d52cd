using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Identity;

/// <summary>Reads the public key that an authenticator made (COSE_Key, RFC 9052 section 7) as the ledger writes it.</summary>
internal static class CoseKeys
{
    private const int KeyType = 1;
    private const int Algorithm = 3;
    private const int Curve = -1;
    private const int X = -2;
    private const int Y = -3;

    /// <summary>Only EC2 keys on P-256 for ES256; anything else gives false.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> cose, [MaybeNullWhen(false)] out PublicKeyValue key)
    {
        key = default;
        try
        {
            var reader = new CborReader(cose, CborConformanceMode.Ctap2Canonical);
            long kty = 0, alg = 0, crv = 0;
            byte[]? x = null, y = null;
            var count = reader.ReadStartMap() ?? 0;
            for (var i = 0; i < count; i++)
            {
                switch (reader.ReadInt32())
                {
                    case KeyType:
                        kty = reader.ReadInt64();
                        break;
                    case Algorithm:
                        alg = reader.ReadInt64();
                        break;
                    case Curve:
                        crv = reader.ReadInt64();
                        break;
                    case X:
                        x = reader.ReadByteString();
                        break;
                    case Y:
                        y = reader.ReadByteString();
                        break;
                    default:
                        reader.SkipValue();
                        break;
                }
            }

            reader.ReadEndMap();
            if (kty != 2 || alg != -7 || crv != 1 || reader.BytesRemaining != 0 || !P256Point.TryCompress(x, y, out var point))
            {
                return false;
            }

            key = PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
            return true;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            return false;
        }
    }
}
