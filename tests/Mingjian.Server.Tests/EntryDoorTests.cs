using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mingjian.Server.Tests;

/// <summary>Every way to an entry bundle over HTTP that should not be one, and what stays open to everybody.</summary>
[Collection(nameof(DemoServer))]
public sealed class EntryDoorTests(DemoServer demo)
{
    private const string Bundle = "/ledger/tile/entries/000.p/20";

    [Fact]
    public async Task Nobody_gets_a_bundle_by_a_session_a_header_or_another_server_s_token()
    {
        var operatorToken = (await File.ReadAllTextAsync(Path.Combine(demo.Server.DataDirectory, "demo", "operator.token"))).Trim();
        string?[] credentials =
        [
            null, "Bearer", "Bearer ", "Bearer x", $"Bearer {operatorToken}", $"Bearer {new string('0', 64)}", $"Bearer mj-access-{new string('0', 64)}",
            "Basic b3BlcmF0b3I6b3BlcmF0b3I=", "Mingjian-Node", "Mingjian-Node .", "Mingjian-Node e30=.AAAA", $"Mingjian-Node {new string('A', 5000)}",
            $"Mingjian-Node {Convert.ToBase64String(new byte[64])}.{Convert.ToBase64String(new byte[64])}",
        ];
        string[] accepts = ["*/*", "text/html", "application/json", "application/octet-stream", "text/html,application/xhtml+xml;q=0.9"];
        string[] bundles = [Bundle, "/ledger/tile/entries/000.p/1", "/ledger/tile/entries/000", "/ledger/tile/entries/999", "/ledger/tile/ENTRIES/000.p/20", "/ledger/tile//entries/000.p/20", "/ledger/tile/entries/", "/ledger/tile/entries"];
        foreach (var account in new[] { null, "member", "secretary", "officer", "auditor" })
        {
            using var outsider = demo.Server.Open();
            var browser = account is null ? outsider : demo.People[account];
            foreach (var credential in account is null ? credentials : [null])
            {
                foreach (var (path, accept) in bundles.SelectMany(b => accepts.Select(a => (b, a))))
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, path);
                    request.Headers.TryAddWithoutValidation("Authorization", credential);
                    request.Headers.TryAddWithoutValidation("Accept", accept);
                    request.Headers.TryAddWithoutValidation("Range", "bytes=0-100");
                    request.Headers.TryAddWithoutValidation("If-None-Match", "*");
                    using var response = await browser.Client.SendAsync(request);
                    var what = $"{account} {credential} {path} {accept}";
                    Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{what}: {(int)response.StatusCode}");
                    Assert.Equal("private, no-store", CacheOf(response));
                    var text = await response.Content.ReadAsStringAsync();
                    Assert.Contains("ledger/credential", text, StringComparison.Ordinal);
                    Assert.DoesNotContain("m-", text, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task The_answer_does_not_say_which_bundles_there_are()
    {
        using var outsider = demo.Server.Open();
        var answers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in new[] { Bundle, "/ledger/tile/entries/000", "/ledger/tile/entries/777", "/ledger/tile/entries/nonsense" })
        {
            using var response = await outsider.Client.GetAsync(path);
            var text = await response.Content.ReadAsStringAsync();
            answers.Add($"{(int)response.StatusCode} {text[..(text.IndexOf("traceId", StringComparison.Ordinal) is var at and > 0 ? at : text.Length)]}");
        }

        Assert.Single(answers);
    }

    // As no client would write them: a client's library puts paths in order before it sends them.
    [Theory]
    [InlineData("GET /ledger/tile/%65ntries/000.p/20", 401)]
    [InlineData("GET /ledger/tile/%65%6e%74%72%69%65%73/000.p/20", 401)]
    [InlineData("GET /ledger/tile/./entries/000.p/20", 401)]
    [InlineData("GET /ledger/tile/0/../entries/000.p/20", 401)]
    [InlineData("GET //ledger/tile/entries/000.p/20", 404)]
    [InlineData("GET /ledger//tile/entries/000.p/20", 404)]
    [InlineData("GET /ledger/tile/%2e/entries/000.p/20", 401)]
    [InlineData("GET /ledger/tile%2fentries%2f000.p%2f20", 404)]
    [InlineData("GET /ledger/tile/entries%2f000.p%2f20", 401)]
    [InlineData("GET /LEDGER/TILE/ENTRIES/000.P/20", 401)]
    [InlineData("GET /ledger/tile/0%2f..%2fentries/000.p/20", 404)]
    [InlineData("GET /ledger/tile/-1/000.p/20", 404)]
    [InlineData("HEAD /ledger/tile/entries/000.p/20", 404)]
    [InlineData("POST /ledger/tile/entries/000.p/20", 405)]
    [InlineData("QUERY /ledger/tile/entries/000.p/20", 405)]
    public async Task An_oddly_spelt_request_gets_no_entry(string line, int status)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(demo.Server.Address.Host, demo.Server.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line} HTTP/1.1\r\nHost: {demo.Server.Address.Authority}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync();
        Assert.Equal($"HTTP/1.1 {status}", answer[..12]);
        Assert.DoesNotContain("\"envelope\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("m-", answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_proves_the_ledger_stays_open_to_everybody()
    {
        using var outsider = demo.Server.Open();
        foreach (var path in new[] { "checkpoint", "tile/0/000.p/20", "network", "network?anchor=genesis", "nodes", "node" })
        {
            Assert.Equal(HttpStatusCode.OK, (await outsider.Client.GetAsync("/ledger/" + path)).StatusCode);
        }
    }

    private static string? CacheOf(HttpResponseMessage response) => response.Headers.CacheControl is { Private: true, NoStore: true } ? "private, no-store" : response.Headers.CacheControl?.ToString();
}
