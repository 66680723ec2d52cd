using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class EnvelopeVectorTests
{
    [Fact]
    public void Recorded_envelopes_verify_with_both_implementations_and_no_longer_when_altered()
    {
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_VECTORS") == "1")
        {
            Write();
        }

        SignatureVerifier[] verifiers = [new(new PlatformEcVerifier()), new(new BouncyCastleEcVerifier())];
        var rows = Read().GetProperty("envelopes").EnumerateArray().ToArray();
        Assert.Equal(6, rows.Length);
        foreach (var row in rows)
        {
            Assert.True(PublicKeyValue.TryParse(row.GetProperty("key").GetString(), out var key));
            Assert.Equal(row.GetProperty("keyid").GetString(), key.Id.ToString());
            Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(Encoding.ASCII.GetBytes(row.GetProperty("envelope").GetString()!), out var envelope));
            Assert.Equal(row.GetProperty("payload").GetString(), Encoding.ASCII.GetString(envelope!.Payload));
            Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(envelope.Payload, out var payload));
            Assert.Equal(key.Id, payload!.Signer);
            Assert.True(payload.IsSignedIn(envelope));
            Assert.False((payload with { Signer = new KeyId(1) }).IsSignedIn(envelope));
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

    private static void Write()
    {
        using var signer = Es256Signer.Create();
        using var passkey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var device = Fixtures.PasskeyOf(passkey);
        var rows = new List<(string Note, PublicKeyValue Key, byte[] Message, Envelope Envelope)>();
        var own = SigningRequest.For(Payload(1, signer.Key.Id));
        rows.Add(("es256, one act", signer.Key, own.Message, own.SignWith(signer)[0]));
        var one = SigningRequest.For(Payload(1, device.Id));
        rows.Add(("webauthn-es256, one act", device, one.Message, one.Complete(Fixtures.Assert(passkey, one.Message))[0]));
        var batch = SigningRequest.For(Payload(1, signer.Key.Id), Payload(2, signer.Key.Id), Payload(3, signer.Key.Id));
        var signed = batch.SignWith(signer);
        for (var i = 0; i < 3; i++)
        {
            rows.Add(($"es256, act {i} of a batch of 3", signer.Key, batch.Message, signed[i]));
        }

        var many = SigningRequest.For(Payload(1, device.Id), Payload(2, device.Id), Payload(3, device.Id));
        rows.Add(("webauthn-es256, act 2 of a batch of 3", device, many.Message, many.Complete(Fixtures.Assert(passkey, many.Message))[2]));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("description", "Signed transactions as docs/reference/formats.md describes them. Every envelope verifies with its key.");
            json.WriteStartArray("envelopes");
            foreach (var (note, key, message, envelope) in rows)
            {
                json.WriteStartObject();
                json.WriteString("note", note);
                json.WriteString("key", key.ToString());
                json.WriteString("keyid", key.Id.ToString());
                json.WriteString("payload", Encoding.ASCII.GetString(envelope.Payload));
                json.WriteString("paeSha256", Hash32.Of(envelope.ToPae()).ToHex());
                json.WriteString("transactionId", Pae.TransactionId(envelope.Payload).ToString());
                json.WriteString("signedMessageSha256", Hash32.Of(message).ToHex());
                json.WriteString("envelope", Encoding.ASCII.GetString(envelope.Encode()));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        File.WriteAllBytes(PathOf(), [.. buffer.ToArray(), (byte)'\n']);
    }

    private static byte[] Payload(int number, KeyId signer) => new TransactionPayload(
        "dues.RecordPayment", NetworkId.Parse("vectors.mingjian.invalid/1"), new LedgerTime(1_795_430_400_000), new Nonce((UInt128)number), signer,
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"number\":{number}}}"))).Encode();

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf()));
        return document.RootElement.Clone();
    }

    private static string PathOf()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Mingjian.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "vectors", "transactions", "envelopes.json");
    }
}
