using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace Mingjian.Bench;

/// <summary>A server in a process of its own on loopback: the real one over an existing ledger, or the peer that it is compared with.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private BenchServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Processor time of the server so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="data">The data directory; the ledger is in its <c>network</c>.</param>
    /// <exception cref="InvalidOperationException">It ended; the message is its output.</exception>
    public static Task<BenchServer> StartAsync(string data, CancellationToken cancellationToken)
    {
        var port = LoopbackPorts.Free(1)[0];
        return StartAsync(
            "Mingjian.Server.dll", port,
            [
                "--contentRoot", AppContext.BaseDirectory,
                "--Mingjian:Start", "Empty",
                "--Mingjian:Port", port.ToString(CultureInfo.InvariantCulture),
                "--Mingjian:DataDirectory", data,

                // The only settings that differ from the defaults: the limits that keep one person from doing what a load bench does.
                "--Mingjian:Limits:RequestsPerMinute", "1000000",
                "--Mingjian:Limits:SignInsPerMinute", "10000",
            ],
            cancellationToken);
    }

    /// <summary>Starts a program of this folder that answers <c>health/ready</c> on a port of loopback.</summary>
    /// <exception cref="InvalidOperationException">It ended; the message is its output.</exception>
    internal static async Task<BenchServer> StartAsync(string program, int port, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var server = new BenchServer(process, new Uri($"http://localhost:{port}/"));
        process.OutputDataReceived += (_, e) => server.Append(e.Data);
        process.ErrorDataReceived += (_, e) => server.Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Waits until it has nothing to do: the read models have caught up.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        for (var quiet = 0; quiet < 4;)
        {
            var before = ProcessorTime;
            await Task.Delay(Poll, cancellationToken);
            quiet = (ProcessorTime - before) / Poll < 0.05 ? quiet + 1 : 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
        while (true)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The server ended with {_process.ExitCode}:\n{Output()}");
            }

            try
            {
                using var response = await client.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }
}
