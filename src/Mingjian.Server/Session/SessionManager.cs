using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Identity;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Session;

/// <summary>An open session whose key is bound to the member on the ledger now.</summary>
internal sealed record LiveSession(Hash32 Id, MemberId Member, KeyId Key, string Scheme);

/// <summary>A session has ended.</summary>
internal sealed class SessionEnded(Hash32 session) : EventArgs
{
    public Hash32 Session { get; } = session;
}

/// <summary>Opens, checks and ends sessions. Fails closed: whatever cannot be shown to hold ends the session.</summary>
/// <remarks>
/// A session is open while (1) its row is there and not ended, (2) neither the idle nor the absolute limit has passed, and (3) the
/// ledger's head says that its key is bound to its member and not revoked. (3) is looked up at every check.
/// </remarks>
internal sealed class SessionManager(
    IDbContextFactory<IdentityDatabase> database, ILedger ledger, ServerOptions options, TimeProvider clock)
{
    /// <summary>Claim with the random session id; the database has only its hash.</summary>
    public const string SessionClaim = "mj:session";

    // Writing every request's time would cost a disk sync each; the idle limit is minutes long.
    private static readonly TimeSpan SeenGrain = TimeSpan.FromMinutes(1);

    // Not where other processes open and end sessions, too: there the row is read each time.
    private readonly ConcurrentDictionary<Hash32, SessionRow>? _open = options.Role == ServerRole.Web ? null : new();

    private LedgerTime Now => LedgerTime.From(clock.GetUtcNow());

    /// <summary>Opens a session for a key that has just proved itself, or null when the ledger does not know the key as valid.</summary>
    public async Task<ClaimsPrincipal?> OpenAsync(KeyId key, CancellationToken cancellationToken)
    {
        if (ledger.ReadState().KeyRecord(key) is not { Revoked: null } record)
        {
            return null;
        }

        var secret = RandomNumberGenerator.GetBytes(32);
        var now = Now;
        var row = new SessionRow { Id = Hash32.Of(secret), Member = record.Member, Key = key, Opened = now, LastSeen = now };
        await using (var db = await database.CreateDbContextAsync(cancellationToken))
        {
            db.Sessions.Add(row);
            await db.SaveChangesAsync(cancellationToken);
        }

        Sweep(now);
        if (_open is not null)
        {
            _open[row.Id] = row;
        }

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, row.Member.ToString()), new Claim(SessionClaim, Base64Url.EncodeToString(secret))],
            SessionCookie.Scheme);
        return new ClaimsPrincipal(identity);
    }

    /// <summary>This session has ended, in this process.</summary>
    public event EventHandler<SessionEnded>? Ended;

    /// <summary>Whether a principal's session is this one.</summary>
    public static bool IsOf(ClaimsPrincipal principal, Hash32 session) => TryReadId(principal, out var id) && id == session;

    /// <summary>The session behind a principal, or null. Looking is no use of it.</summary>
    public ValueTask<LiveSession?> CheckAsync(ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        FindAsync(principal, isUse: false, cancellationToken);

    /// <summary>As <see cref="CheckAsync"/>, for something that a person has just done: the idle limit begins anew.</summary>
    public ValueTask<LiveSession?> UseAsync(ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        FindAsync(principal, isUse: true, cancellationToken);

    private async ValueTask<LiveSession?> FindAsync(ClaimsPrincipal? principal, bool isUse, CancellationToken cancellationToken)
    {
        if (!TryReadId(principal, out var id) || await FindAsync(id, cancellationToken) is not { } row)
        {
            return null;
        }

        var now = Now;
        var idle = now.Milliseconds - row.LastSeen.Milliseconds;
        if (row.Ended is not null || idle > options.Sessions.Idle.TotalMilliseconds
            || now.Milliseconds - row.Opened.Milliseconds > options.Sessions.Absolute.TotalMilliseconds
            || ledger.ReadState().KeyRecord(row.Key) is not { Revoked: null } key || key.Member != row.Member)
        {
            await EndAsync(id, cancellationToken);
            return null;
        }

        if (isUse && idle >= SeenGrain.TotalMilliseconds)
        {
            row.LastSeen = now;
            await NoteUseAsync(id, now, cancellationToken);
        }

        return new LiveSession(id, row.Member, row.Key, key.Key.Scheme);
    }

    private async Task NoteUseAsync(Hash32 id, LedgerTime now, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.Sessions.Where(s => s.Id == id && s.Ended == null)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.LastSeen, now), cancellationToken);
        }
        catch (Exception e) when (SqlFaults.IsDiskFull(e))
        {
            // Nobody is kept from reading for it. What is not noted can only end the session sooner.
        }
    }

    /// <summary>Ends the session behind a principal, if any.</summary>
    public async Task EndAsync(ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (TryReadId(principal, out var id))
        {
            await EndAsync(id, cancellationToken);
        }
    }

    // Keeps memory in proportion to the people at work; a swept session is only read from the database again, and then ends.
    private void Sweep(LedgerTime now)
    {
        foreach (var (id, row) in _open?.ToArray() ?? [])
        {
            if (now.Milliseconds - row.LastSeen.Milliseconds > options.Sessions.Idle.TotalMilliseconds)
            {
                _open!.TryRemove(id, out _);
            }
        }
    }

    private static bool TryReadId(ClaimsPrincipal? principal, out Hash32 id)
    {
        id = default;
        Span<byte> secret = stackalloc byte[32];
        if (principal?.FindFirst(SessionClaim)?.Value is not { Length: 43 } text
            || !Base64Url.TryDecodeFromChars(text, secret, out var written) || written != 32)
        {
            return false;
        }

        id = Hash32.Of(secret);
        return true;
    }

    private async ValueTask<SessionRow?> FindAsync(Hash32 id, CancellationToken cancellationToken)
    {
        if (_open?.GetValueOrDefault(id) is { } known)
        {
            return known;
        }

        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var row = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.Ended == null, cancellationToken);
        return row is null || _open is null ? row : _open.GetOrAdd(id, row);
    }

    private async Task EndAsync(Hash32 id, CancellationToken cancellationToken)
    {
        var now = Now;
        if (_open is not null && _open.TryRemove(id, out var row))
        {
            // Whoever holds the row already sees that it has ended.
            row.Ended = now;
        }

        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Sessions.Where(s => s.Id == id && s.Ended == null)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Ended, now), cancellationToken);
        Ended?.Invoke(this, new SessionEnded(id));
    }
}
