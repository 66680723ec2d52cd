using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

/// <summary>Fixed payloads and an authenticator in software.</summary>
internal static class Fixtures
{
    public static NetworkId Network { get; } = NetworkId.Parse("test.mingjian.invalid/1");

    public static byte[] Payload(int number) => new TransactionPayload(
        "dues.RecordPayment", Network, new LedgerTime(1_795_430_400_000), new Nonce((UInt128)number), new KeyId(7),
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"number\":{number}}}"))).Encode();

    /// <summary>Signs like a passkey: DER over authenticator data and the hash of the client data, then turned into r||s.</summary>
    public static KeySignature Assert(ECDsa key, byte[] message)
    {
        var challenge = Base64Url.EncodeToString(SHA256.HashData(message));
        var clientData = $$"""{"type":"webauthn.get","challenge":"{{challenge}}","origin":"https://localhost","crossOrigin":false}""";
        byte[] authenticatorData = [.. SHA256.HashData("localhost"u8), 0x05, 0, 0, 0, 7];
        var assertion = new WebAuthnAssertion(authenticatorData, Encoding.UTF8.GetBytes(clientData));
        var der = key.SignData(WebAuthn.SignedBytes(assertion), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Xunit.Assert.True(EcdsaFormat.TryFromDer(der, out var signature));
        return new KeySignature(PasskeyOf(key).Id, SchemeNames.WebAuthnEs256, signature, assertion);
    }

    public static PublicKeyValue PasskeyOf(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        Xunit.Assert.True(P256Point.TryCompress(q.X, q.Y, out var point));
        return PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
    }
}

/// <summary>Counts what reaches the curve.</summary>
internal sealed class CountingVerifier(IEcVerifier inner) : IEcVerifier
{
    public int Count { get; private set; }

    public EcOutcome Verify(PublicKeyValue key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        Count++;
        return inner.Verify(key, hash, signature);
    }
}
