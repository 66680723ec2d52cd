using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>What a browser does: keeps cookies, sends the page's token, signs with a key of its own.</summary>
public sealed class Browser : IDisposable
{
    private static readonly Dictionary<Type, MessageType> Commands =
        Contracts.AllContracts.Create().SelectMany(c => c.Commands).ToDictionary(m => m.Type);

    private readonly NetworkId _network;
    private readonly Func<LedgerTime> _now;
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };

    private readonly Func<HttpMessageHandler, HttpMessageHandler>? _watched;

    /// <param name="watched">Puts something around the connection that sees every answer; null = nothing.</param>
    internal Browser(Uri address, NetworkId network, Func<LedgerTime> now, Func<HttpMessageHandler, HttpMessageHandler>? watched = null)
    {
        _network = network;
        _now = now;
        _watched = watched;
        MoveTo(address);
    }

    public HttpClient Client { get; private set; }

    public CookieContainer Cookies => _handler.CookieContainer;

    public Es256Signer Key { get; } = Es256Signer.Create();

    public MemberId Member { get; private set; }

    /// <summary>Who this browser's session belongs to, when it was opened with another key than <see cref="Key"/>.</summary>
    public void SignedInAs(MemberId member) => Member = member;

    /// <summary>The value of a cookie, or null.</summary>
    public string? Cookie(string name) => Cookies.GetCookies(Client.BaseAddress!)[name]?.Value;

    /// <summary>Goes on, cookies and key included, with a server that has come back on another port.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(Client))]
    public void MoveTo(Uri address)
    {
        Client?.Dispose();
        Client = new HttpClient(_watched?.Invoke(_handler) ?? _handler, disposeHandler: false) { BaseAddress = address };
    }

    public async Task<JsonElement> SessionAsync() => await Client.GetFromJsonAsync<JsonElement>("/api/v1/session");

    public async Task<bool> IsSignedInAsync() => (await SessionAsync()).GetProperty("signedIn").GetBoolean();

    /// <summary>POSTs with a fresh token.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, object body, string? setupCode = null)
    {
        var token = (await SessionAsync()).GetProperty("csrfToken").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = body as HttpContent ?? new StringContent(body as string ?? JsonSerializer.Serialize(body, JsonSerializerOptions.Web));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-CSRF-TOKEN", token);
        // A body that is refused by its size is then not sent at all.
        request.Headers.ExpectContinue = true;
        if (setupCode is not null)
        {
            request.Headers.Add("X-Setup-Code", setupCode);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Canonical payload of a command for this ledger, valid for an hour, to be signed by this browser's key or another.</summary>
    public byte[] Payload(ICommand command, LedgerTime? expires = null, NetworkId? network = null, KeyId? signer = null) => TransactionPayload.Encode(
        Commands[command.GetType()].Name, command, Commands[command.GetType()].Json, network ?? _network,
        expires ?? _now().AddMilliseconds(3_600_000), LedgerId.New<Nonce>(), signer ?? Key.Key.Id);

    /// <summary>A signed envelope as the API takes it.</summary>
    public string Sign(ICommand command, ISigner? signer = null) => Sign(Payload(command, signer: signer?.Key.Id), signer);

    public string Sign(byte[] payload, ISigner? signer = null) => SignAll(payload, signer ?? Key);

    /// <summary>A signed envelope with several signatures.</summary>
    public static string SignAll(byte[] payload, params ISigner[] signers) =>
        Encoding.UTF8.GetString(SigningRequest.For(payload).SignWith(signers)[0].Encode());

    public Task<HttpResponseMessage> SubmitAsync(params string[] envelopes) =>
        PostAsync("/api/v1/transactions", $"{{\"envelopes\":[{string.Join(',', envelopes)}]}}");

    /// <summary>Redeems an invitation with this browser's key.</summary>
    public Task<HttpResponseMessage> RedeemAsync(MemberId member, InvitationCode code)
    {
        Member = member;
        return RedeemAsync(SignAll(Payload(new BindKey(member, Key.Key)), Key, code));
    }

    public Task<HttpResponseMessage> RedeemAsync(string envelope) =>
        PostAsync("/api/v1/invitations/redeem", $"{{\"envelopes\":[{envelope}]}}");

    public async Task SignInAsDemoAsync(string account)
    {
        var code = InvitationCode.New();
        var response = await PostAsync("/api/v1/demo/invitation", new { account, key = code.Key.ToString() });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var invitation = await response.Content.ReadFromJsonAsync<JsonElement>();
        var redeemed = await RedeemAsync(LedgerId.Parse<MemberId>(invitation.GetProperty("member").GetString()!), code);
        Assert.Equal(HttpStatusCode.OK, redeemed.StatusCode);
        Assert.True(await IsSignedInAsync());
    }

    /// <summary>Asks for a challenge; the payload's bytes.</summary>
    public async Task<byte[]> ChallengeAsync()
    {
        var response = await PostAsync("/api/v1/session/challenge", new { });
        return Convert.FromBase64String((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("payload").GetString()!);
    }

    /// <summary>Answers a challenge with a key.</summary>
    public Task<HttpResponseMessage> AnswerAsync(byte[] challenge, Es256Signer? key = null)
    {
        key ??= Key;
        var signature = key.Sign(Pae.Encode("application/vnd.mingjian.sign-in.v1+json", challenge));
        return PostAsync("/api/v1/session", new
        {
            challenge = JsonDocument.Parse(challenge).RootElement.GetProperty("challenge").GetString(),
            key = key.Key.Id.ToString(),
            signature = Convert.ToBase64String(signature.Sig),
        });
    }

    public void Dispose()
    {
        Client.Dispose();
        _handler.Dispose();
        Key.Dispose();
    }
}

internal static class ProblemReading
{
    /// <summary>The stable code of a problem; also checks that it is one and leaks nothing.</summary>
    public static async Task<string> CodeAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Contains(problem.GetProperty("detail").GetString()!, c => c >= 0x4E00);
        return problem.GetProperty("code").GetString()!;
    }
}
