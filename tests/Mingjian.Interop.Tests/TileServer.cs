using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mingjian.Interop.Tests;

/// <summary>Serves what a function gives below <c>/ledger/</c> on a free loopback port; null is 404.</summary>
internal sealed class TileServer : IDisposable
{
    private readonly Func<string, byte[]?> _read;
    private readonly HttpListener _listener = new();

    public TileServer(Func<string, byte[]?> read)
    {
        _read = read;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            _listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        }

        _listener.Start();
        Prefix = _listener.Prefixes.First() + "ledger";
        _ = Task.Run(ServeAsync);
    }

    public string Prefix { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var body = _read(context.Request.Url!.AbsolutePath["/ledger/".Length..]);
            context.Response.StatusCode = body is null ? 404 : 200;
            context.Response.Close(body ?? [], willBlock: true);
        }
    }
}
