using System.Security.Cryptography;
using CsCheck;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class EcVerifierTests
{
    private static readonly byte[] Order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    [Fact]
    public void The_platform_and_the_managed_verifier_agree_on_good_and_altered_signatures()
    {
        using var signer = Es256Signer.Create();
        IEcVerifier platform = new PlatformEcVerifier();
        IEcVerifier managed = new BouncyCastleEcVerifier();
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 63], Gen.Int[0, 8]).Sample(
            (message, position, bit) =>
            {
                var hash = SHA256.HashData(message);
                var signature = signer.Sign(message).Sig;
                if (bit < 8)
                {
                    signature[position] ^= (byte)(1 << bit);
                }

                var expected = bit == 8 ? EcOutcome.Valid : EcOutcome.Invalid;
                Assert.Equal(expected, platform.Verify(signer.Key, hash, signature));
                Assert.Equal(expected, managed.Verify(signer.Key, hash, signature));
            },
            iter: 200);
    }

    [Fact]
    public void Numbers_out_of_range_are_invalid_and_never_an_exception()
    {
        using var signer = Es256Signer.Create();
        var good = signer.Sign([1]).Sig;
        byte[] zero = new byte[32];
        byte[] ones = [.. Enumerable.Repeat((byte)0xff, 32)];
        byte[][] halves = [zero, ones, Order, good[..32], good[32..]];
        foreach (IEcVerifier verifier in new IEcVerifier[] { new PlatformEcVerifier(), new BouncyCastleEcVerifier() })
        {
            foreach (var r in halves)
            {
                foreach (var s in halves)
                {
                    byte[] signature = [.. r, .. s];
                    var expected = signature.AsSpan().SequenceEqual(good) ? EcOutcome.Valid : EcOutcome.Invalid;
                    Assert.Equal(expected, verifier.Verify(signer.Key, SHA256.HashData([1]), signature));
                }
            }

            Assert.Equal(EcOutcome.Invalid, verifier.Verify(signer.Key, SHA256.HashData([1]), good.AsSpan(0, 63)));
            Assert.Equal(EcOutcome.Invalid, verifier.Verify(signer.Key, new byte[31], good));
        }
    }

    [Fact]
    public void Low_and_high_s_are_both_accepted_as_the_format_says()
    {
        using var signer = Es256Signer.Create();
        var signature = signer.Sign([1]).Sig;
        var order = new System.Numerics.BigInteger(Order, isUnsigned: true, isBigEndian: true);
        var s = order - new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] other = [.. signature[..32], .. new byte[32 - bytes.Length], .. bytes];
        var hash = SHA256.HashData([1]);
        Assert.Equal(EcOutcome.Valid, new PlatformEcVerifier().Verify(signer.Key, hash, other));
        Assert.Equal(EcOutcome.Valid, new BouncyCastleEcVerifier().Verify(signer.Key, hash, other));
    }

    [Fact]
    public void A_key_cache_of_one_still_verifies_many_keys()
    {
        var verifier = new PlatformEcVerifier(capacity: 1);
        var signers = Enumerable.Range(0, 5).Select(_ => Es256Signer.Create()).ToArray();
        for (var round = 0; round < 3; round++)
        {
            Assert.All(signers, s => Assert.Equal(EcOutcome.Valid, verifier.Verify(s.Key, SHA256.HashData([7]), s.Sign([7]).Sig)));
            Assert.Equal(EcOutcome.Invalid, verifier.Verify(signers[0].Key, SHA256.HashData([7]), signers[1].Sign([7]).Sig));
        }
    }

    [Fact]
    public async Task Many_threads_may_use_one_verifier_with_the_same_key()
    {
        using var signer = Es256Signer.Create();
        var verifier = new PlatformEcVerifier();
        var hash = SHA256.HashData([7]);
        var good = signer.Sign([7]).Sig;
        var bad = signer.Sign([8]).Sig;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            Task.Run(() => verifier.Verify(signer.Key, hash, i % 2 == 0 ? good : bad))));
        Assert.Equal(200, outcomes.Count(o => o == EcOutcome.Valid));
        Assert.Equal(200, outcomes.Count(o => o == EcOutcome.Invalid));
    }

    [Fact]
    public void Compressing_and_decompressing_give_the_point_back()
    {
        for (var i = 0; i < 50; i++)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var q = key.ExportParameters(false).Q;
            Assert.True(P256Point.TryCompress(q.X, q.Y, out var compressed));
            Assert.True(P256Point.TryDecompress(compressed, out var x, out var y));
            Assert.Equal(q.X, x);
            Assert.Equal(q.Y, y);
            q.Y![5] ^= 1;
            Assert.False(P256Point.TryCompress(q.X, q.Y, out _));
        }

        Assert.False(P256Point.TryDecompress([], out _, out _));
        Assert.False(P256Point.TryDecompress(new byte[33], out _, out _));
        Assert.False(P256Point.TryDecompress([4, .. new byte[32]], out _, out _));
        Assert.False(P256Point.TryDecompress([2, .. Enumerable.Repeat((byte)0xff, 32)], out _, out _));
    }

    [Fact]
    public void Signatures_convert_between_der_and_r_s_whatever_their_leading_bytes() =>
        Gen.Byte.Array[64].Sample(bytes =>
        {
            bytes[0] = bytes[1] > 200 ? (byte)0 : bytes[0];
            Assert.True(EcdsaFormat.TryFromDer(EcdsaFormat.ToDer(bytes), out var back));
            Assert.Equal(bytes, back);
        });

    [Theory]
    [InlineData("")]
    [InlineData("3000")]
    [InlineData("3003020101")]
    [InlineData("300602010102010100")] // a byte after the sequence
    [InlineData("3009020101020101020101")] // a third number
    [InlineData("3006020181020101")] // negative
    [InlineData("30070202000102010100")] // not minimal
    [InlineData("308006020101020101")] // indefinite length
    public void Other_bytes_than_one_der_signature_are_refused(string hex) =>
        Assert.False(EcdsaFormat.TryFromDer(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_number_of_33_bytes_is_refused() =>
        Assert.False(EcdsaFormat.TryFromDer(
            (byte[])[0x30, 0x26, 0x02, 0x21, 0x01, .. new byte[32], 0x02, 0x01, 0x01], out _));

    [Fact]
    public void A_signer_survives_export_and_import()
    {
        using var signer = Es256Signer.Create();
        using var again = Es256Signer.Import(signer.ExportPkcs8());
        Assert.Equal(signer.Key, again.Key);
        Assert.Equal(EcOutcome.Valid, new PlatformEcVerifier().Verify(signer.Key, SHA256.HashData([3]), again.Sign([3]).Sig));
    }

    [Fact]
    public void A_signer_refuses_another_curve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => new Es256Signer(key));
    }
}
