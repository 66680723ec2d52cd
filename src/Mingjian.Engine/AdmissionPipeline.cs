using System.Collections.Concurrent;
using System.Threading.Channels;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine;

/// <summary>Checks submissions on all cores and hands them to the ordering in the order in which they came.</summary>
/// <remarks>
/// Every act is tried on the newest state before it is ordered, and what that refuses once more on the <see cref="Outlook"/>: so a refusal reaches the log
/// only where acts of other nodes, or of one ordering window, come in each other's way. Restarts of a height are exempt: they are judged in the order.
/// </remarks>
internal sealed class AdmissionPipeline(
    LedgerOptions options, ContractSet contracts, IKeyDirectory keys, ISignatureVerifier verifier, IBlockStore store,
    IOrdering ordering, TimeProvider clock, Func<PublishedHead> published, LedgerInstruments instruments, int self)
{
    // Enough to keep all cores busy, little enough that the first of a burst is not held up by the last.
    private const int MaxChunk = 512;

    private readonly TransactionReader _reader = new(options.Network, contracts);
    private readonly QuotaMeter _quota = new(options.Quota);
    private readonly Outlook _outlook = new(options.Network, contracts, keys, store, published, head => Now(clock, head), self);
    private readonly Channel<Submission> _queue = Channel.CreateBounded<Submission>(
        new BoundedChannelOptions(options.AdmissionQueueLength) { SingleReader = true });

    /// <summary>Acts that were handed to the ordering and have no outcome yet.</summary>
    public ConcurrentDictionary<Hash32, Submission> InFlight { get; } = new();

    /// <summary>Submissions that wait.</summary>
    public int Queued => _queue.Reader.Count;

    /// <summary>How long the oldest act without outcome has waited; zero when there is none.</summary>
    public TimeSpan LongestWait
    {
        get
        {
            var oldest = long.MaxValue;
            foreach (var (_, submission) in InFlight)
            {
                oldest = Math.Min(oldest, submission.Accepted);
            }

            return oldest == long.MaxValue ? TimeSpan.Zero : clock.GetElapsedTime(oldest);
        }
    }

    /// <summary>An act that this process admitted and that has no outcome yet, or null.</summary>
    public AdmittedTransaction? FindAdmitted(Hash32 transactionId) => InFlight.TryGetValue(transactionId, out var submission) ? submission.Admitted : null;

    /// <summary>Never blocks; a full queue is answered as busy.</summary>
    public Task<SubmitResult> Submit(SubmittedAct act)
    {
        var submission = new Submission(act) { Accepted = clock.GetTimestamp() };
        if (!_queue.Writer.TryWrite(submission))
        {
            Refuse(submission, AdmissionRejection.Busy.ToRefusal());
        }

        return submission.Answer;
    }

    /// <summary>Takes no more; <see cref="RunAsync"/> ends when what has come in is handed on.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync()
    {
        var chunk = new List<Submission>(MaxChunk);
        while (await _queue.Reader.WaitToReadAsync())
        {
            chunk.Clear();
            while (chunk.Count < MaxChunk && _queue.Reader.TryRead(out var submission))
            {
                chunk.Add(submission);
            }

            var head = published();
            if (chunk.Count == 1)
            {
                Check(chunk[0], head);
            }
            else
            {
                Parallel.For(0, chunk.Count, i => Check(chunk[i], head));
            }

            foreach (var submission in chunk)
            {
                HandOn(submission, head);
            }
        }

        ordering.Complete();
    }

    /// <summary>Fails what was handed on and takes no more. The ordering must have been completed before.</summary>
    public void Abandon(Exception error)
    {
        Complete();
        foreach (var (id, submission) in InFlight)
        {
            InFlight.TryRemove(id, out _);
            submission.Fail(error);
        }
    }

    private LedgerTime Now(PublishedHead head) => Now(clock, head);

    private static LedgerTime Now(TimeProvider clock, PublishedHead head)
    {
        var now = LedgerTime.From(clock.GetUtcNow());
        return now > head.Head.Time ? now : head.Head.Time;
    }

    /// <summary>Everything that needs no order; runs on any thread.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it belongs to whoever waits for this answer.")]
    private void Check(Submission submission, PublishedHead head)
    {
        try
        {
            submission.Refusal = TryAdmit(submission, head);
        }
        catch (Exception e)
        {
            submission.Fail(e);
        }
    }

    private AdmissionRejection? TryAdmit(Submission submission, PublishedHead head)
    {
        var protocol = keys.FindProtocol(head.State, head.Head.Height + 1);
        if (protocol > contracts.Highest)
        {
            return AdmissionRejection.UpgradeNeeded;
        }

        var fault = _reader.ReadFrame(submission.Act, out var frame);
        submission.TransactionId = frame.Id;
        if (fault is not null)
        {
            return fault;
        }

        if (store.FindTransaction(frame.Id) is not null)
        {
            return AdmissionRejection.Duplicate;
        }

        fault = TransactionReader.CheckValidity(frame.Payload.Expires, Now(head));
        if (fault is not null)
        {
            return fault;
        }

        fault = _reader.ReadCommand(frame, out var route, out var command);
        if (fault is not null)
        {
            return fault;
        }

        fault = TransactionReader.CheckProtocol(route!, protocol);
        if (fault is not null)
        {
            return fault;
        }

        var signers = frame.Signers();
        var sites = frame.Sites();
        fault = SignatureCheck.Resolve(keys, head.State, command!, signers, out var actors, head.NextNodes)
            ?? SignatureCheck.CheckSites(keys, head.State, command!, sites)
            ?? SignatureCheck.Verify(verifier, frame, actors);
        if (fault is not null)
        {
            return fault;
        }

        submission.Admitted = new AdmittedTransaction(frame.Id, frame.Bytes, route!, command!, frame.Payload.Expires, signers, head.Head.Height) { Sites = sites };
        submission.Actors = actors;
        submission.Maker = actors[Array.IndexOf(signers, frame.Payload.Signer)];
        if (IsTried(command!))
        {
            submission.Rejection = _outlook.Decide(submission, head.State, head).Rejection;
        }

        return null;
    }

    /// <summary>The part that keeps order: one thread, in the order of submission.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it belongs to whoever waits for this answer.")]
    private void HandOn(Submission submission, PublishedHead head)
    {
        if (submission.Answer.IsCompleted)
        {
            return;
        }

        if (submission.Refusal is { } refusal)
        {
            submission.Finish(Refused(submission, refusal));
            return;
        }

        try
        {
            var transaction = submission.Admitted!;
            if (InFlight.ContainsKey(transaction.Id))
            {
                AnswerWithFirst(submission);
            }
            else if (Try(submission, head) is { } rejection)
            {
                RefuseTried(submission, rejection);
            }
            else if (published() is var newest && !_quota.Allows(submission, newest.State, Now(newest)))
            {
                submission.Finish(Refused(submission, AdmissionRejection.QuotaExceeded));
            }
            else
            {
                Order(submission);
            }
        }
        catch (Exception e)
        {
            submission.Fail(e);
        }
    }

    private void Order(Submission submission)
    {
        var transaction = submission.Admitted!;
        InFlight[transaction.Id] = submission;
        if (!ordering.TrySubmit(transaction))
        {
            InFlight.TryRemove(transaction.Id, out _);
            submission.Finish(Refused(submission, AdmissionRejection.Busy));
            return;
        }

        _outlook.Add(submission);
        _quota.Count(submission);
        instruments.Took(QuotaMeter.ClassOf(submission), submission.Envelope.Length);
    }

    private bool IsTried(ICommand command) => options.TryBeforeOrdering && command is not IRestartsHeight;

    /// <summary>The refusal that remains when what is under way is looked at, too; or null.</summary>
    /// <param name="submission">Tried already on <paramref name="head"/>.</param>
    /// <param name="head">A block that may not be the newest any more.</param>
    private Rejection? Try(Submission submission, PublishedHead head)
    {
        if (!IsTried(submission.Admitted!.Command))
        {
            return null;
        }

        if (submission.Rejection is { } rejection)
        {
            return _outlook.IsEmpty && ReferenceEquals(published(), head) ? rejection : _outlook.Try(submission);
        }

        // Whoever has no post has no need of many acts at once; so nobody fills the log with acts that contradict each other.
        return _outlook.HasOther(submission) && !_quota.HoldsPost(submission.Maker!.Member!.Value, head.State, Now(head)) ? _outlook.Try(submission) : null;
    }

    /// <summary>An act that became final since it was looked for is refused by its own effects.</summary>
    private void RefuseTried(Submission submission, Rejection rejection)
    {
        if (store.FindTransaction(submission.TransactionId) is not null)
        {
            submission.Finish(Refused(submission, AdmissionRejection.Duplicate));
        }
        else
        {
            Refuse(submission, new Refusal(rejection.Code, rejection.Name));
        }
    }

    /// <summary>The same act is on its way already: its answer, marked as a duplicate.</summary>
    private void AnswerWithFirst(Submission second)
    {
        if (!InFlight.TryGetValue(second.TransactionId, out var first))
        {
            second.Finish(Refused(second, AdmissionRejection.Duplicate));
            return;
        }

        _ = first.Answer.ContinueWith(
            done =>
            {
                if (done.IsCompletedSuccessfully)
                {
                    second.Finish(done.Result.Height is null ? done.Result : done.Result with { Refusal = AdmissionRejection.Duplicate.ToRefusal() });
                }
                else
                {
                    second.Fail(done.Exception!.InnerException!);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Refuse(Submission submission, Refusal refusal)
    {
        instruments.Refused(refusal);
        submission.Refuse(refusal);
    }

    private SubmitResult Refused(Submission submission, AdmissionRejection reason)
    {
        var refusal = reason.ToRefusal();
        instruments.Refused(refusal);
        return SubmitResult.Refused(store, submission.TransactionId, refusal);
    }
}
