using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>A live update stream that somebody keeps open while others act: all that comes is kept.</summary>
internal sealed class OpenStream : IAsyncDisposable
{
    private readonly string _who;
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _end = new();
    private readonly ArrayBufferWriter<byte> _received = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;

    private OpenStream(string who, HttpResponseMessage response)
    {
        _who = who;
        _response = response;
        _reading = ReadAsync();
    }

    /// <summary>Opens one.</summary>
    /// <param name="followed">Transaction ids that it asks about; at most 50, the server's bound.</param>
    /// <param name="planted">Headers with a needle in them.</param>
    public static async Task<OpenStream> OpenAsync(string who, Browser browser, IEnumerable<Hash32> followed, params (string Name, string Value)[] planted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/ledger/events?" + string.Join('&', followed.Select(id => $"act={id.ToHex()}")));
        foreach (var (name, value) in planted)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, Answer.EventStream), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return new OpenStream(who, response);
    }

    /// <summary>Transaction ids of envelopes in the order given, so that a stream can ask about what is only going to be sent.</summary>
    public static IEnumerable<Hash32> IdsOf(IEnumerable<string> envelopes) =>
        envelopes.Select(e => Pae.TransactionId(Convert.FromBase64String(JsonNode.Parse(e)!["payload"]!.GetValue<string>())));

    /// <summary>All that has come so far.</summary>
    public string Received
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_received.WrittenSpan);
            }
        }
    }

    /// <summary>Goes away, as a browser does whose page is closed; what came is an answer like any other.</summary>
    public async Task<Answer> EndAsync()
    {
        await _end.CancelAsync();
        await _reading;
        return new Answer($"stream as {_who}", "/api/v1/ledger/events", 200, Answer.EventStream, string.Empty, _received.WrittenSpan.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _response.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            await using var body = await _response.Content.ReadAsStreamAsync(_end.Token);
            for (int count; (count = await body.ReadAsync(buffer, _end.Token)) > 0;)
            {
                lock (_gate)
                {
                    _received.Write(buffer.AsSpan(0, count));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went first.
        }
    }
}
