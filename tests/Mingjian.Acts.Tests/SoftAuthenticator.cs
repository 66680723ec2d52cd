using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

/// <summary>A passkey in memory: answers challenges as a browser and its authenticator do together.</summary>
internal sealed class SoftAuthenticator : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SoftAuthenticator()
    {
        var q = _key.ExportParameters(false).Q;
        Assert.True(P256Point.TryCompress(q.X, q.Y, out var point));
        Key = PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
    }

    public PublicKeyValue Key { get; }

    public KeySignature Sign(Hash32 challenge)
    {
        var clientData = Encoding.UTF8.GetBytes(
            $"{{\"type\":\"webauthn.get\",\"challenge\":\"{Base64Url.EncodeToString(challenge.ToArray())}\",\"origin\":\"https://mingjian.invalid\",\"crossOrigin\":false}}");
        byte[] authenticatorData = [.. SHA256.HashData("mingjian.invalid"u8), 0x05, 0, 0, 0, 1];
        byte[] signed = [.. authenticatorData, .. SHA256.HashData(clientData)];
        return new KeySignature(
            Key.Id, SchemeNames.WebAuthnEs256, _key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            new WebAuthnAssertion(authenticatorData, clientData));
    }

    public void Dispose() => _key.Dispose();
}
