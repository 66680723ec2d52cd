using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mingjian.Log;

namespace Mingjian.Engine.Audit;

/// <summary>A log in C2SP tiles as files below a directory: <c>checkpoint</c>, <c>tile/…</c>.</summary>
public sealed class DirectoryLedgerSource(string directory) : ILedgerSource
{
    public IStoredLedger? Stored => null;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, "checkpoint");
        return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : null;
    }

    public async ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, path.ToString());
        return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A log in C2SP tiles over HTTP.</summary>
/// <remarks>Reads of entries throw <see cref="HttpRequestException"/> with status 401 where the server does not take the credential, or there is none.</remarks>
/// <param name="http">Its base address is the log's prefix, with a final slash. Owned by the caller.</param>
/// <param name="show">What opens an entry bundle: asked for each one anew, and shown with no other request. Null = nothing.</param>
public sealed class HttpLedgerSource(HttpClient http, Func<TilePath, AuthenticationHeaderValue>? show = null) : ILedgerSource
{
    /// <summary>An entry bundle is at most 256 entries of 65,535 bytes with their lengths.</summary>
    private const int MaxBytes = 256 * (2 + 65_535);
    private const int SmallestBuffer = 1 << 16;

    public IStoredLedger? Stored => null;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        await GetAsync("checkpoint", static bytes => Encoding.UTF8.GetString(bytes.Span), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">What the server gives out as node history is none.</exception>
    public async ValueTask<IReadOnlyList<string>> ReadAnnouncementsAsync(CancellationToken cancellationToken)
    {
        if (await GetAsync("nodes", static bytes => bytes.ToArray(), cancellationToken) is not { } history)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(history);
            return [.. json.RootElement.GetProperty("changes").EnumerateArray().Select(c =>
                TlogProof.Parse(c.GetProperty("proof").GetString()!)?.Checkpoint ?? throw new InvalidDataException("A change has no proof."))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentNullException)
        {
            throw new InvalidDataException("Not a node history.", e);
        }
    }

    public async ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) =>
        await GetAsync(path.ToString(), static bytes => bytes.ToArray(), cancellationToken, CredentialFor(path));

    public async ValueTask<IReadOnlyList<byte[]>?> ReadEntriesAsync(TilePath path, CancellationToken cancellationToken) =>
        await GetAsync(path.ToString(), bytes => ILedgerSource.Decode(path, bytes.Span), cancellationToken, CredentialFor(path));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private AuthenticationHeaderValue? CredentialFor(TilePath path) => path.Level == TilePath.EntryLevel ? show?.Invoke(path) : null;

    /// <param name="read">Must not keep the bytes: the buffer is used again, for a bundle is large and catching up reads thousands.</param>
    private async Task<T?> GetAsync<T>(
        string path, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken, AuthenticationHeaderValue? credential = null)
        where T : class
    {
        // The client's own time limit ends with the headers; a server that stops in the middle of a body must not hold us for ever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(http.Timeout);
        cancellationToken = limit.Token;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Authorization = credential } };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(response.Content.Headers.ContentLength + 1 ?? 0, SmallestBuffer, MaxBytes));
        try
        {
            var length = 0;
            int count;
            while ((count = await body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += count;
                if (length > MaxBytes)
                {
                    throw new InvalidDataException($"{path} is larger than any tile.");
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return read(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
