using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Mingjian.Testing;

/// <summary>A real PostgreSQL of our own for one test process: a fresh cluster in a temporary folder on a free loopback port.</summary>
/// <remarks>
/// PostgreSQL refuses to run as root; under root it runs as the user <c>postgres</c> of the Debian package. Nothing is skipped: where no
/// PostgreSQL is installed the tests fail and say so. The cluster stops and its folder goes when the process exits.
/// </remarks>
public sealed class PostgresCluster
{
    private static readonly Lazy<Task<PostgresCluster>> Shared = new(StartAsync);
    private static int _databases;

    private readonly string _folder;
    private readonly int _port;

    private PostgresCluster(string folder, int port)
    {
        _folder = folder;
        _port = port;
    }

    /// <summary>A connection string to a new, empty database of the cluster that all tests of this process share.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var cluster = await Shared.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(cluster.ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A name made here.
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return cluster.ConnectionString(name);
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var binaries = FindBinaries();
        var folder = Path.Combine(Path.GetTempPath(), $"mingjian-pg-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var cluster = new PostgresCluster(folder, LoopbackPort.Free(1)[0]);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", folder]);
        }

        var data = Path.Combine(folder, "data");
        await AsPostgresAsync(Path.Combine(binaries, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Stop(binaries, data);
        var options = string.Create(CultureInfo.InvariantCulture,
            $"-p {cluster._port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c shared_buffers=32MB -c max_connections=300");
        await AsPostgresAsync(
            Path.Combine(binaries, "pg_ctl"), ["-D", data, "-l", Path.Combine(folder, "log"), "-o", options, "-w", "-t", "60", "start"]);
        return cluster;
    }

    private string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = "postgres",
        Database = database,
        Pooling = true,
    }.ToString();

    private void Stop(string binaries, string data)
    {
        // Not waited for: on a busy disk it takes longer than the ten seconds after which xunit takes a process for hung.
        NpgsqlConnection.ClearAllPools();
        var (file, arguments) = Command(Path.Combine(binaries, "pg_ctl"), ["-D", data, "-m", "immediate", "-w", "stop"]);
        Launch(("setsid", ["sh", "-c", "\"$@\"; rm -rf \"$0\"", _folder, file, .. arguments])).Dispose();
    }

    private static string FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var newest = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(d => d, StringComparer.Ordinal).FirstOrDefault()
            : null;
        return newest is null
            ? throw new InvalidOperationException("No PostgreSQL below /usr/lib/postgresql. Install it: apt-get install postgresql")
            : Path.Combine(newest, "bin");
    }

    private static Task AsPostgresAsync(string program, IReadOnlyList<string> arguments)
    {
        var (file, all) = Command(program, arguments);
        return RunAsync(file, all);
    }

    private static (string File, IReadOnlyList<string> Arguments) Command(string program, IReadOnlyList<string> arguments) =>
        Environment.IsPrivilegedProcess
            ? ("runuser", ["-u", "postgres", "--", program, .. arguments])
            : (program, arguments);

    // Output is not captured: the server would inherit the pipe and keep it open.
    private static async Task RunAsync(string file, IReadOnlyList<string> arguments)
    {
        using var process = Launch((file, arguments));
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    private static Process Launch((string File, IReadOnlyList<string> Arguments) command)
    {
        var start = new ProcessStartInfo("sh") { UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null");
        start.ArgumentList.Add(command.File);
        foreach (var argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{command.File} did not start.");
    }
}
