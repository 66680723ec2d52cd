using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mingjian.Testing;

/// <summary>The real server in a process of its own, on a free loopback port.</summary>
/// <remarks>A test project that uses it references Mingjian.Server, if only for the order of the builds.</remarks>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _ownsDirectory;
    private int _ended;

    private ServerProcess(Process process, string dataDirectory, bool empty, bool ownsDirectory)
    {
        _process = process;
        _ownsDirectory = ownsDirectory;
        DataDirectory = dataDirectory;
        NetworkDirectory = Path.Combine(dataDirectory, empty ? "network" : "demo");
    }

    /// <summary>By the name localhost, as passkeys need it.</summary>
    public Uri Address { get; private set; } = null!;

    public string DataDirectory { get; }

    /// <summary>Where the network's data is, ledger included.</summary>
    public string NetworkDirectory { get; }

    /// <summary>All that the server has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts with a data directory of its own, which goes with the server, and waits until it takes requests.</summary>
    public static Task<ServerProcess> StartAsync(bool empty, CancellationToken cancellationToken) =>
        StartAsync(empty, null, [], cancellationToken);

    /// <summary>Starts and waits until the server takes requests.</summary>
    /// <param name="dataDirectory">Stays when the server is disposed of; null = one of its own.</param>
    /// <param name="settings">Further settings, without the leading dashes.</param>
    public static async Task<ServerProcess> StartAsync(
        bool empty, string? dataDirectory, IReadOnlyList<(string Key, string Value)> settings, CancellationToken cancellationToken)
    {
        var server = Launch(empty, dataDirectory, settings);
        try
        {
            server.Address = await server._announced.Task.WaitAsync(Longest, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts and does not wait for anything; <see cref="Address"/> is unknown.</summary>
    public static ServerProcess Launch(bool empty, string? dataDirectory, IReadOnlyList<(string Key, string Value)> settings)
    {
        var data = dataDirectory ?? Directory.CreateTempSubdirectory("mingjian-server-").FullName;
        var folder = Repository.Output("Mingjian.Server");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            // A process that lives for seconds starts by a quarter cheaper without what pays only in a long life.
            Environment = { ["DOTNET_TieredPGO"] = "0", ["DOTNET_gcServer"] = "0", ["DOTNET_gcConcurrent"] = "0" },
            ArgumentList =
            {
                Path.Combine(folder, "Mingjian.Server.dll"),
                "--contentRoot", Repository.File("src", "Mingjian.Server"),
                "--Mingjian:Start", empty ? "Empty" : "Demo",
                "--Mingjian:Port", "0",
                "--Mingjian:DataDirectory", data,
            },
        };
        foreach (var (key, value) in settings)
        {
            start.ArgumentList.Add("--" + key);
            start.ArgumentList.Add(value);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var server = new ServerProcess(process, data, empty, dataDirectory is null);
        process.OutputDataReceived += (_, e) => server.Append(e.Data);
        process.ErrorDataReceived += (_, e) => server.Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Ends the process at once (SIGKILL): it can finish nothing.</summary>
    public async Task StopAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end (SIGTERM).</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        return await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(Longest, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
        if (_ownsDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line is null)
        {
            // The end of both streams: nothing will be announced any more.
            if (Interlocked.Increment(ref _ended) < 2)
            {
                return;
            }

            _announced.TrySetException(new InvalidOperationException($"The server ended:\n{Output}"));
        }
        else if (Announcement.Match(line) is { Success: true } announced)
        {
            _announced.TrySetResult(new Uri($"http://localhost:{announced.Groups[1].Value}/"));
        }
    }

    [GeneratedRegex(@"明鉴 Mingjian  http://127\.0\.0\.1:(\d+)", RegexOptions.None, 1000)]
    private static partial Regex Announcement { get; }
}
