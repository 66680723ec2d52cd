using System.Diagnostics;
using System.Globalization;

namespace Mingjian.Bench;

/// <summary>PostgreSQL from Debian in a directory of its own, with Debian's settings: every commit is synced.</summary>
/// <remarks>PostgreSQL refuses to run as root; under root it runs as Debian's user <c>postgres</c>.</remarks>
internal sealed class PostgresProgram(string directory) : IAsyncDisposable
{
    private const string Debian = "/usr/lib/postgresql";

    private readonly List<string> _running = [];

    private static string? Binaries => Directory.Exists(Debian)
        ? Directory.GetDirectories(Debian).Select(d => Path.Combine(d, "bin")).OrderByDescending(d => d, StringComparer.Ordinal)
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "pgbench")))
        : null;

    /// <summary>The version that is installed, or null.</summary>
    public static string? Version => Binaries is { } binaries ? Path.GetFileName(Path.GetDirectoryName(binaries)) : null;

    /// <summary>Makes the directory.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["postgres", directory]);
            await chown.WaitForExitAsync(cancellationToken);
        }
    }

    /// <summary>Where a cluster has its data.</summary>
    public string Data(string name) => Path.Combine(directory, name);

    /// <summary>Makes an empty cluster.</summary>
    public Task InitAsync(string name, CancellationToken cancellationToken) =>
        RunAsync("initdb", ["-D", Data(name), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], cancellationToken);

    /// <summary>Starts a cluster; it stops with this.</summary>
    public async Task StartAsync(string name, int port, CancellationToken cancellationToken)
    {
        var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -k {directory} -c listen_addresses=127.0.0.1");
        await RunAsync(
            "pg_ctl", ["-D", Data(name), "-l", Path.Combine(directory, name + ".log"), "-o", options, "-w", "-t", "60", "start"], cancellationToken);
        _running.Add(name);
    }

    /// <summary>Runs one statement.</summary>
    public Task<string> SqlAsync(int port, string sql, CancellationToken cancellationToken) => RunAsync(
        "psql", ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql], cancellationToken);

    /// <summary>Runs one of PostgreSQL's programs.</summary>
    /// <returns>What it printed.</returns>
    public Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Binaries!, program);
        var log = Path.Combine(directory, $"{program}-{Guid.NewGuid():N}.out");
        return Environment.IsPrivilegedProcess
            ? Programs.RunAsync(log, "runuser", ["-u", "postgres", "--", path, .. arguments], cancellationToken)
            : Programs.RunAsync(log, path, arguments, cancellationToken);
    }

    /// <summary>Processor time of a running cluster so far, all its processes together.</summary>
    public TimeSpan ProcessorTime(string name)
    {
        var postmaster = File.ReadLines(Path.Combine(Data(name), "postmaster.pid")).First().Trim();
        // Those that have ended count in their parent's times of its children.
        var ticks = Ticks(postmaster, withEnded: true);
        foreach (var process in Directory.EnumerateDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => n.All(char.IsAsciiDigit)))
        {
            if (Fields(process) is { } fields && fields[ParentField] == postmaster)
            {
                ticks += Ticks(process, withEnded: false);
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in Enumerable.Reverse(_running))
        {
            await RunAsync("pg_ctl", ["-D", Data(name), "-m", "immediate", "-w", "stop"], CancellationToken.None);
        }
    }

    // proc(5), the fields of stat after the command's name in brackets: state, parent, …, utime, stime, cutime, cstime. USER_HZ is 100 on Linux.
    private const int ParentField = 1;
    private const int UserField = 11;
    private const double TicksPerSecond = 100;

    private static string[]? Fields(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private static long Ticks(string process, bool withEnded) => Fields(process) is { } fields
        ? fields.Skip(UserField).Take(withEnded ? 4 : 2).Sum(f => long.Parse(f, CultureInfo.InvariantCulture))
        : 0;
}
