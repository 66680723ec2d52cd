using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Session;
using Mingjian.Slices.Explorer;

namespace Mingjian.Server.LedgerApi;

/// <summary>One event of a live update stream; which fields are set depends on its kind.</summary>
/// <param name="Height">Of a head, or of the block that holds an act.</param>
/// <param name="TransactionId">Of an act, hexadecimal as it was asked for.</param>
/// <param name="Status">Of an act: <c>waiting</c>, <c>accepted</c>, <c>ordered</c>, <c>final</c>, <c>refused</c> or <c>unknown</c>.</param>
/// <param name="Message">Why an act was refused, for people.</param>
internal sealed record LiveUpdate(
    long? Height = null, long? Size = null, string? Root = null, string? Time = null, string? TransactionId = null, string? Status = null,
    string? Code = null, string? Message = null);

/// <summary>Opens live update streams, as many as the limits allow.</summary>
internal sealed class LiveStreams(
    ILedger ledger, OpenActs acts, SessionManager sessions, ServerOptions options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>Most acts that one stream follows.</summary>
    public const int MostActs = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, int> _open = [];

    /// <summary>Streams open now.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _open.Values.Sum();
            }
        }
    }

    /// <summary>A stream for whoever is signed in, or null when all are taken.</summary>
    public async ValueTask<LiveStream?> TryOpenAsync(ClaimsPrincipal user, IReadOnlyList<Hash32> followed, CancellationToken cancellationToken)
    {
        if (await sessions.CheckAsync(user, cancellationToken) is not { } session)
        {
            return null;
        }

        lock (_gate)
        {
            var own = _open.GetValueOrDefault(session.Member);
            if (own >= options.Limits.StreamsPerPerson || _open.Values.Sum() >= options.Limits.Streams)
            {
                return null;
            }

            _open[session.Member] = own + 1;
        }

        return new LiveStream(ledger, acts, followed, clock, IsSignedInAsync, IsOwn, () => Close(session.Member), lifetime.ApplicationStopping);

        bool IsOwn(long index) => EntrySight.Concerns(ledger, session.Member, LedgerTime.From(clock.GetUtcNow()).BeijingDate, index);

        async ValueTask<bool> IsSignedInAsync(CancellationToken cancelled) => await sessions.CheckAsync(user, cancelled) is not null;
    }

    private void Close(MemberId member)
    {
        lock (_gate)
        {
            if (--_open[member] == 0)
            {
                _open.Remove(member);
            }
        }
    }
}

/// <summary>One live update stream; ends with the request, the session or the server.</summary>
internal sealed class LiveStream(
    ILedger ledger, OpenActs acts, IReadOnlyList<Hash32> followed, TimeProvider clock, Func<CancellationToken, ValueTask<bool>> isSignedIn,
    Func<long, bool> isOwn, Action closed, CancellationToken stopping)
{
    /// <summary>Keeps proxies from closing a quiet connection, and notices the end of the session.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>How soon an act's next stage is seen while no block comes.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Hash32, string> _stages = [];

    public async IAsyncEnumerable<SseItem<LiveUpdate>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        var head = ledger.Head;
        await using var blocks = ledger.FollowAsync(head.Height + 1, ending.Token).GetAsyncEnumerator(ending.Token);
        var next = blocks.MoveNextAsync().AsTask();
        try
        {
            yield return Item("head", new LiveUpdate(head.Height, head.Size, head.Root.ToString(), head.Time.ToString()), head.Height);
            var beat = clock.GetTimestamp();
            while (true)
            {
                foreach (var change in await LookAsync())
                {
                    yield return Item("act", change);
                }

                var isOpen = followed.Any(id => _stages[id] is not ("final" or "refused"));
                switch (await WaitAsync(next, isOpen ? Look : Beat, ending.Token))
                {
                    case true:
                        var block = blocks.Current;
                        yield return Item(
                            "head", new LiveUpdate(block.Height, block.FirstIndex + block.Entries, block.Root.ToString(), block.Time.ToString()), block.Height);
                        next = blocks.MoveNextAsync().AsTask();
                        break;
                    case false:
                        yield break;
                }

                if (clock.GetElapsedTime(beat) >= Beat)
                {
                    if (!await isSignedIn(ending.Token))
                    {
                        yield break;
                    }

                    beat = clock.GetTimestamp();
                    yield return Item("beat", new LiveUpdate());
                }
            }
        }
        finally
        {
            closed();
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True when a block is there, false when there will be none, null when only time has passed.</summary>
    private async Task<bool?> WaitAsync(Task<bool> next, TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            return await next.WaitAsync(time, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            // The end of a stream is no fault.
            return false;
        }
    }

    private async Task<List<LiveUpdate>> LookAsync()
    {
        var changes = new List<LiveUpdate>();
        foreach (var id in followed)
        {
            var stage = _stages.GetValueOrDefault(id);
            if (stage is "final" or "refused")
            {
                continue;
            }

            // An act that is nothing to whoever listens is told of like one that does not exist.
            var act = await acts.FindAsync(id);
            if (act?.Index is { } index && !isOwn(index))
            {
                act = null;
            }

            var status = act?.Status ?? "unknown";
            if (status != stage)
            {
                _stages[id] = status;
                changes.Add(new LiveUpdate(act?.Height, TransactionId: id.ToHex(), Status: status, Code: act?.Code, Message: act?.Message));
            }
        }

        return changes;
    }

    private static SseItem<LiveUpdate> Item(string kind, LiveUpdate update, long? id = null) =>
        new(update, kind) { EventId = id?.ToString(CultureInfo.InvariantCulture) };
}
