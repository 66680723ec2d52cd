using System.Collections.Concurrent;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Store;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>A whole copy of the ledger in a process without a node: it follows its node's public log and hands acts on to it.</summary>
/// <remarks>
/// It has no order, no keys and no ballot, so it cannot vote. Every block is taken over as by a node that catches up: found final by the nodes of its
/// time, executed again and compared byte for byte. An act counts as final only once this copy holds its block. While the node is out of reach,
/// reads go on and acts are kept and handed on again and again; the same act twice is harmless, because its id is the same.
/// </remarks>
public sealed class LedgerCopy : FinalLedger
{
    /// <summary>Acts kept at once, all together; beyond it they are refused as busy.</summary>
    public const int MostActs = 16_384;

    /// <summary>Bytes of these.</summary>
    public const long MostBytes = 64 << 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShelfPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly LedgerOptions _options;
    private readonly IBlockStore _store;
    private readonly BlockWriter _writer;
    private readonly INodeLink _node;
    private readonly IActShelf? _shelf;
    private readonly Mirror _mirror;
    private readonly TransactionReader _reader;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Hash32, KeptAct> _acts = new();
    private readonly Task _running;
    private long _bytes;
    private int _forwarding;
    private volatile CopyStatus _status = new(false, 0, null, null, 0);
    private int _disposed;

    private LedgerCopy(
        LedgerOptions options, IBlockStore store, BlockWriter writer, INodeLink node, ContractSet contracts, ISignatureVerifier verifier, TimeProvider clock,
        IActShelf? shelf)
        : base(options.Network, store, writer)
    {
        _options = options;
        _store = store;
        _writer = writer;
        _node = node;
        _clock = clock;
        _reader = new TransactionReader(options.Network, contracts);
        _mirror = new Mirror(options.Network, writer, new PreparedLog(new EntryPreparer(_reader, verifier)));
        _shelf = shelf;
        _running = Task.WhenAll(Task.Run(RunAsync), shelf is null ? Task.CompletedTask : Task.Run(() => ClearShelfAsync(shelf)));
    }

    /// <summary>How the way to the node is.</summary>
    public CopyStatus Status => _status with { Waiting = _acts.Count };

    /// <summary>Takes up the stored copy, checks it against its newest seal and starts; the node need not be there.</summary>
    /// <param name="options">With the founders: they are what everything is judged by.</param>
    /// <param name="shelf">Null = acts that wait for the node are in this process's memory alone.</param>
    /// <exception cref="StoreCorruptException">The store does not hold what its newest block says, or belongs to another network.</exception>
    public static LedgerCopy Open(
        LedgerOptions options, IBlockStore store, INodeLink node, ContractSet contracts, IKeyDirectory keys, ISignatureVerifier verifier, TimeProvider clock,
        IActShelf? shelf = null) =>
        new(
            options, store,
            OpenStore(options, store, contracts, keys, options.Founders ?? throw new ArgumentException("A copy needs the founders.", nameof(options))),
            node, contracts, verifier, clock, shelf);

    /// <inheritdoc/>
    /// <remarks>
    /// What cannot be read, or is final already, is refused here; everything else is the node's to judge. Order is kept within one call: what later
    /// calls bring may overtake it.
    /// </remarks>
    public override IReadOnlyList<Task<SubmitResult>> Submit(IReadOnlyList<SubmittedAct> acts) => Submit(acts, isShelved: false);

    private Task<SubmitResult>[] Submit(IReadOnlyList<SubmittedAct> acts, bool isShelved)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var answers = new Task<SubmitResult>[acts.Count];
        var fresh = new List<KeptAct>();
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Take(acts[i], fresh, isShelved);
        }

        if (fresh.Count > 0)
        {
            Interlocked.Increment(ref _forwarding);
            _ = Task.Run(() => ForwardAsync(fresh));
        }

        return answers;
    }

    /// <inheritdoc/>
    public override bool TakesActs => _status.IsInTouch && _writer.CarriesNext;

    /// <inheritdoc/>
    public override async ValueTask<ActWord?> FindActAsync(Hash32 transactionId, CancellationToken cancellationToken)
    {
        if (FindEntry(transactionId) is not null)
        {
            return new ActWord(ActStage.Final, null);
        }

        if (_status.IsInTouch)
        {
            try
            {
                if (await _node.FindAsync(transactionId, cancellationToken) is { } word)
                {
                    // Final by the node's word alone is not final here yet.
                    return word is { Stage: ActStage.Final, Refusal: null } ? word with { Stage = ActStage.Ordered } : word;
                }
            }
            catch (NodeUnreachableException)
            {
                // As if it had not been asked.
            }
        }

        return _acts.ContainsKey(transactionId) || (_shelf is not null && await _shelf.HasAsync(transactionId, cancellationToken))
            ? new ActWord(ActStage.Waiting, null)
            : null;
    }

    /// <summary>Leaves acts without outcome to their submitters and closes the store.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _running;
        while (Volatile.Read(ref _forwarding) > 0)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        EndFollowing(null);
        _stopping.Dispose();
        _store.Dispose();
    }

    private Task<SubmitResult> Take(SubmittedAct submitted, List<KeptAct> fresh, bool isShelved)
    {
        if (!_writer.CarriesNext)
        {
            return Task.FromResult(new SubmitResult(default, null, null, AdmissionRejection.UpgradeNeeded.ToRefusal()));
        }

        if (_reader.ReadFrame(submitted, out var frame) is { } fault)
        {
            return Task.FromResult(new SubmitResult(frame.Id, null, null, fault.ToRefusal()));
        }

        if (_store.FindTransaction(frame.Id) is not null)
        {
            if (isShelved)
            {
                Forget(frame.Id);
            }

            return Task.FromResult(SubmitResult.Refused(_store, frame.Id, AdmissionRejection.Duplicate.ToRefusal()));
        }

        var act = new KeptAct(frame.Id, submitted.Bytes) { IsShelved = isShelved };
        var known = _acts.GetOrAdd(frame.Id, act);
        if (known != act)
        {
            return known.Answer.Task;
        }

        if (_acts.Count > MostActs || Interlocked.Add(ref _bytes, submitted.Bytes.Length) > MostBytes)
        {
            Settle(act, new SubmitResult(act.Id, null, null, AdmissionRejection.Busy.ToRefusal()));
        }
        else
        {
            fresh.Add(act);
        }

        return act.Answer.Task;
    }

    private void Settle(KeptAct act, SubmitResult result)
    {
        if (_acts.TryRemove(new KeyValuePair<Hash32, KeptAct>(act.Id, act)))
        {
            Interlocked.Add(ref _bytes, -act.Envelope.Length);
        }

        if (act.IsShelved)
        {
            Forget(act.Id);
        }

        act.Answer.TrySetResult(result);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it belongs to whoever waits for these acts.")]
    private async Task ForwardAsync(List<KeptAct> open)
    {
        try
        {
            await HandOnAsync(open);
        }
        catch (Exception e)
        {
            var stopped = new LedgerStoppedException(
                _stopping.IsCancellationRequested ? new TimeoutException("The process was stopped before the act was final.") : e);
            foreach (var act in open)
            {
                _acts.TryRemove(act.Id, out _);
                act.Answer.TrySetException(stopped);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _forwarding);
        }
    }

    /// <summary>Until every act is in this copy or refused by the node: hands on, looks, asks, and hands on again what the node has lost.</summary>
    private async Task HandOnAsync(List<KeptAct> open)
    {
        var backoff = new Backoff(FirstPause, LongestPause, _clock);
        while (open.Count > 0)
        {
            try
            {
                var sent = open.Where(a => !a.IsTaken).ToList();
                if (sent.Count > 0)
                {
                    var wasSent = sent.ConvertAll(a => a.WasSent);
                    sent.ForEach(a => a.WasSent = true);
                    var results = await _node.SubmitAsync([.. sent.Select(a => a.Envelope)], _stopping.Token);
                    for (var i = 0; i < sent.Count; i++)
                    {
                        Heard(sent[i], results[i], wasSent[i]);
                    }
                }

                await WaitForBlocksAsync(open);
                foreach (var act in open.Where(a => a.IsTaken))
                {
                    // Only asked for what stands still: ordinarily the block is there by now.
                    if (await _node.FindAsync(act.Id, _stopping.Token) is not { } word)
                    {
                        act.IsTaken = false;
                    }
                    else if (word.Refusal is { } refusal)
                    {
                        Settle(act, new SubmitResult(act.Id, null, null, refusal));
                    }
                }

                backoff.Reset();
            }
            catch (NodeUnreachableException)
            {
                SettleFinal(open);
                await ShelveAsync(open);
                await backoff.WaitAsync(_stopping.Token);
            }
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Without the shelf the act is kept in memory, as it is anyway.")]
    private async Task ShelveAsync(List<KeptAct> open)
    {
        foreach (var act in open.Where(a => _shelf is not null && !a.IsShelved))
        {
            try
            {
                await _shelf!.KeepAsync(act.Id, act.Envelope, _stopping.Token);
                act.IsShelved = true;
            }
            catch (Exception) when (!_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Takes an act off the shelf, whenever that is done: left there, it is handed on once more and found to be a duplicate.</summary>
    private void Forget(Hash32 id) => _ = _shelf!.DropAsync(id, CancellationToken.None).ContinueWith(
        static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Hands on what other processes have left, again and again: they may have died with it, and the same act twice is harmless.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "A shelf that fails is looked at again.")]
    private async Task ClearShelfAsync(IActShelf shelf)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(ShelfPause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (_status.IsInTouch && !_stopping.IsCancellationRequested && await shelf.ReadAsync(_stopping.Token) is { Count: > 0 } left)
                {
                    Submit([.. left.Select(e => new SubmittedAct(e))], isShelved: true);
                }
            }
            catch (Exception)
            {
                // The database is away, or the process stops.
            }
        }
    }

    private void Heard(KeptAct act, SubmitResult? result, bool isRepeated)
    {
        // A full queue is no answer for ever, and a duplicate of what was handed on before is this very act.
        act.IsTaken = result?.Refusal is not { } refusal || !IsBusy(refusal);
        if (act.IsTaken && result is { Refusal: { } known } && (IsDuplicate(known) ? !isRepeated : result.Height is null))
        {
            Settle(act, result);
        }
    }

    private static bool IsBusy(Refusal refusal) => string.Equals(refusal.Code, AdmissionRejection.Busy.ToRefusal().Code, StringComparison.Ordinal);

    private static bool IsDuplicate(Refusal refusal) => string.Equals(refusal.Code, AdmissionRejection.Duplicate.ToRefusal().Code, StringComparison.Ordinal);

    /// <summary>Until all acts are settled, or for <see cref="LookAgain"/>.</summary>
    private async Task WaitForBlocksAsync(List<KeptAct> open)
    {
        using var limit = new CancellationTokenSource(LookAgain, _clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        while (true)
        {
            var published = _writer.Published;
            SettleFinal(open);
            if (open.Count == 0 || limit.IsCancellationRequested)
            {
                return;
            }

            await published.Replaced.Task.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stopping.Token.ThrowIfCancellationRequested();
        }
    }

    private void SettleFinal(List<KeptAct> open)
    {
        foreach (var act in open)
        {
            if (!act.Answer.Task.IsCompleted && FindEntry(act.Id) is { } index)
            {
                var result = LogEntry.DecodeOwn(ReadEntry(index)!) switch
                {
                    RefusalEntry refused => new SubmitResult(act.Id, refused.Height, index, new Refusal(refused.Code.ToString(), string.Empty)),
                    TransactionEntry done => new SubmitResult(act.Id, done.Height, index, null),
                    _ => throw new StoreCorruptException($"entry {index}", "the transaction index leads to a seal."),
                };
                Settle(act, result);
            }
        }

        open.RemoveAll(a => a.Answer.Task.IsCompleted);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Any failure of the own store stops the copy and is handed to everybody who waits.")]
    private async Task RunAsync()
    {
        try
        {
            await FollowNodeAsync();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process stops.
        }
        catch (Exception e)
        {
            EndFollowing(new LedgerStoppedException(e));
            await _stopping.CancelAsync();
        }
    }

    private void Failed(Exception fault, bool isInTouch)
    {
        _status = _status with { IsInTouch = isInTouch, Fault = PeerFaults.Describe(fault) };
        _options.PeerFailed(fault);
    }

    private async Task FollowNodeAsync()
    {
        var backoff = new Backoff(FirstPause, LongestPause, _clock);
        while (true)
        {
            try
            {
                var height = await _node.WaitAsync(Head.Height, _stopping.Token);
                _status = new CopyStatus(true, height, _clock.GetUtcNow(), _status.Fault, 0);
                if (height < Head.Height)
                {
                    throw new InvalidDataException($"The node ends at block {height}, this copy of its ledger at {Head.Height}: was the node restored from an older backup?");
                }

                if (height > Head.Height)
                {
                    await using var log = _node.OpenLog();
                    await _mirror.RunAsync(log, _stopping.Token);
                }

                _status = _status with { Fault = null };
                backoff.Reset();
                continue;
            }
            catch (Exception e) when (e is NodeUnreachableException or HttpRequestException || (e is OperationCanceledException && !_stopping.IsCancellationRequested))
            {
                Failed(e, isInTouch: false);
            }
            catch (Exception e) when (e is AuditFaultException or ProtocolNotCarriedException or DivergedException or InvalidDataException or IOException)
            {
                Failed(e, _status.IsInTouch);
            }

            await backoff.WaitAsync(_stopping.Token);
        }
    }

    private sealed class KeptAct(Hash32 id, ReadOnlyMemory<byte> envelope)
    {
        public Hash32 Id { get; } = id;

        public ReadOnlyMemory<byte> Envelope { get; } = envelope;

        public TaskCompletionSource<SubmitResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The node may have it: a duplicate is then this very act.</summary>
        public bool WasSent { get; set; }

        /// <summary>On the shelf, too.</summary>
        public bool IsShelved { get; set; }

        /// <summary>The node holds it, by its own word.</summary>
        public bool IsTaken { get; set; }
    }
}

/// <summary>How a copy and its node are in touch.</summary>
/// <param name="IsInTouch">The newest question was answered.</param>
/// <param name="NodeHeight">The node's newest block, as far as known.</param>
/// <param name="LastContact">Null before the first answer.</param>
/// <param name="Fault">Why the copy does not follow, in English and without any address; null when it does.</param>
/// <param name="Waiting">Acts without outcome.</param>
public sealed record CopyStatus(bool IsInTouch, long NodeHeight, DateTimeOffset? LastContact, string? Fault, int Waiting);
