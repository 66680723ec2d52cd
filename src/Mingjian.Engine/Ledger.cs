using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>A running ledger of this process: admission, order, execution, log, state and store put together.</summary>
/// <remarks>
/// How a host opens one (the ledger owns store and ordering and disposes of them):
/// <code>
/// await using var ledger = Ledger.Open(
///     new LedgerOptions { Network = network },
///     RocksDbBlockStore.Open(Path.Combine(data, "ledger")),
///     new LocalOrdering(TimeProvider.System),
///     NodeKeys.LoadOrCreate(Path.Combine(data, "keys"), network),
///     new ContractSet(contracts), keyDirectory, new SignatureVerifier(new PlatformEcVerifier()), TimeProvider.System);
/// var result = await ledger.SubmitAsync(envelope, cancellationToken);
/// </code>
/// Submissions made one after another (awaited or not) are ordered in that order. When a contract throws or the store fails, the ledger
/// stops: <see cref="FinalLedger.Stopped"/> faults, as does everything that waits. A host watches <see cref="FinalLedger.Stopped"/> and ends the process.
/// </remarks>
public sealed class Ledger : FinalLedger
{
    // What was said is in the block after this one, or nearly; should it be lost, it is said again.
    private const int BlocksUntilSaidAgain = 32;

    private static readonly TimeSpan HeldWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PeerWait = TimeSpan.FromSeconds(1);

    private readonly IBlockStore _store;
    private readonly IOrdering _ordering;
    private readonly AdmissionPipeline _admission;
    private readonly BlockWriter _writer;
    private readonly Replica _replica;
    private readonly LedgerOptions _options;
    private readonly Mirror _mirror;
    private readonly Lock _turn = new();
    private readonly LedgerInstruments _instruments;
    private readonly int _self;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _announceFrom = 1;
    private volatile Exception? _fault;
    private int _disposed;

    private Ledger(
        LedgerOptions options, IBlockStore store, IOrdering ordering, ICheckpointSigner signer, ContractSet contracts,
        IKeyDirectory keys, ISignatureVerifier verifier, TimeProvider clock, BlockWriter writer)
        : base(options.Network, store, writer)
    {
        _instruments = new LedgerInstruments(options.Network, this);
        _options = options;
        _self = signer.Public.Number;
        _store = store;
        _ordering = ordering;
        _writer = writer;
        _clock = clock;
        ordering.Carry(contracts.Highest);
        _admission = new AdmissionPipeline(options, contracts, keys, verifier, store, ordering, clock, () => writer.Published, _instruments, _self);
        var batches = new BatchReader(options.Network, new TransactionReader(options.Network, contracts), keys, verifier, _admission.FindAdmitted, Task.Run);
        _replica = new Replica(
            writer, batches, signer, store.Records, clock, options.MaxTimeAhead,
            new ReplicaOutput(_admission, ordering as ISharedOrdering, _instruments, clock));
        _mirror = new Mirror(options.Network, writer, new PreparedLog(new EntryPreparer(new TransactionReader(options.Network, contracts), verifier)));
        foreach (var evidence in ReadEvidence())
        {
            _instruments.Accused(evidence);
        }

        _instruments.Observe(() => Status);
        _running = Task.WhenAll(Task.Run(AdmitAsync), Task.Run(WriteAsync));
    }

    /// <summary>Why the newest attempt to catch up from a peer failed, without any address; null when none has.</summary>
    public string? LastPeerFault { get; private set; }

    /// <summary>What nodes were caught at, as this node keeps it.</summary>
    public IReadOnlyList<Evidence> ReadEvidence() =>
        [.. _store.Records.ReadAll(Evidence.RecordPrefix).Select(r => Evidence.Decode(r.Value))];

    /// <summary>True after this node came to something else than the quorum: it votes no more, and reads go on.</summary>
    public bool IsHalted => _replica.IsHalted;

    /// <summary>How this node is, now.</summary>
    public LedgerStatus Status
    {
        get
        {
            var published = _writer.Published;
            var (head, members) = (published.Head, published.NextNodes);
            return new LedgerStatus(
                head, _self, _instruments.KnownHeight(members, head.Height), _replica.Hold, _admission.Queued,
                _admission.InFlight.Count, _admission.LongestWait, _instruments.Nodes(Network, members, head), LastPeerFault, Protocol, Carries);
        }
    }

    /// <summary>How far an act has come that this process took in, or that is final; null for any other.</summary>
    public ActStage? FindStage(Hash32 transactionId) => FindEntry(transactionId) is not null ? ActStage.Final
        : _admission.FindAdmitted(transactionId) is not { } admitted ? null
        : admitted.Position == 0 ? ActStage.Accepted : ActStage.Ordered;

    /// <summary>The height that is open, as this node sees it.</summary>
    public HeightStatus ReadOpenHeight()
    {
        lock (_turn)
        {
            return _replica.Status;
        }
    }

    /// <summary>
    /// Freezes this node at the open height: it gives no vote there in this epoch any more, nor after a start. First step of a restart of a height
    /// that stands still (docs/adr/0002); cannot be undone, and ends by itself with the height or with a new epoch.
    /// </summary>
    /// <param name="height">The height that the operator means.</param>
    /// <returns>What the organisation signs for in <c>nodes.RestartHeight</c>; null when another height is open by now, or no batch is due there.</returns>
    /// <exception cref="VotesUnknownException">The node was restored from an older copy and may have voted without knowing.</exception>
    public HeightStatement? Freeze(long height)
    {
        lock (_turn)
        {
            return Head.Height < height && _replica.Status.Height == height ? _replica.Freeze() : null;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<ActWord?> FindActAsync(Hash32 transactionId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(FindStage(transactionId) is { } stage ? new ActWord(stage, null) : null);

    /// <summary>Takes up the stored ledger, checks it against its newest seal and starts.</summary>
    /// <exception cref="StoreCorruptException">The store does not hold what its newest block says, or belongs to another network.</exception>
    public static Ledger Open(
        LedgerOptions options, IBlockStore store, IOrdering ordering, ICheckpointSigner signer, ContractSet contracts,
        IKeyDirectory keys, ISignatureVerifier verifier, TimeProvider clock)
    {
        if (signer.Network != options.Network)
        {
            throw new ArgumentException("The node's keys are of another network.", nameof(signer));
        }

        var writer = OpenStore(options, store, contracts, keys, options.Founders ?? new NodeSet([signer.Public]));
        return new Ledger(options, store, ordering, signer, contracts, keys, verifier, clock, writer);
    }

    /// <inheritdoc/>
    /// <remarks>After the ledger has stopped every answer is a <see cref="LedgerStoppedException"/>.</remarks>
    public override IReadOnlyList<Task<SubmitResult>> Submit(IReadOnlyList<SubmittedAct> acts)
    {
        var answers = new Task<SubmitResult>[acts.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Submit(acts[i]);
        }

        return answers;
    }

    private Task<SubmitResult> Submit(SubmittedAct act)
    {
        if (_fault is { } fault)
        {
            return Task.FromException<SubmitResult>(new LedgerStoppedException(fault));
        }

        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _admission.Submit(act);
    }

    /// <summary>Takes no more, finishes what has come in, closes the store.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _admission.Complete();
        if (_ordering is ISharedOrdering)
        {
            _stopping.CancelAfter(_options.StopWait);
        }

        await _running;
        await _ordering.DisposeAsync();
        EndFollowing(null);
        _stopping.Dispose();
        _instruments.Dispose();
        _store.Dispose();
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Any failure stops the ledger and is handed to everybody who waits.")]
    private async Task AdmitAsync()
    {
        try
        {
            await _admission.RunAsync();
        }
        catch (Exception e)
        {
            Stop(e);
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Any failure stops the ledger and is handed to everybody who waits.")]
    private async Task WriteAsync()
    {
        try
        {
            if (_ordering is ISharedOrdering shared)
            {
                var trace = await shared.TraceAsync(_stopping.Token);
                lock (_turn)
                {
                    _replica.Settle(trace);
                }
            }

            while (true)
            {
                try
                {
                    await FollowOrderAsync();
                    return;
                }
                catch (OrderCompactedException)
                {
                    await CatchUpAsync();
                }
            }
        }
        catch (OperationCanceledException) when (_disposed != 0)
        {
            // The node stops before all its acts are final; they may still become so.
            _admission.Abandon(new LedgerStoppedException(new TimeoutException("The node was stopped before the act was final.")));
        }
        catch (Exception e)
        {
            Stop(e);
        }
    }

    private async Task FollowOrderAsync()
    {
        var from = _writer.Position;
        do
        {
            from = await FollowOrderAsync(from);
        }
        while (from >= 0);
    }

    /// <returns>The position after which the order has to be read again; -1 when it has ended.</returns>
    private async Task<long> FollowOrderAsync(long position)
    {
        // Said at once, so that the others wait for this node before they remove anything.
        (_ordering as ISharedOrdering)?.Report(new OrderProgress(Head.Height, _writer.Position));
        Announce();
        await using var items = _ordering.FollowAsync(position, _stopping.Token).GetAsyncEnumerator(_stopping.Token);
        var next = items.MoveNextAsync().AsTask();
        while (true)
        {
            // A block that waits for this node's clock is looked at again without anything arriving.
            while (_replica.IsHeldByTime && await Task.WhenAny(next, Task.Delay(HeldWait, _clock)) != next)
            {
                lock (_turn)
                {
                    _replica.Tick();
                }
            }

            if (!await next)
            {
                return -1;
            }

            lock (_turn)
            {
                _replica.Take(items.Current);
                Announce();
                if (_replica.ReadAgainFrom is { } from)
                {
                    _replica.ReadAgain();
                    return from;
                }
            }

            next = items.MoveNextAsync().AsTask();
        }
    }

    /// <summary>A node whose program is another than the ledger says lets it know, though nobody has handed anything in.</summary>
    private void Announce()
    {
        if (Head.Height >= _announceFrom && _writer.CarriesNext && !_writer.IsStated(_self))
        {
            _announceFrom = Head.Height + BlocksUntilSaidAgain;
            _ordering.Announce();
        }
    }

    /// <summary>Mirrors the log from the first peer that has more of it, again and again until one has. A node that is halted, or has to be upgraded, executes nothing: it only waits.</summary>
    private async Task CatchUpAsync()
    {
        while (true)
        {
            foreach (var peer in IsHalted || !_writer.CarriesNext ? [] : _options.Peers())
            {
                DivergedException? diverged = null;
                await using (peer)
                {
                    try
                    {
                        lock (_turn)
                        {
                            _replica.StandAside();
                        }

                        if (await _mirror.RunAsync(peer, _stopping.Token) > 0)
                        {
                            return;
                        }
                    }
                    catch (DivergedException e)
                    {
                        Failed(e);
                        diverged = e;
                    }
                    catch (Exception e) when (IsPeersFault(e))
                    {
                        Failed(e);
                    }
                    finally
                    {
                        // A peer that fails in the middle has already given blocks.
                        lock (_turn)
                        {
                            _replica.Rebase();
                            if (diverged is not null)
                            {
                                _replica.Halt(diverged);
                            }
                        }
                    }

                    if (diverged is not null)
                    {
                        break;
                    }
                }
            }

            await Task.Delay(PeerWait, _clock, _stopping.Token);
        }
    }

    private void Failed(Exception fault)
    {
        LastPeerFault = PeerFaults.Describe(fault);
        _options.PeerFailed(fault);
    }

    /// <summary>Whatever a peer or the way to it does must not stop this node; a time limit of a request ends it with a cancellation.</summary>
    private bool IsPeersFault(Exception e) => e is AuditFaultException or ProtocolNotCarriedException or HttpRequestException or InvalidDataException or IOException
        || (e is OperationCanceledException && !_stopping.IsCancellationRequested);

    private void Stop(Exception error)
    {
        if (Interlocked.CompareExchange(ref _fault, error, null) is not null)
        {
            return;
        }

        var stopped = new LedgerStoppedException(error);
        _ordering.Complete();
        _admission.Abandon(stopped);
        _stopping.Cancel();
        EndFollowing(stopped);
    }
}

/// <summary>The ledger stopped, because going on could have harmed it; the inner exception says why.</summary>
public sealed class LedgerStoppedException(Exception inner) : Exception($"The ledger has stopped: {inner.Message}", inner);

/// <summary>Hands a replica's results to those who wait for them, and counts them.</summary>
internal sealed class ReplicaOutput(AdmissionPipeline admission, ISharedOrdering? shared, LedgerInstruments instruments, TimeProvider clock)
    : IReplicaOutput
{
    public void Publish(VoteMessage vote) => shared!.Publish(vote);

    public void Answer(IReadOnlyList<SubmitResult> answers)
    {
        foreach (var answer in answers)
        {
            if (admission.InFlight.TryRemove(answer.TransactionId, out var submission))
            {
                submission.Finish(answer);
                if (instruments.IsTimed)
                {
                    instruments.Took(clock.GetElapsedTime(submission.Accepted));
                }
            }
        }

        instruments.Answered(answers);
    }

    public void Report(OrderProgress progress)
    {
        instruments.BlockFinished();
        shared?.Report(progress);
    }

    public void Accuse(Evidence evidence) => instruments.Accused(evidence);

    public void Skipped(int node, BatchFault fault) => instruments.Skipped(node, fault);

    public void Voted(int node, long height) => instruments.Voted(node, height);
}
