using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Acts.Signing;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Bench;

/// <summary>A secretary signed in with a device key, exactly as a browser is: cookie, CSRF token, session.</summary>
internal sealed class BenchSession : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly SocketsHttpHandler _handler = new() { MaxConnectionsPerServer = 256, CookieContainer = new CookieContainer() };
    private readonly HttpClient _http;
    private string _header = string.Empty;
    private string _token = string.Empty;

    private BenchSession(Uri server) => _http = new HttpClient(_handler) { BaseAddress = server };

    public static async Task<BenchSession> OpenAsync(Uri server, Es256Signer signer, CancellationToken cancellationToken)
    {
        var session = new BenchSession(server);
        try
        {
            await session.SignInAsync(signer, cancellationToken);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A user signed in at the peer, which takes anybody's word for it: signing in is not what is compared.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The caller owns it, and what fails is disposed of.")]
    public static async Task<BenchSession> OpenAtPeerAsync(Uri peer, string name, CancellationToken cancellationToken)
    {
        var session = new BenchSession(peer);
        try
        {
            await session.RefreshAsync(cancellationToken);
            using var nothing = JsonContent.Create(new { });
            await session.PostAsync($"api/v1/session/{name}", nothing, cancellationToken);
            await session.RefreshAsync(cancellationToken);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private async Task SignInAsync(Es256Signer signer, CancellationToken cancellationToken)
    {
        var network = NetworkId.Parse((await RefreshAsync(cancellationToken)).GetProperty("network").GetString()!);
        using var nothing = JsonContent.Create(new { });
        var challenge = JsonElement.Parse(await PostAsync("api/v1/session/challenge", nothing, cancellationToken));
        var payload = SignInPayload.ReadOwn(
            challenge.GetProperty("payloadType").GetString()!, challenge.GetProperty("payload").GetBytesFromBase64(), network,
            _http.BaseAddress!.GetLeftPart(UriPartial.Authority), LedgerTime.From(TimeProvider.System.GetUtcNow()));
        using var answer = JsonContent.Create(new
        {
            challenge = payload.Challenge,
            key = signer.Key.Id.ToString(),
            signature = Convert.ToBase64String(payload.SignWith(signer).Sig),
        });
        await PostAsync("api/v1/session", answer, cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    /// <summary>Submits one request of <c>/api/v1/transactions</c>; returns when every act in it is final.</summary>
    /// <exception cref="InvalidOperationException">Refused.</exception>
    public async Task SubmitAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        var answer = await PostAsync("api/v1/transactions", content, cancellationToken);
        if (!answer.AsSpan().StartsWith("{\"ok\":true,"u8))
        {
            throw new InvalidOperationException($"Not final: {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private async Task<byte[]> PostAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Add(_header, _token);
        using var response = await _http.SendAsync(request, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? bytes
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
    }

    // The token is bound to who is signed in.
    private async Task<JsonElement> RefreshAsync(CancellationToken cancellationToken)
    {
        var session = JsonElement.Parse(await _http.GetByteArrayAsync(new Uri("api/v1/session", UriKind.Relative), cancellationToken));
        _header = session.GetProperty("csrfHeader").GetString()!;
        _token = session.GetProperty("csrfToken").GetString()!;
        return session;
    }
}
