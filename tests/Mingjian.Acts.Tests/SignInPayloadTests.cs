using System.Text;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

/// <summary>A server that lies gets no signature out of its sign-in: each row is one thing that it may try.</summary>
public sealed class SignInPayloadTests
{
    private const string Origin = "https://mingjian.example";
    private static readonly NetworkId Network = LittleLedger.Network;
    private static readonly LedgerTime Now = LittleLedger.Now;
    private static readonly string Challenge = System.Buffers.Text.Base64Url.EncodeToString(Hash32.Of("random"u8).ToArray());

    private static SignInPayload Good => new(Challenge, Now.AddMilliseconds(120_000), Network, Origin);

    [Fact]
    public void A_sign_in_here_and_now_is_read_and_signed_under_its_own_type()
    {
        var read = SignInPayload.ReadOwn(SignInPayload.Type, Good.Encode(), Network, Origin, Now);
        Assert.Equal(Good, read);
        Assert.Equal(Pae.Encode(SignInPayload.Type, Good.Encode()), read.ToPae());
        using var signer = Es256Signer.Create();
        Assert.Equal(SignatureFault.None, new SignatureVerifier(new PlatformEcVerifier()).Verify(
            read.ToPae(), new EnvelopeSignature(signer.Key.Id, signer.Key.Scheme, read.SignWith(signer).Sig), signer.Key));
    }

    [Theory]
    [InlineData(Envelope.TransactionType)]
    [InlineData(Envelope.BatchType)]
    [InlineData("")]
    [InlineData("application/vnd.mingjian.sign-in.v2+json")]
    [InlineData("APPLICATION/VND.MINGJIAN.SIGN-IN.V1+JSON")]
    [InlineData("application/vnd.mingjian.sign-in.v1+json 0 ")]
    public void Another_payload_type_is_refused(string type) => AssertRefused("payload-type", Good.Encode(), type);

    [Fact]
    public void An_act_is_no_sign_in()
    {
        var act = PreparedActs.Create(
            [new RevokeKey(LedgerId.Parse<KeyId>("k-00000000000000000000000000000001"), KeyRevocationReason.Lost)], Network,
            LedgerId.Parse<KeyId>("k-00000000000000000000000000000001"), Now, DisplayNames.None);
        AssertRefused("format", act.Payloads[0]);
        AssertRefused("payload-type", act.Payloads[0], Envelope.TransactionType);
        AssertRefused("format", act.Request.Message);
        AssertRefused("format", act.Request.Challenge.ToArray());

        // Nor can an act's hash be the challenge of a passkey: what is signed is the hash of the sign-in around it.
        var disguised = Good with { Challenge = System.Buffers.Text.Base64Url.EncodeToString(act.Request.Challenge.ToArray()) };
        var read = SignInPayload.ReadOwn(SignInPayload.Type, disguised.Encode(), Network, Origin, Now);
        Assert.NotEqual(act.Request.Challenge, Hash32.Of(read.ToPae()));
    }

    [Theory]
    [InlineData("\"note\":\"x\",\"origin\"")]
    [InlineData("\"origin\" ")]
    [InlineData("\"Origin\"")]
    [InlineData("\"origin\":\"https://mingjian.example\",\"origin\"")]
    public void Another_form_is_refused(string origin) => AssertRefused(
        "format", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Good.Encode()).Replace("\"origin\"", origin, StringComparison.Ordinal)));

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("请转账AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_challenge_is_256_bits_and_no_text(string challenge) => AssertRefused("challenge", (Good with { Challenge = challenge }).Encode());

    [Theory]
    [InlineData("https://mingjian.invalid")]
    [InlineData("http://mingjian.example")]
    [InlineData("https://mingjian.example:8443")]
    [InlineData("https://mingjian.example/")]
    [InlineData("")]
    public void Another_origin_is_refused(string origin) => AssertRefused("origin", (Good with { Origin = origin }).Encode());

    [Fact]
    public void Another_ledger_is_refused() => AssertRefused("network", (Good with { Network = NetworkId.Parse("other.mingjian.invalid/1") }).Encode());

    [Theory]
    [InlineData(-SignInPayload.MaxDistanceMilliseconds - 1, true)]
    [InlineData(-SignInPayload.MaxDistanceMilliseconds, false)]
    [InlineData(SignInPayload.MaxDistanceMilliseconds, false)]
    [InlineData(SignInPayload.MaxDistanceMilliseconds + 1, true)]
    [InlineData(4_000_000_000_000, true)]
    public void A_challenge_of_another_time_is_refused(long after, bool refused)
    {
        var payload = (Good with { Expires = Now.AddMilliseconds(after) }).Encode();
        if (refused)
        {
            AssertRefused("time", payload);
        }
        else
        {
            Assert.NotNull(SignInPayload.ReadOwn(SignInPayload.Type, payload, Network, Origin, Now));
        }
    }

    private static void AssertRefused(string reason, byte[] payload, string type = SignInPayload.Type)
    {
        var refused = Assert.Throws<SignInRefusedException>(() => SignInPayload.ReadOwn(type, payload, Network, Origin, Now));
        Assert.Equal(reason, refused.Reason);
        Assert.EndsWith("。", refused.Message, StringComparison.Ordinal);
        Assert.Contains("没有签名", refused.Message, StringComparison.Ordinal);
    }
}
