using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Identity;
using Mingjian.Server.LedgerApi;
using Mingjian.Server.Tests.Crash;

namespace Mingjian.Server.Tests;

/// <summary>Passkeys sign on the user's own machine and on registered sites, in one form; whoever holds one cannot write a text onto the ledger with it.</summary>
public sealed class PasskeySiteTests : IAsyncLifetime
{
    private const string Marker = "zhangsan13800138000";
    private const string Site = "https://mingjian.example";

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-passkeys-").FullName;
    private readonly SoftPasskey _passkey = new();
    private RunningServer _server = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.OpenAsync(demo: true, _directory);
        _browser = OpenLocal();
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        _passkey.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string Origin => _browser.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    private RevokeKey Harmless { get; } = new(LedgerId.New<KeyId>(), KeyRevocationReason.Lost);

    [Fact]
    public async Task A_passkey_binds_and_signs_on_this_site_and_nothing_is_taken_from_another()
    {
        var (member, invitation) = await _browser.InviteAsync("auditor");
        var bind = _passkey.BindCommand(member);
        var (host, port) = ("localhost", _server.Address.Port);

        // Each row has one fault.
        (string RelyingParty, string Origin, string More, string Code)[] elsewhere =
        [
            ("elsewhere.invalid", Origin, string.Empty, "admission/18"),
            (host, "https://elsewhere.invalid", string.Empty, "admission/18"),
            ("elsewhere.invalid", "https://elsewhere.invalid", string.Empty, PasskeySite.Code),
            (host, $"http://sub.{host}:{port}", string.Empty, "admission/18"),
            (host, Origin + "/", string.Empty, "admission/18"),
            (host, $"http://{host}:1", string.Empty, PasskeySite.Code),
            (host, Origin, ",\"crossOrigin\":true", "admission/18"),
            (host, Origin, ",\"crossOrigin\":false,\"topOrigin\":\"https://elsewhere.invalid\"", "admission/18"),
        ];
        foreach (var (relyingParty, origin, more, code) in elsewhere)
        {
            var response = await _browser.RedeemAsync(_passkey.Sign(_browser, bind, c => SoftPasskey.Honest(c, origin, more: more, relyingParty: relyingParty), invitation));
            Assert.Equal(code, await response.CodeAsync());
        }

        Assert.False(await _browser.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.OK, (await _browser.RedeemAsync(_passkey.Sign(_browser, bind, Origin, invitation))).StatusCode);
        Assert.True(await _browser.IsSignedInAsync());

        // The same holds for every later act; signed on the right page this one reaches the contract, which knows no such key.
        Assert.Equal(PasskeySite.Code, await (await _browser.SubmitAsync(_passkey.Sign(_browser, Harmless, "https://elsewhere.invalid"))).CodeAsync());
        Assert.Equal("members/1501", await (await _browser.SubmitAsync(_passkey.Sign(_browser, Harmless, Origin))).CodeAsync());
    }

    [Fact]
    public async Task No_text_of_a_key_holder_reaches_the_ledger_in_an_assertion()
    {
        await BindAsync();
        Func<Hash32, WebAuthnAssertion>[] attacks =
        [
            c => SoftPasskey.Honest(c, Origin, more: $",\"note\":\"{Marker}\""),
            c => SoftPasskey.Honest(c, Origin, more: $",\"crossOrigin\":false,\"{Marker}\":1"),
            c => SoftPasskey.Honest(c, Origin, more: $",\"other_keys_can_be_added_here\":\"{Marker}\""),
            c => SoftPasskey.Honest(c, Origin, more: $"}}\n{Marker}\n{{"),
            c => SoftPasskey.Honest(c, $"{Origin}/{Marker}"),
            c => SoftPasskey.Honest(c, $"http://{Marker}@localhost:{_server.Address.Port}"),
            c => SoftPasskey.Honest(c, $"https://{Marker}.invalid"),
            c => SoftPasskey.Honest(c, $"https://{Marker}.invalid", relyingParty: "localhost"),
            c => SoftPasskey.Honest(c, $"http://{Marker}.invalid"),
            c => SoftPasskey.Honest(c, $"https://localhost:{_server.Address.Port}"),
            c => SoftPasskey.Honest(c, Origin, flags: 0x01),
            c => SoftPasskey.Honest(c, Origin) is var good ? good with { AuthenticatorData = [.. good.AuthenticatorData, .. Encoding.UTF8.GetBytes(Marker)] } : good,
            c => SoftPasskey.Honest(c, Origin, flags: 0x85) is var good ? good with { AuthenticatorData = [.. good.AuthenticatorData, 0x78, (byte)Marker.Length, .. Encoding.UTF8.GetBytes(Marker)] } : good,
            c => SoftPasskey.Honest(c, Origin) is var good ? good with { AuthenticatorData = [.. Encoding.UTF8.GetBytes(Marker.PadRight(32)), 0x05, 0, 0, 0, 1] } : good,
            c => SoftPasskey.Honest(c, Origin) is var good ? good with { ClientDataJson = [.. good.ClientDataJson, .. Encoding.UTF8.GetBytes(Marker)] } : good,
            c => SoftPasskey.Honest(c, Origin) is var good ? good with { ClientDataJson = [.. Encoding.UTF8.GetBytes(Marker), .. good.ClientDataJson] } : good,
        ];
        var before = _server.Ledger.Head;
        using var stranger = new SoftPasskey();
        foreach (var attack in attacks)
        {
            // By the bound key over every way in, and by a key that nobody knows.
            var envelope = _passkey.Sign(_browser, Harmless, attack);
            string[] codes =
            [
                await (await _browser.SubmitAsync(envelope)).CodeAsync(),
                await (await _browser.RedeemAsync(_passkey.Sign(_browser, _passkey.BindCommand(_browser.Member), attack, InvitationCode.New()))).CodeAsync(),
                await DirectlyAsync(envelope),
                await DirectlyAsync(stranger.Sign(_browser, Harmless, attack)),
                await DirectlyAsync(stranger.Sign(_browser, stranger.BindCommand(_browser.Member), attack, InvitationCode.New())),
                await DirectlyAsync(stranger.Sign(_browser, new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), _browser.Member, stranger.Key), attack)),
            ];
            Assert.All(codes, c => Assert.Contains(c, new[] { "admission/11", "admission/18", "admission/19", "admission/20", PasskeySite.Code, "session/invitation-invalid" }));
        }

        // None was ordered, let alone logged; and what is logged has no such text, however it is wrapped.
        Assert.Equal(before, _server.Ledger.Head);
        for (var i = 0L; i < before.Size; i++)
        {
            Assert.False(Holds(_server.Ledger.ReadEntry(i)!, Encoding.UTF8.GetBytes(Marker)));
        }

        await AssertAuditedAsync();
    }

    [Fact]
    public async Task The_ledger_takes_a_passkey_s_act_from_a_site_while_it_is_registered()
    {
        await BindAsync();
        using var officer = _server.Open();
        await officer.SignInAsDemoAsync("officer");
        Assert.True(SiteOrigin.TryParse(Site, out var site));
        Assert.Equal("admission/20", await DirectlyAsync(_passkey.Sign(_browser, Harmless, Site)));

        // An act that asks for its own site does not help itself, and only an officer of the top committee registers one.
        Assert.Equal("admission/20", await DirectlyAsync(_passkey.Sign(_browser, new RegisterSite(site.Hash), Site)));
        Assert.Equal("organizations/1501", await DirectlyAsync(_passkey.Sign(_browser, new RegisterSite(site.Hash), Origin)));
        Assert.Equal(HttpStatusCode.OK, (await officer.SubmitAsync(officer.Sign(new RegisterSite(site.Hash)))).StatusCode);
        Assert.Equal("members/1501", await DirectlyAsync(_passkey.Sign(_browser, Harmless, Site)));
        Assert.Equal("admission/20", await DirectlyAsync(_passkey.Sign(_browser, Harmless, $"{Site}:8443")));

        // This server is addressed as localhost, so it hands nothing on that was signed elsewhere.
        Assert.Equal(PasskeySite.Code, await (await _browser.SubmitAsync(_passkey.Sign(_browser, Harmless, Site))).CodeAsync());
        Assert.Equal(HttpStatusCode.OK, (await officer.SubmitAsync(officer.Sign(new RemoveSite(site.Hash)))).StatusCode);
        Assert.Equal("admission/20", await DirectlyAsync(_passkey.Sign(_browser, Harmless, Site)));
        await AssertAuditedAsync();
    }

    [Fact]
    public async Task The_host_header_makes_no_site()
    {
        using var officer = _server.Open();
        await officer.SignInAsDemoAsync("officer");
        Assert.True(SiteOrigin.TryParse(Site, out var origin));
        var site = new PasskeySite(_server.Ledger);
        var (here, there) = (Request("http", $"localhost:{_server.Address.Port}"), Request("https", "mingjian.example"));
        var assertion = SoftPasskey.Honest(Hash32.Of([1]), Site);
        Assert.True(site.IsUsable(here));
        Assert.False(site.IsUsable(there));
        Assert.False(site.Accepts(assertion, there));
        Assert.Equal(HttpStatusCode.OK, (await officer.SubmitAsync(officer.Sign(new RegisterSite(origin.Hash)))).StatusCode);
        Assert.True(site.IsUsable(there));
        Assert.True(site.Accepts(assertion, there));
        Assert.False(site.Accepts(assertion, here));
        Assert.False(site.Accepts(assertion, Request("http", "mingjian.example")));
        Assert.False(site.Accepts(assertion, Request("https", "other.example")));
        Assert.False(site.Accepts(SoftPasskey.Honest(Hash32.Of([1]), "https://sub.mingjian.example", relyingParty: "mingjian.example"), there));
        Assert.False(site.IsUsable(Request("http", "127.0.0.1:5180")));

        // Under an address where passkeys cannot sign, none is made, and the page says so.
        using var numeric = _server.Open();
        var invited = await numeric.InviteAsync("member");
        var refused = await numeric.PostAsync("/api/v1/invitations/passkey/options", new
        {
            member = invited.Member.ToString(),
            key = invited.Code.Key.Id.ToString(),
        });
        Assert.Equal(PasskeySite.Code, await refused.CodeAsync());
        Assert.Contains("name=\"mj-passkeys\" content=\"no\"", await numeric.Client.GetStringAsync("/sign-in"), StringComparison.Ordinal);
        Assert.DoesNotContain("mj-passkeys", await _browser.Client.GetStringAsync("/sign-in"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passkey_signs_in_with_its_owner_verified_on_this_page_over_a_sign_in_and_nothing_else()
    {
        await BindAsync();
        await RememberAsync(_passkey, _browser.Member);
        using var other = OpenLocal();
        var challenge = await other.ChallengeAsync();
        var pae = Hash32.Of(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", challenge));
        WebAuthnAssertion[] bad =
        [
            SoftPasskey.Honest(pae, Origin, flags: 0x01),
            SoftPasskey.Honest(pae, "http://localhost:1"),
            SoftPasskey.Honest(pae, Site),
            SoftPasskey.Honest(pae, Origin, more: $",\"note\":\"{Marker}\""),
            SoftPasskey.Honest(Hash32.Of(challenge), Origin),
            SoftPasskey.Honest(Hash32.Of(Pae.Encode(Envelope.TransactionType, challenge)), Origin),
        ];
        foreach (var assertion in bad)
        {
            Assert.Equal("session/not-accepted", await (await SignInAsync(other, await other.ChallengeAsync(), assertion)).CodeAsync());
        }

        Assert.False(await other.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(other, challenge, SoftPasskey.Honest(pae, Origin, counter: 7))).StatusCode);
        Assert.True(await other.IsSignedInAsync());

        // A challenge counts once; a counter that stands still is a copied key.
        Assert.Equal("session/not-accepted", await (await SignInAsync(other, challenge, SoftPasskey.Honest(pae, Origin, counter: 8))).CodeAsync());
        var second = await other.ChallengeAsync();
        pae = Hash32.Of(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", second));
        Assert.Equal("session/not-accepted", await (await SignInAsync(other, second, SoftPasskey.Honest(pae, Origin, counter: 7))).CodeAsync());
        Assert.Equal("session/not-accepted", await (await other.PostAsync("/api/v1/session/passkey", new { challenge = "x" })).CodeAsync());
    }

    private Browser OpenLocal()
    {
        var browser = _server.Open();
        browser.MoveTo(new Uri($"http://localhost:{_server.Address.Port}/"));
        return browser;
    }

    private async Task BindAsync()
    {
        var invited = await _browser.InviteAsync("member");
        Assert.Equal(HttpStatusCode.OK, (await _browser.RedeemAsync(_passkey.Sign(_browser, _passkey.BindCommand(invited.Member), Origin, invited.Code))).StatusCode);
        Assert.True(await _browser.IsSignedInAsync());
        _browser.SignedInAs(invited.Member);
    }

    private async Task RememberAsync(SoftPasskey passkey, MemberId member)
    {
        await using var scope = _server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = Account.Of(member);
        Assert.True((await users.CreateAsync(account)).Succeeded);
        Assert.True((await users.AddOrUpdatePasskeyAsync(account, new UserPasskeyInfo(
            passkey.CredentialId, passkey.CoseKey, _server.Clock.GetUtcNow(), 0, ["internal"], isUserVerified: true, isBackupEligible: false,
            isBackedUp: false, [7], [8]))).Succeeded);
    }

    private Task<HttpResponseMessage> SignInAsync(Browser browser, byte[] challenge, WebAuthnAssertion assertion) =>
        browser.PostAsync("/api/v1/session/passkey", new
        {
            challenge = JsonDocument.Parse(challenge).RootElement.GetProperty("challenge").GetString(),
            credential = System.Buffers.Text.Base64Url.EncodeToString(_passkey.CredentialId),
            authenticatorData = Convert.ToBase64String(assertion.AuthenticatorData),
            clientDataJson = Convert.ToBase64String(assertion.ClientDataJson),
            signature = Convert.ToBase64String(_passkey.SignOver(assertion, DSASignatureFormat.Rfc3279DerSequence)),
        });

    /// <summary>Past the server's own check, as a web process's channel or another node brings it.</summary>
    private async Task<string> DirectlyAsync(string envelope) =>
        (await _server.Ledger.SubmitAsync(Encoding.UTF8.GetBytes(envelope), TestContext.Current.CancellationToken)).Refusal?.Code ?? "accepted";

    private async Task AssertAuditedAsync()
    {
        await _server.DisposeAsync();
        var report = await LedgerAudits.RunAsync(Path.Combine(_directory, "demo"));
        Assert.Null(report.Fault);
        _server = await RunningServer.OpenAsync(demo: true, _directory);
    }

    private static HttpRequest Request(string scheme, string host)
    {
        var context = new DefaultHttpContext();
        (context.Request.Scheme, context.Request.Host) = (scheme, new HostString(host));
        return context.Request;
    }

    /// <summary>Whether bytes, or base64 in a string of their JSON, at any depth, have a text in them.</summary>
    private static bool Holds(byte[] bytes, byte[] text)
    {
        if (bytes.AsSpan().IndexOf(text) >= 0)
        {
            return true;
        }

        try
        {
            return Holds(JsonElement.Parse(bytes), text);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Holds(JsonElement element, byte[] text) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => Holds(p.Value, text)),
        JsonValueKind.Array => element.EnumerateArray().Any(e => Holds(e, text)),
        JsonValueKind.String => element.TryGetBytesFromBase64(out var inner) && Holds(inner, text),
        _ => false,
    };
}
