using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mingjian.Cli.Tests;

/// <summary>A server on loopback that answers each path with whatever the test wants; 404 for all else.</summary>
internal sealed class LyingServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerRequest, Lie?> _answer;
    private readonly Task _serving;

    public LyingServer(Func<HttpListenerRequest, Lie?> answer)
    {
        _answer = answer;
        // The port is free when it is asked for; nobody else on this machine takes the same one at random in the moment between.
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait(TimeSpan.FromSeconds(10));
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                var lie = _answer(context.Request);
                context.Response.StatusCode = lie is null ? 404 : lie.Status;
                context.Response.ContentType = lie?.Type;
                foreach (var (name, value) in lie?.Headers ?? [])
                {
                    context.Response.AddHeader(name, value);
                }

                try
                {
                    await context.Response.OutputStream.WriteAsync(lie?.Body ?? []);
                    context.Response.Close();
                }
                catch (HttpListenerException)
                {
                    // The client has read enough.
                }
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The end.
        }
    }
}

/// <summary>One answer.</summary>
internal sealed record Lie(byte[] Body, string Type = "application/json", int Status = 200, (string Name, string Value)[]? Headers = null)
{
    public static Lie Json(string text) => new(Encoding.UTF8.GetBytes(text));
}
