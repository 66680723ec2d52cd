using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mingjian.Acts.Signing;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cli.Kit;

/// <summary>A session with a Mingjian server over its HTTP API.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "A request owns its content and disposes of it.")]
internal sealed class ServerClient : IDisposable
{
    private readonly HttpClient _http;
    private string _csrfHeader = "X-CSRF-TOKEN";
    private string _csrfToken = string.Empty;

    private ServerClient(Uri server) =>
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5), MaxResponseContentBufferSize = 256 << 20 };

    public static LedgerTime Now => LedgerTime.From(TimeProvider.System.GetUtcNow());

    public NetworkId Network { get; private set; }

    public static Option<Uri> Option() =>
        new("--server", "-s")
        {
            Description = "服务器网址",
            DefaultValueFactory = _ => new Uri("http://localhost:5180/"),
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                {
                    return address;
                }

                result.AddError("--server 应为 http:// 或 https:// 开头的网址。");
                return null;
            },
        };

    /// <exception cref="CommandException">No Mingjian server answers there.</exception>
    public static async Task<ServerClient> ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        var client = new ServerClient(server);
        await client.RefreshAsync(cancellationToken);
        return client;
    }

    /// <summary>Opens a session with a bound key.</summary>
    /// <exception cref="CommandException">The key is not bound, or revoked.</exception>
    public async Task SignInAsync(Es256Signer signer, CancellationToken cancellationToken)
    {
        var challenge = await PostAsync("/api/v1/session/challenge", JsonContent.Create(new { }), cancellationToken);
        var payload = ReadChallenge(challenge);
        await PostAsync("/api/v1/session", JsonContent.Create(new
        {
            challenge = payload.Challenge,
            key = signer.Key.Id.ToString(),
            signature = Convert.ToBase64String(payload.SignWith(signer).Sig),
        }), cancellationToken);

        // The token is bound to who is signed in.
        await RefreshAsync(cancellationToken);
    }

    /// <summary>The body that submits envelopes.</summary>
    public static string BodyOf(IEnumerable<Envelope> envelopes) =>
        $"{{\"envelopes\":[{string.Join(',', envelopes.Select(e => Encoding.UTF8.GetString(e.Encode())))}]}}";

    /// <summary>Submits envelopes in one request and reads how each ended.</summary>
    /// <param name="bearer">Value of a bearer token; null = none.</param>
    public async Task<SubmissionOutcome> SubmitAsync(
        string path, IEnumerable<Envelope> envelopes, CancellationToken cancellationToken, string? bearer = null)
    {
        var sent = envelopes.ToList();
        using var content = new StringContent(BodyOf(sent), Encoding.UTF8, "application/json");
        return SubmissionOutcome.Read(await PostAsync(path, content, cancellationToken, refusals: true, bearer), sent);
    }

    /// <summary>POSTs and reads the JSON answer; an answer without body is an undefined element.</summary>
    /// <param name="refusals">True: a problem that carries <c>results</c> is an answer like any other.</param>
    /// <param name="bearer">Value of a bearer token; null = none.</param>
    /// <exception cref="CommandException">The server refuses or does not answer; the message is its own.</exception>
    public async Task<JsonElement> PostAsync(
        string path, HttpContent content, CancellationToken cancellationToken, bool refusals = false, string? bearer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        request.Headers.Add(_csrfHeader, _csrfToken);
        request.Headers.Add("Accept", "application/json");
        return await SendAsync(request, refusals, cancellationToken);
    }

    /// <summary>Whether what was read as an answer lacks a member, or has one of another kind: whatever answered speaks for no Mingjian server.</summary>
    public static bool IsMalformedAnswer(Exception e) => e is CanonicalJsonException or JsonException
        || (e is KeyNotFoundException or InvalidOperationException or FormatException && e.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private SignInPayload ReadChallenge(JsonElement challenge)
    {
        try
        {
            return SignInPayload.ReadOwn(
                challenge.GetProperty("payloadType").GetString() ?? string.Empty, challenge.GetProperty("payload").GetBytesFromBase64(),
                Network, _http.BaseAddress!.GetLeftPart(UriPartial.Authority), Now);
        }
        catch (SignInRefusedException e)
        {
            throw new CommandException(e.Message, e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CommandException("服务器的登录请求格式不对，没有签名。", e);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/session", UriKind.Relative));
        var session = await SendAsync(request, refusals: false, cancellationToken);
        if (session.GetProperty("csrfHeader").GetString() is not { Length: > 0 } header || !header.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            || session.GetProperty("csrfToken").GetString() is not { Length: > 0 } token || token.Any(char.IsControl)
            || !NetworkId.TryParse(session.GetProperty("network").GetString(), out var network))
        {
            throw new CommandException($"服务器 {_http.BaseAddress} 的答复不是明鉴服务器的答复。");
        }

        (_csrfHeader, _csrfToken, Network) = (header, token, network);
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, bool refusals, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            JsonElement answer = default;
            if (text.Length > 0 && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
            {
                answer = JsonElement.Parse(text);
            }

            if (response.IsSuccessStatusCode || (refusals && answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("results", out _)))
            {
                return answer;
            }

            var detail = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("detail", out var d) ? d.GetString() : null;
            throw new CommandException(string.Create(
                CultureInfo.InvariantCulture, $"服务器拒绝了请求（{(int)response.StatusCode}）：{detail ?? request.RequestUri?.ToString()}"));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or FormatException)
        {
            throw new CommandException($"服务器 {_http.BaseAddress} 没有正确答复：{e.Message}", e);
        }
    }
}

/// <summary>How submitted acts ended.</summary>
internal sealed record SubmissionOutcome(int Final, IReadOnlyList<string> Refusals)
{
    public bool Ok => Refusals.Count == 0;

    /// <exception cref="CommandException">Not an answer to what was sent: a result for each act, in order, and an act that became final under its own id.</exception>
    public static SubmissionOutcome Read(JsonElement answer, IReadOnlyList<Envelope> sent)
    {
        var final = 0;
        var refusals = new List<string>();
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        if (results.Count != sent.Count)
        {
            throw new CommandException($"提交了 {sent.Count} 项，服务器答复了 {results.Count} 项：不知道是否入账，请登录网页查看。");
        }

        foreach (var (result, envelope) in results.Zip(sent))
        {
            if (result.GetProperty("status").GetString() == "final")
            {
                if (result.GetProperty("transactionId").GetString() != Pae.TransactionId(envelope.Payload).ToString())
                {
                    throw new CommandException("服务器答复的是另一项事项的结果：不知道这一项是否入账，请登录网页查看。");
                }

                final++;
            }
            else if (result.GetProperty("status").GetString() != "refused")
            {
                refusals.Add(result.GetProperty("message").GetString()!);
            }
            else
            {
                refusals.Add($"{result.GetProperty("message").GetString()}（{result.GetProperty("code").GetString()}）");
            }
        }

        return new SubmissionOutcome(final, refusals);
    }

    public SubmissionOutcome Add(SubmissionOutcome other) => new(Final + other.Final, [.. Refusals, .. other.Refusals]);

    public string Describe() =>
        $"已入账 {Final} 项。{(Ok ? string.Empty : $"没有被接受 {Refusals.Count} 项：\n  {string.Join("\n  ", Refusals.Distinct(StringComparer.Ordinal).Take(20))}")}";
}
