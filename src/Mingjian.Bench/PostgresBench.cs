using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Mingjian.Bench;

/// <summary>What an ordinary replicated database does on the same machine: PostgreSQL with two synchronous standbys, one row a transaction.</summary>
/// <remarks>
/// Rows have the size of signed acts; nobody checks a signature, keeps a tree or executes a rule. Every commit waits until both
/// standbys have flushed it. The load comes from Debian's own pgbench.
/// </remarks>
internal sealed partial class PostgresBench(string directory)
{
    private const int Clients = 32;
    private const int Seconds = 10;
    private const string Debian = "/usr/lib/postgresql";

    private static readonly string[] Standbys = ["standby1", "standby2"];

    private static string? Binaries => Directory.Exists(Debian)
        ? Directory.GetDirectories(Debian).Select(d => Path.Combine(d, "bin")).OrderByDescending(d => d, StringComparer.Ordinal)
            .FirstOrDefault(d => File.Exists(Path.Combine(d, "pgbench")))
        : null;

    /// <summary>Runs it.</summary>
    /// <param name="bytes">Of one row.</param>
    /// <returns>Version and committed rows a second; null when no PostgreSQL is installed.</returns>
    public async Task<(string Version, double PerSecond)?> RunAsync(int bytes, CancellationToken cancellationToken)
    {
        if (Binaries is not { } binaries)
        {
            return null;
        }

        Directory.CreateDirectory(directory);
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            using var chown = Process.Start("chown", ["postgres", directory]);
            await chown.WaitForExitAsync(cancellationToken);
        }

        var ports = LoopbackPorts.Free(3);
        var running = new List<string>();
        try
        {
            await StartAsync("primary", ports[0], running, cancellationToken);
            await SqlAsync(ports[0], "CREATE TABLE acts (id bigserial PRIMARY KEY, envelope bytea NOT NULL)", cancellationToken);
            for (var i = 0; i < Standbys.Length; i++)
            {
                await PostgresAsync(
                    "pg_basebackup",
                    ["-h", "127.0.0.1", "-p", Text(ports[0]), "-U", "postgres", "-D", Data(Standbys[i]), "-R", "-X", "stream", "-c", "fast"], cancellationToken);
                await File.AppendAllTextAsync(
                    Path.Combine(Data(Standbys[i]), "postgresql.auto.conf"),
                    string.Create(CultureInfo.InvariantCulture, $"\nprimary_conninfo = 'host=127.0.0.1 port={ports[0]} user=postgres application_name={Standbys[i]}'\n"),
                    cancellationToken);
                await StartAsync(Standbys[i], ports[i + 1], running, cancellationToken);
            }

            await SqlAsync(ports[0], $"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 2 ({string.Join(',', Standbys)})'", cancellationToken);
            await SqlAsync(ports[0], "SELECT pg_reload_conf()", cancellationToken);
            var script = Path.Combine(directory, "insert.sql");
            await File.WriteAllTextAsync(
                script, $"INSERT INTO acts (envelope) VALUES (decode(repeat(md5(random()::text), {bytes / 16}), 'hex'));\n", cancellationToken);
            var printed = await PostgresAsync(
                "pgbench",
                [
                    "-h", "127.0.0.1", "-p", Text(ports[0]), "-U", "postgres", "-n", "-c", Text(Clients), "-j", "2", "-M", "prepared", "-T", Text(Seconds),
                    "-f", script, "postgres",
                ],
                cancellationToken);
            return (Path.GetFileName(Path.GetDirectoryName(binaries))!, double.Parse(Rate().Match(printed).Groups["rate"].Value, CultureInfo.InvariantCulture));
        }
        finally
        {
            running.Reverse();
            foreach (var name in running)
            {
                await PostgresAsync("pg_ctl", ["-D", Data(name), "-m", "immediate", "-w", "stop"], CancellationToken.None);
            }
        }
    }

    [GeneratedRegex(@"tps = (?<rate>[\d.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rate();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Data(string name) => Path.Combine(directory, name);

    private async Task StartAsync(string name, int port, List<string> running, CancellationToken cancellationToken)
    {
        if (name == "primary")
        {
            await PostgresAsync("initdb", ["-D", Data(name), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"], cancellationToken);
        }

        var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -k {directory} -c listen_addresses=127.0.0.1");
        await PostgresAsync(
            "pg_ctl", ["-D", Data(name), "-l", Path.Combine(directory, name + ".log"), "-o", options, "-w", "-t", "60", "start"], cancellationToken);
        running.Add(name);
    }

    private Task<string> SqlAsync(int port, string sql, CancellationToken cancellationToken) =>
        PostgresAsync("psql", ["-h", "127.0.0.1", "-p", Text(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql], cancellationToken);

    private Task<string> PostgresAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Binaries!, program);
        var log = Path.Combine(directory, $"{program}-{Guid.NewGuid():N}.out");
        return Environment.IsPrivilegedProcess
            ? Programs.RunAsync(log, "runuser", ["-u", "postgres", "--", path, .. arguments], cancellationToken)
            : Programs.RunAsync(log, path, arguments, cancellationToken);
    }
}
