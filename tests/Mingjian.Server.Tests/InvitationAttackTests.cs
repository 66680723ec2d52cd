using System.Buffers.Text;
using System.Formats.Cbor;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Server.Identity;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests;

/// <summary>Attacks on keys and invitations against the whole server: a second key without its owner, codes and what they sign, stray passkeys.</summary>
public sealed class InvitationAttackTests : IAsyncLifetime
{
    private const long Day = 24L * 3600 * 1000;
    private RunningServer _server = null!;
    private Browser _officer = null!;
    private Browser _secretary = null!;
    private Browser _member = null!;

    // Where passkeys sign without a registered site.
    private Uri Local => new($"http://localhost:{_server.Address.Port}/");

    private DemoPlan Plan => _server.Services.GetRequiredService<DemoSeed>().Plan!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(demo: true);
        _officer = await SignInAsync("officer");
        _secretary = await SignInAsync("secretary");
        _member = await SignInAsync("member");
    }

    public async ValueTask DisposeAsync()
    {
        _officer.Dispose();
        _secretary.Dispose();
        _member.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_officer_alone_gets_no_second_key_of_somebody_even_after_revoking_all_there_are()
    {
        var code = await IssueAsync(_officer, _member.Member);
        Assert.Equal("members/1410", await RedeemAsync(_member.Member, code));
        Assert.Equal("members/1605", await SubmitAsync(_officer, new ConfirmInvitation(_member.Member, code.Key.Id)));
        foreach (var key in _server.Ledger.ReadState().KeysOf(_member.Member)!.Keys)
        {
            Assert.Null(await SubmitAsync(_officer, new RevokeKey(key, KeyRevocationReason.Lost)));
        }

        Assert.Equal("members/1410", await RedeemAsync(_member.Member, code));
        Assert.Equal("members/1410", await RedeemAsync(_member.Member, await IssueAsync(_officer, _member.Member)));

        // The founding officer invited this one: the two are no two.
        using var founder = Es256Signer.Import(Plan.FounderKey);
        Assert.Equal("members/1606", await SubmitAsync(_officer, new ConfirmInvitation(_member.Member, code.Key.Id), founder));
        AssertNowhere(code);
    }

    [Fact]
    public async Task Two_officials_bring_a_further_key_after_a_day_in_which_everybody_concerned_is_told()
    {
        var code = await IssueAsync(_officer, _member.Member);
        Assert.Contains("有人正在为您补发一把密钥", await PageAsync(_member, "/"), StringComparison.Ordinal);
        Assert.Contains("等第二名工作人员确认", await PageAsync(_member, "/my/keys"), StringComparison.Ordinal);
        Assert.Contains("1 个补发密钥的邀请等第二个人确认", await PageAsync(_secretary, "/staff"), StringComparison.Ordinal);
        Assert.Contains("1 名党员正在补发密钥", await PageAsync(_officer, "/staff"), StringComparison.Ordinal);
        Assert.Null(await SubmitAsync(_secretary, new ConfirmInvitation(_member.Member, code.Key.Id)));
        Assert.Contains("已由书记甲确认", await PageAsync(_member, "/my/keys"), StringComparison.Ordinal);
        Assert.Equal("members/1411", await RedeemAsync(_member.Member, code));
        var check = await CheckAsync(_member.Member, code);
        Assert.True(check.GetProperty("valid").GetBoolean());
        Assert.Equal("2026-11-23 12:00:00", check.GetProperty("opens").GetString());

        _server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(await RedeemAsync(_member.Member, code));
        using var again = await SignInAsync("member");
        Assert.DoesNotContain("有人正在为您补发一把密钥", await PageAsync(again, "/"), StringComparison.Ordinal);
        Assert.Contains("由方组织邀请、书记甲确认", await PageAsync(again, "/my/keys"), StringComparison.Ordinal);
        AssertNowhere(code);
    }

    [Fact]
    public async Task The_member_ends_a_further_key_that_was_not_asked_for()
    {
        var code = await IssueAsync(_officer, _member.Member);
        Assert.Null(await SubmitAsync(_secretary, new ConfirmInvitation(_member.Member, code.Key.Id)));
        Assert.Null(await SubmitAsync(_member, new WithdrawInvitation(_member.Member, code.Key.Id)));
        _server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("session/invitation-invalid", await RedeemAsync(_member.Member, code));
        Assert.False((await CheckAsync(_member.Member, code)).GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task A_device_is_added_with_ones_own_key_without_anybodys_help()
    {
        var code = await IssueAsync(_member, _member.Member);
        Assert.Contains("您签发了添加新设备的邀请", await PageAsync(_member, "/my/keys"), StringComparison.Ordinal);
        Assert.DoesNotContain("有人正在为您补发", await PageAsync(_member, "/"), StringComparison.Ordinal);
        using var phone = _server.Open();
        Assert.Equal(HttpStatusCode.OK, (await phone.RedeemAsync(_member.Member, code)).StatusCode);
        Assert.Contains("由本人添加", await PageAsync(phone, "/my/keys"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_signs_the_binding_it_is_for_and_nothing_else_and_leaves_no_entry()
    {
        var (mine, other) = (await IssueAsync(_member, _member.Member), await IssueAsync(_secretary, _secretary.Member));
        var size = _server.Ledger.Head.Size;
        using var stranger = _server.Open();
        var bind = new BindKey(_member.Member, stranger.Key.Key);

        // Another's code; none; the code under an act of another kind; the code as the key to be bound.
        Assert.Equal("session/invitation-invalid", await CodeAsync(stranger.RedeemAsync(Browser.SignAll(stranger.Payload(bind), stranger.Key, other))));
        Assert.Equal("session/invitation-invalid", await CodeAsync(stranger.RedeemAsync(Browser.SignAll(stranger.Payload(bind), stranger.Key))));
        Assert.Equal("admission/11", await SubmitAsync(_member, bind, stranger.Key, other));
        Assert.Equal("admission/11", await SubmitAsync(_member, bind, stranger.Key));
        Assert.Equal("admission/11", await SubmitAsync(_member, bind, mine));
        Assert.Equal("admission/11", await SubmitAsync(_member, new RevokeKey(_member.Key.Key.Id, KeyRevocationReason.Lost), mine));
        Assert.Equal("admission/11", await SubmitAsync(_member, new RevokeKey(_member.Key.Key.Id, KeyRevocationReason.Lost), _member.Key, mine));
        Assert.Equal("setup/other-door", await SubmitAsync(
            _member, new FoundNetwork(LedgerId.New<OrganizationId>(), Hash32.Of([1]), LedgerId.New<MemberId>(), stranger.Key.Key), stranger.Key));
        Assert.Equal(size, _server.Ledger.Head.Size);

        Assert.Equal("members/1406", await SubmitAsync(_member, new BindKey(_member.Member, mine.Key), mine));
        Assert.Null(await SubmitAsync(_member, bind, stranger.Key, mine));
        size = _server.Ledger.Head.Size;
        Assert.Equal("admission/11", await SubmitAsync(_member, new BindKey(_member.Member, _officer.Key.Key), _officer.Key, mine));
        Assert.Equal(size, _server.Ledger.Head.Size);
        AssertNowhere(mine, other);
    }

    [Fact]
    public async Task Of_many_who_redeem_one_code_at_once_one_gets_in_and_no_refusal_tells_the_code()
    {
        var code = await IssueAsync(_member, _member.Member);
        var browsers = Enumerable.Range(0, 8).Select(_ => _server.Open()).ToList();
        var acts = Enumerable.Range(0, 20).Select(_ => _officer.SubmitAsync(_officer.Sign(new RevokeKey(LedgerId.New<KeyId>(), KeyRevocationReason.Lost))));
        var redeemed = browsers.Select(b => b.RedeemAsync(_member.Member, code)).ToList();
        await Task.WhenAll(acts);
        var answers = await Task.WhenAll(redeemed);
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
        {
            Assert.Contains(await refused.CodeAsync(), new[] { "members/1403", "admission/11", "session/invitation-invalid" });
        }

        browsers.ForEach(b => b.Dispose());
        AssertNowhere(code);
    }

    [Fact]
    public async Task Whoever_invited_the_proposer_decides_nothing_that_was_proposed()
    {
        var month = new Month(2026, 12);
        var state = _server.Ledger.ReadState();
        Assert.True(KeyChain.StandsBehind(state, Plan.Founder, _secretary.Member));
        Assert.True(KeyChain.AreIndependent(state, _officer.Member, _secretary.Member));
        Assert.Null(await SubmitAsync(_secretary, new ProposeReduction(_member.Member, month, month, Amount.Zero)));
        using var founder = Es256Signer.Import(Plan.FounderKey);
        Assert.Equal("dues/1307", await SubmitAsync(_officer, new DecideReduction(_member.Member, month, true), founder));
        Assert.Null(await SubmitAsync(_officer, new DecideReduction(_member.Member, month, true)));
    }

    [Fact]
    public async Task Who_knows_an_invitations_public_facts_makes_the_server_remember_nothing()
    {
        var code = await IssueAsync(_member, _member.Member);
        using var stranger = _server.Open();
        stranger.MoveTo(Local);
        var wrong = InvitationCode.New();
        foreach (var signer in new ISigner[] { wrong, stranger.Key, _member.Key })
        {
            Assert.Equal("session/invitation-invalid", await CodeAsync(AskAsync(stranger, code, signer)));
        }

        Assert.Equal("session/invitation-invalid", await CodeAsync(stranger.PostAsync(
            "/api/v1/invitations/passkey/options", new { member = _member.Member.ToString(), key = code.Key.Id.ToString() })));

        // An answer counts once.
        var challenge = await stranger.ChallengeAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(stranger, code, code, challenge)).StatusCode);
        Assert.Equal("session/invitation-invalid", await CodeAsync(AskAsync(stranger, code, code, challenge)));
        Assert.Equal("session/passkey-refused", await CodeAsync(stranger.PostAsync("/api/v1/passkeys", new { state = "x", credential = "{}" })));
        var large = await stranger.PostAsync("/api/v1/passkeys", new { state = "x", credential = new string('x', 20_000) });
        Assert.True(large.StatusCode is HttpStatusCode.RequestEntityTooLarge, $"{large.StatusCode}");
        Assert.Equal(0, await PasskeysAsync());
        AssertNowhere(code);
    }

    [Fact]
    public async Task A_passkey_is_stored_when_its_binding_is_final_and_forgotten_when_it_is_refused()
    {
        var code = await IssueAsync(_member, _member.Member);
        using var phone = _server.Open();
        phone.MoveTo(Local);
        var (key, pending) = await MakePasskeyAsync(phone, code);
        Assert.Equal(0, await PasskeysAsync());

        // Bound to a device key instead, the passkey is not stored, and is gone.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await RedeemAsync(phone, pending, new BindKey(_member.Member, _officer.Key.Key), _officer.Key, code)).StatusCode);
        Assert.Equal(0, await PasskeysAsync());

        var (second, held) = await MakePasskeyAsync(phone, code);
        using (key)
        using (second)
        {
            var bind = new BindKey(_member.Member, KeyOf(second));
            Assert.Equal(HttpStatusCode.OK, (await RedeemAsync(phone, held, bind, new PasskeySigner(this, second), code)).StatusCode);
            Assert.Equal(1, await PasskeysAsync());
            Assert.True(await phone.IsSignedInAsync());
        }
    }

    private async Task<int> PasskeysAsync()
    {
        await using var db = await _server.Services.GetRequiredService<IDbContextFactory<IdentityDatabase>>().CreateDbContextAsync(default);
        Assert.Equal(await db.Users.CountAsync(), await db.UserPasskeys.Select(p => p.UserId).Distinct().CountAsync());
        return await db.UserPasskeys.CountAsync();
    }

    // A platform authenticator in software, attesting with "none".
    private async Task<(ECDsa Key, string Pending)> MakePasskeyAsync(Browser browser, InvitationCode code)
    {
        var asked = await (await AskAsync(browser, code, code)).Content.ReadFromJsonAsync<JsonElement>();
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var id = RandomNumberGenerator.GetBytes(16);
        var cose = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cose.WriteStartMap(5);
        foreach (var (name, value) in new[] { (1, 2), (3, -7), (-1, 1) })
        {
            cose.WriteInt32(name);
            cose.WriteInt32(value);
        }

        cose.WriteInt32(-2);
        cose.WriteByteString(point.X!);
        cose.WriteInt32(-3);
        cose.WriteByteString(point.Y!);
        cose.WriteEndMap();
        byte[] data =
        [
            .. SHA256.HashData(Encoding.UTF8.GetBytes(Local.Host)), 0x45, 0, 0, 0, 0, .. new byte[16], 0, (byte)id.Length, .. id,
            .. cose.Encode(),
        ];
        var attestation = new CborWriter(CborConformanceMode.Ctap2Canonical);
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString(data);
        attestation.WriteEndMap();
        var challenge = asked.GetProperty("options").GetProperty("challenge").GetString();
        var client = JsonSerializer.Serialize(new
        {
            type = "webauthn.create",
            challenge,
            origin = Local.GetLeftPart(UriPartial.Authority),
            crossOrigin = false,
        });
        var credential = JsonSerializer.Serialize(new
        {
            id = Base64Url.EncodeToString(id),
            rawId = Base64Url.EncodeToString(id),
            type = "public-key",
            clientExtensionResults = new { },
            response = new
            {
                attestationObject = Base64Url.EncodeToString(attestation.Encode()),
                clientDataJSON = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(client)),
                transports = new[] { "internal" },
            },
        });
        // As browsers do; Identity compares it with the client data's.
        browser.Client.DefaultRequestHeaders.Remove("Origin");
        browser.Client.DefaultRequestHeaders.Add("Origin", Local.GetLeftPart(UriPartial.Authority));
        var made = await browser.PostAsync("/api/v1/passkeys", new { state = asked.GetProperty("state").GetString(), credential });
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(KeyOf(key).ToString(), answer.GetProperty("key").GetString());
        return (key, answer.GetProperty("pending").GetString()!);
    }

    private static PublicKeyValue KeyOf(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        Assert.True(P256Point.TryCompress(q.X, q.Y, out var point));
        return PublicKeyValue.From(SchemeNames.WebAuthnEs256, point);
    }

    private static async Task<HttpResponseMessage> RedeemAsync(Browser browser, string pending, ICommand command, params ISigner[] signers)
    {
        browser.Client.DefaultRequestHeaders.Add("X-Passkey", pending);
        var response = await browser.RedeemAsync(Browser.SignAll(browser.Payload(command, signer: signers[0].Key.Id), signers));
        browser.Client.DefaultRequestHeaders.Remove("X-Passkey");
        return response;
    }

    private async Task<HttpResponseMessage> AskAsync(Browser browser, InvitationCode code, ISigner signer, byte[]? challenge = null)
    {
        challenge ??= await browser.ChallengeAsync();
        return await browser.PostAsync("/api/v1/invitations/passkey/options", new
        {
            member = _member.Member.ToString(),
            key = code.Key.Id.ToString(),
            challenge = JsonDocument.Parse(challenge).RootElement.GetProperty("challenge").GetString(),
            signature = Convert.ToBase64String(signer.Sign(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", challenge)).Sig),
        });
    }

    private async Task<Browser> SignInAsync(string account)
    {
        var browser = _server.Open();
        await browser.SignInAsDemoAsync(account);
        return browser;
    }

    private async Task<InvitationCode> IssueAsync(Browser by, MemberId member)
    {
        var code = InvitationCode.New();
        Assert.Null(await SubmitAsync(by, new IssueInvitation(member, code.Key, _server.Now.AddMilliseconds(10 * Day))));
        return code;
    }

    private async Task<string?> RedeemAsync(MemberId member, InvitationCode code)
    {
        using var browser = _server.Open();
        return await CodeAsync(browser.RedeemAsync(member, code));
    }

    private async Task<JsonElement> CheckAsync(MemberId member, InvitationCode code)
    {
        using var browser = _server.Open();
        var response = await browser.PostAsync("/api/v1/invitations/check", new { member = member.ToString(), key = code.Key.Id.ToString() });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<string?> SubmitAsync(Browser browser, ICommand command, params ISigner[] signers) =>
        CodeAsync(browser.SubmitAsync(signers.Length == 0
            ? browser.Sign(command)
            : Browser.SignAll(browser.Payload(command, signer: signers[0].Key.Id), signers)));

    private static async Task<string?> CodeAsync(Task<HttpResponseMessage> asked)
    {
        var response = await asked;
        return response.StatusCode == HttpStatusCode.OK ? null : await response.CodeAsync();
    }

    private async Task<string> PageAsync(Browser browser, string path)
    {
        Assert.True(await _server.Services.GetRequiredService<IReadModelProgress>().WaitForAsync(_server.Ledger.Head.Height, TimeSpan.FromMinutes(1)));
        return WebUtility.HtmlDecode(await browser.Client.GetStringAsync(path));
    }

    /// <summary>No entry and no file of the data directory has a code, in any of the forms in which one could have been written down.</summary>
    private void AssertNowhere(params InvitationCode[] codes)
    {
        foreach (var code in codes)
        {
            var bytes = Base64Url.DecodeFromChars(code.ToString());
            byte[][] forms =
            [
                bytes, Encoding.ASCII.GetBytes(code.ToString()), Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes).TrimEnd('=')),
                Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)),
            ];
            for (var i = 0L; i < _server.Ledger.Head.Size; i++)
            {
                var entry = _server.Ledger.ReadEntry(i)!;
                Assert.All(forms, form => Assert.Equal(-1, entry.AsSpan().IndexOf(form)));
            }

            foreach (var file in Directory.EnumerateFiles(_server.DataDirectory, "*", SearchOption.AllDirectories)
                .Where(f => !Path.GetFileName(f).Equals("LOCK", StringComparison.OrdinalIgnoreCase)))
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var memory = new MemoryStream();
                stream.CopyTo(memory);
                Assert.All(forms, form => Assert.Equal(-1, memory.GetBuffer().AsSpan(0, (int)memory.Length).IndexOf(form)));
            }
        }
    }

    private sealed class PasskeySigner(InvitationAttackTests test, ECDsa key) : ISigner
    {
        public PublicKeyValue Key => KeyOf(key);

        public KeySignature Sign(ReadOnlySpan<byte> message)
        {
            var challenge = Base64Url.EncodeToString(SHA256.HashData(message));
            var assertion = new WebAuthnAssertion(
                [.. SHA256.HashData(Encoding.UTF8.GetBytes(test.Local.Host)), 0x05, 0, 0, 0, 1],
                Encoding.UTF8.GetBytes(
                    $"{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{test.Local.GetLeftPart(UriPartial.Authority)}\",\"crossOrigin\":false}}"));
            var signature = key.SignData(
                WebAuthn.SignedBytes(assertion), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            return new KeySignature(Key.Id, SchemeNames.WebAuthnEs256, signature, assertion);
        }
    }
}
