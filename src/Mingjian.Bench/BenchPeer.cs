using System.Globalization;

namespace Mingjian.Bench;

/// <summary>What somebody would build instead: a minimal ASP.NET endpoint with the same cookie and CSRF checks that puts one row into PostgreSQL.</summary>
/// <remarks>
/// The program is <c>mingjian bench-peer</c> in a process of its own; PostgreSQL commits synchronously to this machine's disk, no standby. The row is the
/// request's body. Nobody checks a signature or a rule, keeps a log that can be audited, or fills lists.
/// </remarks>
public sealed class BenchPeer : IAsyncDisposable
{
    /// <summary>The command that runs the program.</summary>
    public const string Command = "bench-peer";

    private const string Cluster = "peer";

    // As many as pgbench is given beside: more only compete for the cores.
    private const int Connections = 32;

    private readonly PostgresProgram _postgres;
    private readonly BenchServer _server;

    private BenchPeer(PostgresProgram postgres, BenchServer server)
    {
        _postgres = postgres;
        _server = server;
    }

    internal Uri Address => _server.Address;

    /// <summary>Processor time so far: of the program, and of PostgreSQL with all its processes.</summary>
    internal (TimeSpan Program, TimeSpan Database) ProcessorTime => (_server.ProcessorTime, _postgres.ProcessorTime(Cluster));

    /// <summary>Starts both; null when no PostgreSQL is installed.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The peer owns both, and what fails before is disposed of.")]
    internal static async Task<BenchPeer?> TryStartAsync(string directory, CancellationToken cancellationToken)
    {
        if (PostgresProgram.Version is null)
        {
            return null;
        }

        var postgres = new PostgresProgram(directory);
        try
        {
            var ports = LoopbackPorts.Free(2);
            await postgres.PrepareAsync(cancellationToken);
            await postgres.InitAsync(Cluster, cancellationToken);
            await postgres.StartAsync(Cluster, ports[0], cancellationToken);
            await postgres.SqlAsync(ports[0], "CREATE TABLE acts (id bigserial PRIMARY KEY, envelope bytea NOT NULL)", cancellationToken);
            var database = string.Create(
                CultureInfo.InvariantCulture,
                $"Host=127.0.0.1;Port={ports[0]};Username=postgres;Database=postgres;Maximum Pool Size={Connections};Max Auto Prepare=8");
            var server = await BenchServer.StartAsync(
                "mingjian.dll", ports[1],
                [Command, "--port", ports[1].ToString(CultureInfo.InvariantCulture), "--database", database], cancellationToken);
            return new BenchPeer(postgres, server);
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
