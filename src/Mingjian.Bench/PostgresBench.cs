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
    private static readonly string[] Standbys = ["standby1", "standby2"];

    /// <summary>Runs it.</summary>
    /// <param name="bytes">Of one row.</param>
    /// <returns>Version and committed rows a second; null when no PostgreSQL is installed.</returns>
    public async Task<(string Version, double PerSecond)?> RunAsync(int bytes, CancellationToken cancellationToken)
    {
        if (PostgresProgram.Version is not { } version)
        {
            return null;
        }

        await using var postgres = new PostgresProgram(directory);
        await postgres.PrepareAsync(cancellationToken);
        var ports = LoopbackPorts.Free(3);
        await postgres.InitAsync("primary", cancellationToken);
        await postgres.StartAsync("primary", ports[0], cancellationToken);
        await postgres.SqlAsync(ports[0], "CREATE TABLE acts (id bigserial PRIMARY KEY, envelope bytea NOT NULL)", cancellationToken);
        for (var i = 0; i < Standbys.Length; i++)
        {
            await postgres.RunAsync(
                "pg_basebackup",
                ["-h", "127.0.0.1", "-p", Text(ports[0]), "-U", "postgres", "-D", postgres.Data(Standbys[i]), "-R", "-X", "stream", "-c", "fast"], cancellationToken);
            await File.AppendAllTextAsync(
                Path.Combine(postgres.Data(Standbys[i]), "postgresql.auto.conf"),
                string.Create(CultureInfo.InvariantCulture, $"\nprimary_conninfo = 'host=127.0.0.1 port={ports[0]} user=postgres application_name={Standbys[i]}'\n"),
                cancellationToken);
            await postgres.StartAsync(Standbys[i], ports[i + 1], cancellationToken);
        }

        await postgres.SqlAsync(ports[0], $"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 2 ({string.Join(',', Standbys)})'", cancellationToken);
        await postgres.SqlAsync(ports[0], "SELECT pg_reload_conf()", cancellationToken);
        var script = Path.Combine(directory, "insert.sql");
        await File.WriteAllTextAsync(
            script, $"INSERT INTO acts (envelope) VALUES (decode(repeat(md5(random()::text), {bytes / 16}), 'hex'));\n", cancellationToken);
        var printed = await postgres.RunAsync(
            "pgbench",
            [
                "-h", "127.0.0.1", "-p", Text(ports[0]), "-U", "postgres", "-n", "-c", Text(Clients), "-j", "2", "-M", "prepared", "-T", Text(Seconds),
                "-f", script, "postgres",
            ],
            cancellationToken);
        return (version, double.Parse(Rate().Match(printed).Groups["rate"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"tps = (?<rate>[\d.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rate();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
