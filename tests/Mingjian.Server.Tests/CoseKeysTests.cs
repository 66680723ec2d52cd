using System.Formats.Cbor;
using System.Security.Cryptography;
using Mingjian.Cryptography;
using Mingjian.Server.Identity;

namespace Mingjian.Server.Tests;

/// <summary>COSE_Key (RFC 9052 section 7, RFC 9053 section 7.1.1) as authenticators write it: CTAP2 canonical CBOR.</summary>
public sealed class CoseKeysTests
{
    private static readonly ECParameters Pair = Create();

    // Labels: 1 kty, 3 alg, -1 crv, -2 x, -3 y. CTAP2 sorts 1, 3, -1, -2, -3.
    private static (int Label, object Value)[] Good => [(1, 2), (3, -7), (-1, 1), (-2, Pair.Q.X!), (-3, Pair.Q.Y!)];

    [Fact]
    public void A_P_256_key_for_ES256_becomes_the_ledgers_passkey()
    {
        Assert.True(CoseKeys.TryRead(Encode(Good), out var key));
        Assert.Equal(SchemeNames.WebAuthnEs256, key.Scheme);
        Assert.True(P256Point.TryCompress(Pair.Q.X, Pair.Q.Y, out var point));
        Assert.Equal($"webauthn-es256:{Convert.ToBase64String(point)}", key.ToString());
    }

    [Fact]
    public void Labels_that_it_does_not_know_are_passed_over() =>
        Assert.True(CoseKeys.TryRead(Encode([(1, 2), (3, -7), (4, 1), (-1, 1), (-2, Pair.Q.X!), (-3, Pair.Q.Y!)]), out _));

    [Theory]
    [InlineData(1, 1)] // OKP
    [InlineData(1, 3)] // RSA
    [InlineData(3, -8)] // EdDSA
    [InlineData(3, -35)] // ES384
    [InlineData(-1, 2)] // P-384
    [InlineData(-1, 8)] // secp256k1
    public void Another_kind_of_key_is_not_read(int label, int value) =>
        Assert.False(CoseKeys.TryRead(Encode([.. Good.Select(p => p.Label == label ? (label, value) : p)]), out _));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(-2)]
    [InlineData(-3)]
    public void A_key_without_one_of_its_members_is_not_read(int label) =>
        Assert.False(CoseKeys.TryRead(Encode([.. Good.Where(p => p.Label != label)]), out _));

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_not_read()
    {
        var y = (byte[])Pair.Q.Y!.Clone();
        y[31] ^= 1;
        Assert.False(CoseKeys.TryRead(Encode([(1, 2), (3, -7), (-1, 1), (-2, Pair.Q.X!), (-3, y)]), out _));
    }

    [Fact]
    public void A_coordinate_of_another_length_is_not_read()
    {
        byte[] longer = [0, .. Pair.Q.X!];
        Assert.False(CoseKeys.TryRead(Encode([(1, 2), (3, -7), (-1, 1), (-2, longer), (-3, Pair.Q.Y!)]), out _));
        Assert.False(CoseKeys.TryRead(Encode([(1, 2), (3, -7), (-1, 1), (-2, Pair.Q.X![1..]), (-3, Pair.Q.Y!)]), out _));
    }

    [Fact]
    public void A_compressed_point_is_not_read() =>
        Assert.False(CoseKeys.TryRead(Encode([(1, 2), (3, -7), (-1, 1), (-2, Pair.Q.X!), (-3, true)]), out _));

    [Fact]
    public void Bytes_after_the_key_and_labels_out_of_order_are_not_read()
    {
        Assert.False(CoseKeys.TryRead((byte[])[.. Encode(Good), 0], out _));
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartMap(5);
        foreach (var (label, value) in Good.Reverse())
        {
            Write(writer, label, value);
        }

        writer.WriteEndMap();
        Assert.False(CoseKeys.TryRead(writer.Encode(), out _));
    }

    [Fact]
    public void No_truncated_or_altered_bytes_make_it_throw()
    {
        var bytes = Encode(Good);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(CoseKeys.TryRead(bytes.AsMemory(0, length), out _));
        }

        Assert.True(CoseKeys.TryRead(bytes, out var original));
        var random = new Random(20261122);
        for (var i = 0; i < 2_000; i++)
        {
            var altered = (byte[])bytes.Clone();
            altered[random.Next(altered.Length)] ^= (byte)(1 << random.Next(8));
            if (CoseKeys.TryRead(altered, out var other))
            {
                Assert.NotEqual(original, other);
            }
        }
    }

    private static ECParameters Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(false);
    }

    private static byte[] Encode((int Label, object Value)[] members)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(members.Length);
        foreach (var (label, value) in members)
        {
            Write(writer, label, value);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void Write(CborWriter writer, int label, object value)
    {
        writer.WriteInt32(label);
        switch (value)
        {
            case int number:
                writer.WriteInt32(number);
                break;
            case bool sign:
                writer.WriteBoolean(sign);
                break;
            default:
                writer.WriteByteString((byte[])value);
                break;
        }
    }
}
