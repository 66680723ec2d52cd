using System.Text;
using System.Text.Json;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class EnvelopeVectorTests
{
    [Fact]
    public void Recorded_envelopes_verify_with_both_implementations_and_no_longer_when_altered()
    {
        SignatureVerifier[] verifiers = [new(new PlatformEcVerifier()), new(new BouncyCastleEcVerifier())];
        var rows = Read().GetProperty("envelopes").EnumerateArray().ToArray();
        Assert.Equal(6, rows.Length);
        foreach (var row in rows)
        {
            Assert.True(PublicKeyValue.TryParse(row.GetProperty("key").GetString(), out var key));
            Assert.Equal(row.GetProperty("keyid").GetString(), key.Id.ToString());
            Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(Encoding.ASCII.GetBytes(row.GetProperty("envelope").GetString()!), out var envelope));
            Assert.Equal(row.GetProperty("payload").GetString(), Encoding.ASCII.GetString(envelope!.Payload));
            Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(envelope.Payload, out _));
            Assert.Equal(row.GetProperty("paeSha256").GetString(), Convert.ToHexStringLower(Hash32.Of(envelope.ToPae()).ToArray()));
            Assert.Equal(row.GetProperty("transactionId").GetString(), Pae.TransactionId(envelope.Payload).ToString());
            var altered = envelope.ToPae();
            altered[^3] ^= 1;
            foreach (var verifier in verifiers)
            {
                Assert.Equal(SignatureFault.None, verifier.Verify(envelope.ToPae(), envelope.Signatures[0], key));
                Assert.NotEqual(SignatureFault.None, verifier.Verify(altered, envelope.Signatures[0], key));
            }
        }
    }

    private static JsonElement Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Mingjian.slnx")))
        {
            folder = folder.Parent;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.FullName, "vectors", "transactions", "envelopes.json")));
        return document.RootElement.Clone();
    }
}
