using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Primitives;

namespace Mingjian.Server.Witnesses;

/// <summary>A witness answered, and the answer is no.</summary>
internal sealed class WitnessException(string message) : Exception(message);

/// <summary>One witness as a log sees it: remembers how far it has come.</summary>
internal sealed class WitnessClient : IDisposable
{
    private const int LargestAnswer = 16 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private long _known;

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns the handler.")]
    public WitnessClient(Uri address, NoteKey key)
    {
        Key = key;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"),
            Timeout = Timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    /// <summary>Its public key.</summary>
    public NoteKey Key { get; }

    /// <summary>Its cosignature over a checkpoint.</summary>
    /// <param name="note">Signed by the log.</param>
    /// <param name="size">Of its tree.</param>
    /// <param name="prove">Consistency path between two sizes.</param>
    /// <exception cref="WitnessException">It refuses, or does not speak the protocol.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<NoteSignature> AskAsync(
        SignedNote note, long size, Func<long, long, IReadOnlyList<Hash32>> prove, CancellationToken cancellationToken)
    {
        // The second time with the size that it named: it may know more than this process remembers.
        for (var attempt = 0; ; attempt++)
        {
            using var body = new ByteArrayContent(new WitnessRequest(_known, prove(_known, size), note).Encode());
            using var response = await _http.PostAsync(new Uri("add-checkpoint", UriKind.Relative), body, cancellationToken);
            var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    _known = size;
                    return WitnessAnswer.Find(text, note, Key) ?? throw new WitnessException("its answer holds no cosignature by its key.");
                case HttpStatusCode.Conflict when attempt == 0 && long.TryParse(text.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var known):
                    _known = known <= size
                        ? known
                        : throw new WitnessException($"it has cosigned a log of {known} entries, this one has {size}: another node asked first, or this log was set back.");
                    break;
                default:
                    throw new WitnessException($"{(int)response.StatusCode} {text.Trim()}");
            }
        }
    }

    public void Dispose() => _http.Dispose();
}
