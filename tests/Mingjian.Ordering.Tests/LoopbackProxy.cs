using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mingjian.Ordering.Tests;

/// <summary>A line to a server that can lose the answers and break.</summary>
internal sealed class LoopbackProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly Uri _target;
    private readonly Task _accepting;
    private long _dropped;

    public LoopbackProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>While true, what the server says is thrown away.</summary>
    public bool DropAnswers { get; set; }

    /// <summary>Bytes thrown away.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Breaks every connection.</summary>
    public void Cut()
    {
        foreach (var client in _open.Keys)
        {
            _open.TryRemove(client, out _);
            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient { NoDelay = true };
                await server.ConnectAsync(_target.Host, _target.Port);
                _open[client] = true;
                _open[server] = true;
                _ = PumpAsync(client, server, answers: false);
                _ = PumpAsync(server, client, answers: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool answers)
    {
        try
        {
            var buffer = new byte[65_536];
            while (await from.GetStream().ReadAsync(buffer) is var read and > 0)
            {
                if (answers && DropAnswers)
                {
                    Interlocked.Add(ref _dropped, read);
                    continue;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }

        from.Dispose();
        to.Dispose();
    }
}
