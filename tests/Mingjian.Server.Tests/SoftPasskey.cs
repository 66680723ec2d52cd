using System.Buffers.Text;
using System.Formats.Cbor;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>A passkey in memory whose owner signs whatever client data and authenticator data he likes: as an honest browser does, or as an attacker.</summary>
internal sealed class SoftPasskey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SoftPasskey()
    {
        var q = _key.ExportParameters(false).Q;
        Assert.True(P256Point.TryCompress(q.X, q.Y, out var point));
        Key = PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
    }

    public PublicKeyValue Key { get; }

    public byte[] CredentialId { get; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>The public key as authenticators give it (COSE_Key).</summary>
    public byte[] CoseKey
    {
        get
        {
            var q = _key.ExportParameters(false).Q;
            var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
            writer.WriteStartMap(5);
            foreach (var (label, value) in new[] { (1, 2), (3, -7), (-1, 1) })
            {
                writer.WriteInt32(label);
                writer.WriteInt32(value);
            }

            writer.WriteInt32(-2);
            writer.WriteByteString(q.X!);
            writer.WriteInt32(-3);
            writer.WriteByteString(q.Y!);
            writer.WriteEndMap();
            return writer.Encode();
        }
    }

    /// <summary>What an honest browser on a page gives for a challenge.</summary>
    /// <param name="more">Further members of the client data, each behind a comma.</param>
    public static WebAuthnAssertion Honest(Hash32 challenge, string origin, byte flags = 0x05, uint counter = 1, string more = ",\"crossOrigin\":false", string? relyingParty = null) => new(
        [
            .. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty ?? new Uri(origin).Host)), flags,
            (byte)(counter >> 24), (byte)(counter >> 16), (byte)(counter >> 8), (byte)counter,
        ],
        Encoding.UTF8.GetBytes($"{{\"type\":\"webauthn.get\",\"challenge\":\"{Base64Url.EncodeToString(challenge.ToArray())}\",\"origin\":\"{origin}\"{more}}}"));

    /// <summary>r||s, or DER, over any assertion.</summary>
    public byte[] SignOver(WebAuthnAssertion assertion, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) =>
        _key.SignData(WebAuthn.SignedBytes(assertion), HashAlgorithmName.SHA256, format);

    /// <summary>An envelope around a command with an assertion of the caller's making, and an invitation's signature where there is one.</summary>
    public string Sign(Browser browser, ICommand command, Func<Hash32, WebAuthnAssertion> assertion, InvitationCode? code = null)
    {
        var request = SigningRequest.For(browser.Payload(command, signer: Key.Id));
        var made = assertion(request.Challenge);
        return Encoding.UTF8.GetString(
            request.Complete(
            [
                new KeySignature(Key.Id, SchemeNames.WebAuthnEs256, SignOver(made), made),
                .. code is null ? Array.Empty<KeySignature>() : [code.Sign(request.Message)],
            ])[0].Encode());
    }

    public string Sign(Browser browser, ICommand command, string origin, InvitationCode? code = null) => Sign(browser, command, c => Honest(c, origin), code);

    public void Dispose() => _key.Dispose();
}

internal static class PasskeyBinding
{
    /// <summary>The demo's invitation for an account: its member and code.</summary>
    public static async Task<(MemberId Member, InvitationCode Code)> InviteAsync(this Browser browser, string account)
    {
        var code = InvitationCode.New();
        var invitation = await (await browser.PostAsync("/api/v1/demo/invitation", new { account, key = code.Key.ToString() })).Content.ReadFromJsonAsync<JsonElement>();
        return (LedgerId.Parse<MemberId>(invitation.GetProperty("member").GetString()!), code);
    }

    public static BindKey BindCommand(this SoftPasskey passkey, MemberId member) => new(member, passkey.Key);
}
