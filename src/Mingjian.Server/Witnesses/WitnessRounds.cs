using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Mingjian.Engine;
using Mingjian.Engine.Store;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Witnesses;

/// <summary>Asks the configured witnesses for cosignatures, in the background and long after a block is final: nobody waits for them.</summary>
internal sealed partial class WitnessRounds : BackgroundService
{
    private readonly ILedger _ledger;
    private readonly WitnessedCheckpoint _witnessed;
    private readonly WitnessOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly WitnessClient[] _witnesses;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentSince = new(StringComparer.Ordinal);

    /// <exception cref="OptionsValidationException">A key that is no witness's, or an address that is none.</exception>
    public WitnessRounds(ILedger ledger, WitnessedCheckpoint witnessed, ServerOptions options, TimeProvider clock, ILogger<WitnessRounds> logger)
    {
        _ledger = ledger;
        _witnessed = witnessed;
        _options = options.Witnesses;
        _clock = clock;
        _logger = logger;
        _witnesses = [.. _options.Ask.Select(Open)];
        if (_witnesses.Length > 0 && (_options.Quorum > _witnesses.Length || _witnesses.DistinctBy(w => w.Key).Count() != _witnesses.Length))
        {
            throw Refuse("Mingjian:Witnesses: every key once, and no larger Quorum than there are witnesses.");
        }
    }

    /// <summary>For how long each witness has not given what it was asked for; zero when it has, or was not asked yet.</summary>
    public IReadOnlyList<(string Name, TimeSpan Silence)> Silences =>
        [.. _witnesses.Select(w => (w.Key.Name, _silentSince.TryGetValue(w.Key.Name, out var since) ? _clock.GetUtcNow() - since : TimeSpan.Zero))];

    public override void Dispose()
    {
        foreach (var witness in _witnesses)
        {
            witness.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_witnesses.Length == 0)
        {
            return;
        }

        try
        {
            // The newest head each time: what became final meanwhile is covered by it.
            for (var next = Math.Max(1, _ledger.Head.Height); !stoppingToken.IsCancellationRequested;)
            {
                await foreach (var _ in _ledger.FollowAsync(next, stoppingToken))
                {
                    break;
                }

                var head = _ledger.Head;
                next = await RunAsync(head, stoppingToken) ? head.Height + 1 : head.Height;
                await Task.Delay(_options.Interval, _clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>True when enough witnesses have cosigned; else the same head, or a newer one, is tried again.</summary>
    private async Task<bool> RunAsync(LedgerHead head, CancellationToken cancellationToken)
    {
        if (head.Size == 0 || SignedNote.TryParse(head.Checkpoint, out var note) != NoteFault.None)
        {
            return false;
        }

        var answers = await Task.WhenAll(_witnesses.Select(w => AskAsync(w, note!, head.Size, cancellationToken)));
        var cosignatures = answers.OfType<NoteSignature>().ToList();
        if (cosignatures.Count < _options.Quorum)
        {
            LogFew(head.Height, cosignatures.Count, _options.Quorum);
            return false;
        }

        _witnessed.Newest = new SignedNote(note!.Text, [.. note.Signatures, .. cosignatures]);
        return true;
    }

    private async Task<NoteSignature?> AskAsync(WitnessClient witness, SignedNote note, long size, CancellationToken cancellationToken)
    {
        try
        {
            var cosignature = await witness.AskAsync(note, size, _ledger.ProveConsistency, cancellationToken);
            _silentSince.TryRemove(witness.Key.Name, out _);
            return cosignature;
        }
        catch (WitnessException e)
        {
            LogRefused(witness.Key.Name, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(witness.Key.Name, e.Message);
        }

        _silentSince.TryAdd(witness.Key.Name, _clock.GetUtcNow());
        return null;
    }

    private static WitnessClient Open(WitnessAddress address) =>
        address.Url is { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", UserInfo: "" }
        && (address.Url.Scheme == "https" || address.Url.IsLoopback)
        && NoteKey.TryParse(address.Key, out var key) && key!.Type == NoteKeyType.Cosignature
            ? new WitnessClient(address.Url, key)
            : throw Refuse($"Mingjian:Witnesses:Ask: {address.Url} must be https (or on loopback), and its key a vkey of type cosignature.");

    private static OptionsValidationException Refuse(string message) => new(ServerOptions.Section, typeof(WitnessOptions), [message]);

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "Witness {Witness} cannot be reached: {Error}")]
    private partial void LogUnreachable(string witness, string error);

    [LoggerMessage(EventId = 31, Level = LogLevel.Warning, Message = "Witness {Witness} does not cosign: {Error}")]
    private partial void LogRefused(string witness, string error);

    [LoggerMessage(EventId = 32, Level = LogLevel.Warning, Message = "Block {Height} was cosigned by {Count} witnesses, {Quorum} are wanted; asking again.")]
    private partial void LogFew(long height, int count, int quorum);
}
