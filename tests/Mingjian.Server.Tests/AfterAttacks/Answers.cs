using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>One answer as it came, and to whom.</summary>
/// <param name="Asked">Method, path and who asked, for the report; the path without what was planted in it.</param>
/// <param name="Head">Status and headers.</param>
internal sealed record Answer(string Asked, string Path, int Status, string? Type, string Head, byte[] Body)
{
    /// <summary>The type of an answer that does not end.</summary>
    public const string EventStream = "text/event-stream";
}

/// <summary>Keeps every answer that one person gets.</summary>
internal sealed class AnswerRecorder(string who, ConcurrentQueue<Answer> answers, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var head = new StringBuilder(((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)).Append(' ').AppendLine(response.ReasonPhrase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            head.Append(name).Append(": ").AppendJoin(", ", values).AppendLine();
        }

        // What comes in a stream is kept by whoever reads it: OpenStream.
        var type = response.Content.Headers.ContentType?.MediaType;
        var body = type == Answer.EventStream ? [] : await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        answers.Enqueue(new Answer($"{request.Method} {path} as {who}", path, (int)response.StatusCode, type, head.ToString(), body));
        return response;
    }
}
