using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mingjian.Bench;

/// <summary>Other programs that the bench compares with.</summary>
internal static class Programs
{
    /// <summary>Starts a program whose output goes to a file, so that nothing that it starts holds a pipe of ours.</summary>
    public static Process Start(string log, string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("sh") { UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$0; exec \"$@\" >>\"$log\" 2>&1 </dev/null");
        start.ArgumentList.Add(log);
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message is what it printed.</exception>
    public static async Task<string> RunAsync(string log, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(log, program, arguments);
        await process.WaitForExitAsync(cancellationToken);
        var printed = await File.ReadAllTextAsync(log, cancellationToken);
        return process.ExitCode == 0
            ? printed
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{program} ended with {process.ExitCode}: {printed}"));
    }
}

/// <summary>Free ports of this machine's loopback.</summary>
public static class LoopbackPorts
{
    /// <summary>Ports that nobody uses now.</summary>
    public static int[] Free(int count)
    {
        // All held at once, so that no two are the same.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }

    /// <summary>The address of a port.</summary>
    public static string Http(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
