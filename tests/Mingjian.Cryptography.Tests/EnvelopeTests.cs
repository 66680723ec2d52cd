using System.Text;
using CsCheck;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class EnvelopeTests
{
    private static readonly EnvelopeSignature Signature = new(new KeyId(1), "es256", new byte[64]);
    private static readonly Envelope Good = new(Fixtures.Payload(1), Envelope.TransactionType, [Signature]);

    [Fact]
    public void The_pae_is_that_of_dsse() =>
        Assert.Equal(
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
            Encoding.ASCII.GetString(Pae.Encode("http://example.com/HelloWorld", "hello world"u8)));

    [Fact]
    public void The_transaction_id_is_the_hash_of_the_pae_and_does_not_depend_on_the_signatures()
    {
        var expected = Hash32.Of(Good.ToPae());
        Assert.Equal(expected, Pae.TransactionId(Good.Payload));
        Assert.NotEqual(expected, Hash32.Of(Good.Payload));
    }

    [Fact]
    public void An_envelope_is_read_back_as_it_was_written()
    {
        using var passkey = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var full = Good with
        {
            Signatures =
            [
                Signature,
                new(new KeyId(2), "webauthn-es256", new byte[64], new BatchPosition(1, 2, [Hash32.Of([1])]), Fixtures.Assert(passkey, [1]).Webauthn),
            ],
        };
        var bytes = full.Encode();
        Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(bytes, out var read));
        Assert.Equal(bytes, read!.Encode());
        Assert.Equal(full.Payload, read.Payload);
        Assert.Equal(1, read.Signatures[1].Batch!.Index);
        Assert.StartsWith(
            "{\"payload\":\"", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
        Assert.Contains(
            "\",\"payloadType\":\"application/vnd.mingjian.transaction.v1+json\",\"signatures\":[{\"keyid\":\"k-00000000000000000000000000000001\",\"scheme\":\"es256\",\"sig\":\"",
            Encoding.ASCII.GetString(bytes),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_of_form_has_its_own_number()
    {
        (EnvelopeFault Expected, byte[] Bytes)[] rows =
        [
            (EnvelopeFault.Size, []),
            (EnvelopeFault.Size, new byte[Envelope.MaxSize + 1]),
            (EnvelopeFault.Malformed, new byte[Envelope.MaxSize]),
            (EnvelopeFault.Malformed, "{}"u8.ToArray()),
            (EnvelopeFault.Malformed, "null"u8.ToArray()),
            (EnvelopeFault.Malformed, [0xef, 0xbb, 0xbf, .. Good.Encode()]),
            (EnvelopeFault.Malformed, [.. Good.Encode(), (byte)'\n']),
            (EnvelopeFault.Malformed, Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Good.Encode()).Replace(",\"payloadType", ", \"payloadType", StringComparison.Ordinal))),
            (EnvelopeFault.Malformed, Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Good.Encode()).Replace("\"scheme\"", "\"batch\":null,\"scheme\"", StringComparison.Ordinal))),
            (EnvelopeFault.Malformed, Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Good.Encode()).Replace("\"scheme\"", "\"note\":1,\"scheme\"", StringComparison.Ordinal))),
            (EnvelopeFault.Malformed, Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Good.Encode()).Replace("[{", "[null,{", StringComparison.Ordinal))),
            (EnvelopeFault.PayloadType, (Good with { PayloadType = Envelope.BatchType, Signatures = [] }).Encode()),
            (EnvelopeFault.SignatureCount, (Good with { Signatures = [] }).Encode()),
            (EnvelopeFault.SignatureCount, (Good with { Signatures = [.. Enumerable.Range(0, 32).Select(i => Signature with { Keyid = new KeyId((UInt128)i) })] }).Encode()),
            (EnvelopeFault.None, (Good with { Signatures = [.. Enumerable.Range(0, 31).Select(i => Signature with { Keyid = new KeyId((UInt128)i) })] }).Encode()),
            (EnvelopeFault.DuplicateKey, (Good with { Signatures = [Signature, Signature with { Sig = [] }] }).Encode()),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Sig = new byte[63] })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Sig = new byte[65] })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Batch = new(0, 0, []) })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Batch = new(-1, 1, []) })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Batch = new(1, 1, []) })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Batch = new(0, BatchPosition.MaxSize + 1, []) })),
            (EnvelopeFault.SignatureShape, Shaped(Signature with { Batch = new(0, 2, new Hash32[BatchPosition.MaxPathLength + 1]) })),
            (EnvelopeFault.None, Shaped(Signature with { Batch = new(0, BatchPosition.MaxSize, new Hash32[BatchPosition.MaxPathLength]) })),
            (EnvelopeFault.AssertionShape, Shaped(Signature with { Webauthn = new(new byte[36], [1]) })),
            (EnvelopeFault.AssertionShape, Shaped(Signature with { Webauthn = new(new byte[1025], [1]) })),
            (EnvelopeFault.AssertionShape, Shaped(Signature with { Webauthn = new(new byte[37], []) })),
            (EnvelopeFault.AssertionShape, Shaped(Signature with { Webauthn = new(new byte[37], new byte[2049]) })),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            var fault = Envelope.TryDecode(rows[i].Bytes, out var envelope);
            Assert.True(rows[i].Expected == fault, $"Row {i}: {fault} instead of {rows[i].Expected}.");
            Assert.Equal(fault == EnvelopeFault.None, envelope is not null);
        }
    }

    [Fact]
    public void Altered_bytes_never_give_the_same_envelope_and_never_throw()
    {
        var bytes = Good.Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample(
            (position, change) =>
            {
                var altered = (byte[])bytes.Clone();
                altered[position] ^= change;
                if (Envelope.TryDecode(altered, out var read) == EnvelopeFault.None)
                {
                    Assert.Equal(altered, read!.Encode());
                }
            },
            iter: 3000);
    }

    [Fact]
    public void Any_bytes_at_all_are_answered_with_a_fault() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.NotEqual(EnvelopeFault.None, Envelope.TryDecode(bytes, out _)), iter: 2000);

    private static byte[] Shaped(EnvelopeSignature signature) => (Good with { Signatures = [signature] }).Encode();
}
