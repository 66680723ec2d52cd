using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>An act signed with a passkey is taken only when the signature was made on this site's own page.</summary>
[Collection(nameof(DemoServer))]
public sealed class PasskeySiteTests(DemoServer demo) : IDisposable
{
    private readonly ECDsa _passkey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private RunningServer Server => demo.Server;

    private string Origin => Server.Address.GetLeftPart(UriPartial.Authority);

    public void Dispose() => _passkey.Dispose();

    [Fact]
    public async Task A_passkey_binds_and_signs_on_this_site_and_nothing_is_taken_from_another()
    {
        using var browser = Server.Open();
        var (member, code) = await InviteAsync();
        var bind = new BindKey(member, Key);
        var host = Server.Address.Host;

        // Each row has one fault.
        (string RelyingParty, string Origin, string More)[] elsewhere =
        [
            ("elsewhere.invalid", Origin, string.Empty),
            (host, "https://elsewhere.invalid", string.Empty),
            (host, $"http://sub.{host}:{Server.Address.Port}", string.Empty),
            (host, Origin + "/", string.Empty),
            (host, $"http://{host}:1", string.Empty),
            (host, Origin, ",\"crossOrigin\":true"),
            (host, Origin, ",\"crossOrigin\":false,\"topOrigin\":\"https://elsewhere.invalid\""),
        ];
        foreach (var (relyingParty, origin, more) in elsewhere)
        {
            var response = await browser.RedeemAsync(Sign(browser, bind, relyingParty, origin, more, code));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            Assert.Equal("session/passkey-site", await response.CodeAsync());
        }

        Assert.False(await browser.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.OK, (await browser.RedeemAsync(Sign(browser, bind, host, Origin, ",\"crossOrigin\":false", code))).StatusCode);
        Assert.True(await browser.IsSignedInAsync());

        // The same holds for every later act; signed on the right page this one reaches the contract, which knows no such key.
        var revoke = new RevokeKey(LedgerId.New<KeyId>(), KeyRevocationReason.Lost);
        Assert.Equal("session/passkey-site", await (await browser.SubmitAsync(Sign(browser, revoke, host, "https://elsewhere.invalid", string.Empty))).CodeAsync());
        Assert.Equal("members/1501", await (await browser.SubmitAsync(Sign(browser, revoke, host, Origin, string.Empty))).CodeAsync());
    }

    private PublicKeyValue Key
    {
        get
        {
            var q = _passkey.ExportParameters(false).Q;
            Assert.True(P256Point.TryCompress(q.X, q.Y, out var point));
            return PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
        }
    }

    private async Task<(MemberId Member, InvitationCode Code)> InviteAsync()
    {
        var auditor = demo.People["auditor"];
        var code = InvitationCode.New();
        var response = await auditor.SubmitAsync(auditor.Sign(new IssueInvitation(
            auditor.Member, code.Key, Server.Now.AddMilliseconds(60_000))));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (auditor.Member, code);
    }

    private string Sign(Browser browser, ICommand command, string relyingParty, string origin, string more, InvitationCode? code = null)
    {
        var request = SigningRequest.For(browser.Payload(command));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(request.Message));
        var assertion = new WebAuthnAssertion(
            [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), 0x05, 0, 0, 0, 1],
            Encoding.UTF8.GetBytes($"{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\"{more}}}"));
        var signature = _passkey.SignData(
            WebAuthn.SignedBytes(assertion), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Encoding.UTF8.GetString(
            request.Complete(
            [
                new KeySignature(Key.Id, SchemeNames.WebAuthnEs256, signature, assertion),
                .. code is null ? Array.Empty<KeySignature>() : [code.Sign(request.Message)],
            ])[0].Encode());
    }
}
