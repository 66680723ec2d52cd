using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Primitives;
using Mingjian.Server.LedgerApi;

namespace Mingjian.Server.Channel;

/// <summary>A web process's way to its node over HTTP; also remembers how the node said that it stands.</summary>
internal sealed partial class NodeChannel : INodeLink, INodeStanding, IDisposable
{
    /// <summary>More than the node's patience, and than it waits for acts to become final.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(40);

    private readonly HttpClient _http;
    private readonly HttpClient _log;
    private readonly AuthenticationHeaderValue _token;
    private readonly ILogger _logger;
    private volatile NodeStanding? _standing;
    private string? _said;

    [SuppressMessage("Reliability", "CA2000", Justification = "The clients own the handler together; the first disposes of it.")]
    public NodeChannel(WebIdentity identity, ILogger<NodeChannel> logger)
    {
        _logger = logger;
        _token = identity.Token.ToHeader();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        if (identity.Authorities is { } authorities)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(identity.Node, "api/v1/web/"),
            Timeout = Timeout,
            MaxResponseContentBufferSize = 32 << 20,
            DefaultRequestHeaders = { Authorization = _token },
        };
        _log = new HttpClient(handler, disposeHandler: false) { BaseAddress = new Uri(identity.Node, "ledger/"), Timeout = Timeout };
    }

    public (bool Shared, int Number)? Place => _standing is { } s ? (s.Shared, s.Status.Self) : null;

    public NodeStanding? Read() => _standing;

    public ILedgerSource OpenLog() => new HttpLedgerSource(_log, _ => _token);

    public async Task<long> WaitAsync(long above, CancellationToken cancellationToken)
    {
        // The first question is answered at once: whoever has just started wants to know where the node stands.
        var from = _standing is null ? -1 : above;
        var answer = await AskAsync<NodeStanding>(
            () => new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"standing?above={from}")), cancellationToken)
            ?? throw new NodeUnreachableException("The node's answer is empty.");
        _standing = answer;
        return answer.Status.Head.Height;
    }

    public async Task<IReadOnlyList<SubmitResult?>> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> envelopes, CancellationToken cancellationToken)
    {
        var answer = await AskAsync<SubmissionAnswer>(() => new HttpRequestMessage(HttpMethod.Post, "acts") { Content = BodyOf(envelopes) }, cancellationToken);
        return answer?.Results is { } results && results.Count == envelopes.Count
            ? [.. results.Select(r => r.IsOpen ? null : ResultOf(r))]
            : throw new NodeUnreachableException("The node's answer does not fit the acts.");
    }

    public async Task<ActWord?> FindAsync(Hash32 transactionId, CancellationToken cancellationToken) =>
        await AskAsync<SubmissionResult>(() => new HttpRequestMessage(HttpMethod.Get, "acts/" + transactionId.ToHex()), cancellationToken) is not { } act
            ? null
            : act.Status switch
            {
                "accepted" => new ActWord(ActStage.Accepted, null),
                "ordered" => new ActWord(ActStage.Ordered, null),
                "refused" when act.Height is null => new ActWord(ActStage.Final, new Refusal(act.Code ?? string.Empty, string.Empty)),
                _ => new ActWord(ActStage.Final, null),
            };

    public void Dispose()
    {
        _log.Dispose();
        _http.Dispose();
    }

    private static SubmitResult ResultOf(SubmissionResult result) => new(
        Hash32.TryParse(result.TransactionId, out var id) ? id : default, result.Height, result.Index,
        result.Code is { } code ? new Refusal(code, string.Empty) : null);

    private static ByteArrayContent BodyOf(IReadOnlyList<ReadOnlyMemory<byte>> envelopes)
    {
        using var body = new MemoryStream();
        body.Write("{\"envelopes\":["u8);
        for (var i = 0; i < envelopes.Count; i++)
        {
            if (i > 0)
            {
                body.WriteByte((byte)',');
            }

            body.Write(envelopes[i].Span);
        }

        body.Write("]}"u8);
        return new ByteArrayContent(body.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>Null for 404.</summary>
    private async Task<T?> AskAsync<T>(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var message = request();
            using var response = await _http.SendAsync(message, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound && typeof(T) == typeof(SubmissionResult))
            {
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw Unreachable(response.StatusCode == HttpStatusCode.Unauthorized
                    ? "The node does not accept the token of Mingjian:Web:TokenFile."
                    : $"The node answers {(int)response.StatusCode}.");
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var answer = await JsonSerializer.DeserializeAsync<T>(body, JsonSerializerOptions.Web, cancellationToken);
            if (Interlocked.Exchange(ref _said, null) is not null)
            {
                LogReached(_logger, _http.BaseAddress!);
            }

            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or NotSupportedException or FormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // What is wrong with a certificate stands in the innermost one.
            throw Unreachable(
                e is JsonException or NotSupportedException or FormatException ? "The node's answer is not what a node says." : PeerFaults.Describe(e), e,
                e.InnerException is null ? e.Message : $"{e.Message} {e.GetBaseException().Message}");
        }
    }

    /// <summary>Says so in the log, once as long as it is the same.</summary>
    /// <param name="message">For pages: names no address.</param>
    /// <param name="detail">For the log; null = the message.</param>
    private NodeUnreachableException Unreachable(string message, Exception? inner = null, string? detail = null)
    {
        detail ??= message;
        if (Interlocked.Exchange(ref _said, detail) != detail)
        {
            LogUnreachable(_logger, _http.BaseAddress!, detail);
        }

        return new NodeUnreachableException(message, inner);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node is out of reach at {Address}: {Fault}")]
    private static partial void LogUnreachable(ILogger logger, Uri address, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node is in reach again at {Address}.")]
    private static partial void LogReached(ILogger logger, Uri address);
}
