using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mingjian.Server.Tests;

/// <summary>A staff page's live connection, spoken by hand: what a browser sends, and all bytes that the server has sent.</summary>
/// <remarks>SignalR's protocol "blazorpack": length-prefixed MessagePack; a call is [1, {}, id, method, arguments, []].</remarks>
internal sealed partial class Circuit : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ClientWebSocket _socket = new();
    private readonly StringBuilder _received = new();
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;
    private int _calls;

    /// <summary>Opens a page and its circuit as a browser does.</summary>
    public static async Task<Circuit> OpenAsync(Browser browser, string path)
    {
        var address = browser.Client.BaseAddress!;
        var html = await browser.Client.GetStringAsync(path);
        var markers = Marker.Matches(html).Select(m => m.Groups[1].Value).Where(m => m.Contains("\"descriptor\"", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(markers);
        var state = State.Match(html).Groups[1].Value;

        var circuit = new Circuit();
        circuit._socket.Options.Cookies = browser.Cookies;
        await circuit._socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/_blazor" }.Uri, default);
        await circuit._socket.SendAsync(
            Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, endOfMessage: true, default);
        circuit._reading = circuit.ReadAsync();
        await circuit.CallAsync("StartCircuit", address.ToString(), new Uri(address, path).ToString(), "[]", state);
        await circuit.CallAsync(
            "UpdateRootComponents",
            $"{{\"batchId\":1,\"operations\":[{string.Join(',', markers.Select((m, i) => $"{{\"type\":\"add\",\"ssrComponentId\":{i + 1},\"marker\":{m}}}"))}]}}",
            state);
        await circuit.ExpectAsync("data-mj-ready");
        return circuit;
    }

    /// <summary>A person's event, as the page's script reports it.</summary>
    public Task EventAsync(string name) => CallAsync(
        "BeginInvokeDotNetFromJS", "7", null, "DispatchEventAsync", 1,
        JsonSerializer.Serialize(new object[] { new { eventHandlerId = 999_999, eventName = name }, new { type = name } }));

    /// <summary>What component libraries report by themselves, and what a page's script asks for.</summary>
    public Task CallBackAsync() => CallAsync("BeginInvokeDotNetFromJS", "8", null, "OnResized", 999_999, "[{\"eventName\":\"click\"}]");

    /// <summary>Waits until the server has sent this text.</summary>
    public async Task ExpectAsync(string text)
    {
        var until = DateTime.UtcNow + Patience;
        while (!Has(text))
        {
            Assert.True(DateTime.UtcNow < until, $"The server has not sent: {text}");
            // Quiet connections are closed; a ping is [6].
            await _socket.SendAsync(new byte[] { 2, 0x91, 6 }, WebSocketMessageType.Binary, endOfMessage: true, default);
            await Task.Delay(20);
        }
    }

    /// <summary>All that the server has sent so far, each byte as a character of Latin-1.</summary>
    public string Received
    {
        get
        {
            lock (_gate)
            {
                return _received.ToString();
            }
        }
    }

    public bool Has(string text)
    {
        lock (_gate)
        {
            return _received.ToString().Contains(text, StringComparison.Ordinal);
        }
    }

    /// <summary>Calls, and waits until the server has done it: its answer is [3, {}, id, …].</summary>
    public async Task CallAsync(string method, params object?[] arguments)
    {
        var body = new List<byte> { 0x96, 1, 0x80 };
        var id = (++_calls + 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Write(body, id);
        Write(body, method);
        body.Add((byte)(0x90 + arguments.Length));
        foreach (var argument in arguments)
        {
            Write(body, argument);
        }

        body.Add(0x90);
        var frame = new List<byte>();
        for (var length = (uint)body.Count; ; length >>= 7)
        {
            frame.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80u : 0)));
            if (length <= 0x7F)
            {
                break;
            }
        }

        await _socket.SendAsync(frame.Concat(body).ToArray(), WebSocketMessageType.Binary, endOfMessage: true, default);
        await ExpectAsync("\u0003\u0080\u00A4" + id);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private static void Write(List<byte> body, object? value)
    {
        switch (value)
        {
            case null:
                body.Add(0xC0);
                break;
            case bool flag:
                body.Add(flag ? (byte)0xC3 : (byte)0xC2);
                break;
            case int number:
                body.AddRange([0xD2, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
                break;
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text);
                body.AddRange([0xDB, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes]);
                break;
            default:
                throw new ArgumentException("not written", nameof(value));
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (_socket.State == WebSocketState.Open)
            {
                var read = await _socket.ReceiveAsync(buffer, default);
                lock (_gate)
                {
                    _received.Append(Encoding.Latin1.GetString(buffer, 0, read.Count));
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The end.
        }
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->", RegexOptions.Singleline, 1000)]
    private static partial Regex Marker { get; }

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->", RegexOptions.Singleline, 1000)]
    private static partial Regex State { get; }
}
