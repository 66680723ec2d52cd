using System.Diagnostics.CodeAnalysis;
using Mingjian.Engine;
using Mingjian.Storage.Sql;
using Npgsql;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Whose turn it is to keep the read models up, where several processes share them: whoever holds PostgreSQL's lock.</summary>
/// <remarks>
/// The lock is a connection's and goes with it, so a process that is killed has lost it at once, and a machine that has lost power within half a
/// minute, when PostgreSQL notices. Nothing rests on there being one holder: each block is applied under a lock of its own (<see cref="Projector"/>).
/// </remarks>
[SuppressMessage("Usage", "CA2213", Justification = "ReleaseAsync disposes of the connection.")]
internal sealed class ProjectionTurn(SqlSettings sql, INodeLink node, TimeProvider time) : IAsyncDisposable
{
    private const long Lock = 0x4d4a_7072_6f6a_6563;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private NpgsqlConnection? _connection;

    public bool IsHeld { get; private set; }

    /// <summary>Takes the turn if nobody has it.</summary>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(sql.ConnectionString)
            {
                Pooling = false,
                Options = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
            }.ToString());
            await _connection.OpenAsync(cancellationToken);
        }

        return IsHeld = await AskAsync($"SELECT pg_try_advisory_lock({Lock})", cancellationToken) is true;
    }

    /// <summary>Runs until the turn is lost or the token asks it to stop; throws when the connection is gone.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Beat, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellationToken.IsCancellationRequested)
            {
                await AskAsync("SELECT true", CancellationToken.None);
            }
        }
    }

    /// <summary>Leaves the turn to others.</summary>
    public async Task ReleaseAsync()
    {
        IsHeld = false;
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    /// <summary>The newest block of the node itself: no table can be ahead of it, unless it is another ledger's.</summary>
    public Task<long> ReadNodeHeightAsync(CancellationToken cancellationToken) => node.WaitAsync(-1, cancellationToken);

    public async ValueTask DisposeAsync() => await ReleaseAsync();

    [SuppressMessage("Security", "CA2100", Justification = "Only constants.")]
    private async Task<object?> AskAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, _connection) { CommandTimeout = 10 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
