using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Cryptography.Tests;

/// <summary>Assertions are what browsers write, byte for byte; a text of one's own finds no place in them.</summary>
public sealed class WebAuthnTests : IDisposable
{
    private const string Reminder = ",\"other_keys_can_be_added_here\":\"do not compare clientDataJSON against a template. See https://goo.gl/yabPex\"";

    private readonly ECDsa _passkey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SignatureVerifier _verifier = new(new PlatformEcVerifier());

    public void Dispose() => _passkey.Dispose();

    [Theory]
    [InlineData(",\"crossOrigin\":false")]
    [InlineData("")]
    [InlineData(",\"crossOrigin\":false" + Reminder)]
    [InlineData(Reminder)]
    public void What_the_browsers_write_is_accepted(string more) => AssertFault(SignatureFault.None, EnvelopeFault.None, c => Usual(c, more: more));

    [Fact]
    public void The_longest_form_is_within_the_bound()
    {
        var label = new string('a', 63);
        var host = $"{label}.{label}.{label}.{new string('a', 61)}";
        AssertFault(
            SignatureFault.None, EnvelopeFault.None, c => Usual(c, $"https://{host}:65535", ",\"crossOrigin\":false" + Reminder),
            [.. SHA256.HashData(Encoding.ASCII.GetBytes(host)), 0x05, 0, 0, 0, 0]);
    }

    /// <summary>CHALLENGE stands for the right challenge; each row has one fault.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\"}")]
    [InlineData("{\"type\":\"webauthn.create\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"payment.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"challenge\":\"CHALLENGE\",\"type\":\"webauthn.get\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":false,\"crossOrigin\":false}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":true}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":false,\"topOrigin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":false,\"note\":\"张三的电话\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":false,\"tokenBinding\":{\"status\":\"supported\"}}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\"crossOrigin\":false,\"other_keys_can_be_added_here\":\"anything\"}")]
    [InlineData("{\"note\":\"x\",\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"note\":\"x\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"} ")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}{}")]
    [InlineData(" {\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("\uFEFF{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{ \"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\": \"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\",\n\"crossOrigin\":false}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https:\\/\\/localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://\\u006cocalhost\"}")]
    [InlineData("{\"typ\\u0065\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost/note\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://note@localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://LOCALHOST\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost.\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost:0\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost:00080\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost:65536\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://张三.localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"http://elsewhere.invalid\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":7}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE\",\"origin\":\"https://localhost")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"CHALLENGE=\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"AAAA\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/\",\"origin\":\"https://localhost\"}")]
    [InlineData("{\"type\":\"webauthn.get\",\"x\":{\"challenge\":\"CHALLENGE\"},\"origin\":\"https://localhost\"}")]
    public void Client_data_of_any_other_form_is_refused_and_no_envelope_carries_it(string clientData) =>
        AssertFault(SignatureFault.ClientData, EnvelopeFault.AssertionShape, c => clientData.Replace("CHALLENGE", c, StringComparison.Ordinal));

    [Fact]
    public void Client_data_that_is_too_long_is_refused() =>
        AssertFault(SignatureFault.ClientData, EnvelopeFault.AssertionShape, c => Usual(c, more: $",\"note\":\"{new string('x', 2_000)}\""));

    [Fact]
    public void A_challenge_for_other_bytes_is_refused() => AssertFault(
        SignatureFault.Challenge, EnvelopeFault.None, _ => Usual(Base64Url.EncodeToString(SHA256.HashData("something else"u8))));

    /// <summary>Flags, the relying party, and bytes that follow the counter.</summary>
    [Theory]
    [InlineData(0x05, "localhost", "", SignatureFault.None)]
    [InlineData(0x0D, "localhost", "", SignatureFault.None)]
    [InlineData(0x1D, "localhost", "", SignatureFault.None)]
    [InlineData(0x00, "localhost", "", SignatureFault.UserNotPresent)]
    [InlineData(0x04, "localhost", "", SignatureFault.UserNotPresent)]
    [InlineData(0x01, "localhost", "", SignatureFault.UserNotVerified)]
    [InlineData(0x19, "localhost", "", SignatureFault.UserNotVerified)]
    [InlineData(0x07, "localhost", "", SignatureFault.AuthenticatorData)]
    [InlineData(0x25, "localhost", "", SignatureFault.AuthenticatorData)]
    [InlineData(0x45, "localhost", "", SignatureFault.AuthenticatorData)]
    [InlineData(0x85, "localhost", "", SignatureFault.AuthenticatorData)]
    [InlineData(0x15, "localhost", "", SignatureFault.AuthenticatorData)]
    [InlineData(0x05, "localhost", "00", SignatureFault.AuthenticatorData)]
    [InlineData(0x85, "localhost", "A1616178026869", SignatureFault.AuthenticatorData)]
    [InlineData(0x45, "localhost", "00000000000000000000000000000000000141A0", SignatureFault.AuthenticatorData)]
    [InlineData(0x05, "elsewhere.invalid", "", SignatureFault.AuthenticatorData)]
    public void Authenticator_data_is_37_bytes_for_the_page_s_host_by_a_verified_person(int flags, string relyingParty, string more, SignatureFault expected) =>
        AssertFault(
            expected,
            expected switch
            {
                SignatureFault.None => EnvelopeFault.None,
                SignatureFault.UserNotVerified => EnvelopeFault.UserNotVerified,
                _ => EnvelopeFault.AssertionShape,
            },
            c => Usual(c),
            [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), (byte)flags, 0, 0, 0, 9, .. Convert.FromHexString(more)]);

    [Theory]
    [InlineData(0)]
    [InlineData(36)]
    [InlineData(1_000)]
    public void Authenticator_data_of_another_length_is_refused(int length) =>
        AssertFault(SignatureFault.AuthenticatorData, EnvelopeFault.AssertionShape, c => Usual(c), [.. new byte[length]]);

    [Fact]
    public void Every_single_byte_of_an_assertion_counts()
    {
        var request = SigningRequest.For(Fixtures.Payload(1));
        var key = Fixtures.PasskeyOf(_passkey);
        var good = Fixtures.Assert(_passkey, request.Message);
        var pae = Pae.OfTransaction(Fixtures.Payload(1));
        foreach (var part in new[] { good.Webauthn!.ClientDataJson, good.Webauthn.AuthenticatorData })
        {
            for (var i = 0; i < part.Length; i++)
            {
                part[i] ^= 1;
                Assert.NotEqual(SignatureFault.None, _verifier.Verify(pae, new(key.Id, key.Scheme, good.Sig, null, good.Webauthn), key));
                part[i] ^= 1;
            }
        }

        Assert.Equal(SignatureFault.None, _verifier.Verify(pae, new(key.Id, key.Scheme, good.Sig, null, good.Webauthn), key));
        Assert.Equal(7u, WebAuthn.CounterOf(good.Webauthn));
    }

    private static string Usual(string challenge, string origin = "https://localhost", string more = ",\"crossOrigin\":false") =>
        $"{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\"{more}}}";

    /// <summary>The authenticator signs whatever it is given, so the verifier and the envelope's form are the only guards.</summary>
    private void AssertFault(SignatureFault signature, EnvelopeFault envelope, Func<string, string> clientData, byte[]? authenticatorData = null)
    {
        var request = SigningRequest.For(Fixtures.Payload(1));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(request.Message));
        var assertion = new WebAuthnAssertion(
            authenticatorData ?? [.. SHA256.HashData("localhost"u8), 0x05, 0, 0, 0, 7], Encoding.UTF8.GetBytes(clientData(challenge)));
        var key = Fixtures.PasskeyOf(_passkey);
        var signed = request.Complete(new KeySignature(
            key.Id, key.Scheme,
            _passkey.SignData(WebAuthn.SignedBytes(assertion), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            assertion))[0];
        Assert.Equal(signature, _verifier.Verify(signed.ToPae(), signed.Signatures[0], key));
        Assert.Equal(envelope, Envelope.TryDecode(signed.Encode(), out _));
    }
}
