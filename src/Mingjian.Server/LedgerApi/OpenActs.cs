using System.Collections.Concurrent;
using Mingjian.Acts.Messages;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Server.LedgerApi;

/// <summary>Acts whose submitters were told to ask again, and where any act stands.</summary>
/// <remarks>
/// Bounded: the oldest are forgotten, which loses nothing but the reason of a refusal before ordering. In memory alone: after a restart
/// what is final is found in the log, and what is not has to be submitted again, unchanged.
/// </remarks>
internal sealed class OpenActs(FinalLedger ledger)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<Hash32, Task<SubmitResult>> _acts = new();
    private readonly ConcurrentQueue<Hash32> _ages = new();

    /// <summary>Remembers an act that is still on its way, and says how far it has come.</summary>
    public async ValueTask<SubmissionResult> KeepAsync(SubmittedAct act, Task<SubmitResult> running)
    {
        if (act.Envelope is null)
        {
            // Still in the queue before admission, which will refuse it; there is no id to ask for.
            return Submissions.Describe(new SubmitResult(default, null, null, AdmissionRejection.MalformedEnvelope.ToRefusal()));
        }

        var id = act.Id;
        if (_acts.TryAdd(id, running))
        {
            _ages.Enqueue(id);
            while (_ages.Count > Most && _ages.TryDequeue(out var oldest))
            {
                _acts.TryRemove(oldest, out _);
            }
        }

        // Whoever asks sees the fault; an unobserved one must not be reported as such.
        _ = running.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return await ledger.FindActAsync(id, CancellationToken.None) is { } word ? Describe(id, word) : Open(id, ActStage.Accepted);
    }

    /// <summary>How an act stands, or null for one that this node does not know.</summary>
    /// <exception cref="LedgerStoppedException">The ledger has stopped while the act was on its way.</exception>
    public async Task<SubmissionResult?> FindAsync(Hash32 id)
    {
        if (ledger.FindEntry(id) is { } index && ledger.ReadEntry(index) is { } bytes)
        {
            switch (LogEntry.DecodeOwn(bytes))
            {
                case RefusalEntry refused when refused.Code.ToString() is var code:
                    return new SubmissionResult(id.ToString(), "refused", refused.Height, index, code, RejectionMessages.For(code).Text);
                case TransactionEntry done:
                    return new SubmissionResult(id.ToString(), "final", done.Height, index, null, null);
            }
        }

        if (_acts.TryGetValue(id, out var running) && running.IsCompleted)
        {
            return Submissions.Describe(await running);
        }

        return await ledger.FindActAsync(id, CancellationToken.None) is { } word ? Describe(id, word)
            : running is null ? null : Open(id, ActStage.Accepted);
    }

    private static SubmissionResult Describe(Hash32 id, ActWord word) => word.Refusal is { } refusal
        ? Submissions.Describe(new SubmitResult(id, null, null, refusal))
        : Open(id, word.Stage);

    private static SubmissionResult Open(Hash32 id, ActStage stage)
    {
        var (status, message) = stage switch
        {
            ActStage.Waiting => ("waiting", "本单位的节点暂时连不上，这一项还没有送到节点。网页服务器会一直重试，恢复后自动提交。请稍后查看结果，不要重复登记。"),
            ActStage.Accepted => ("accepted", "已经收到，正在提交到各节点。请稍后查看结果，不要重复登记。"),
            _ => ("ordered", "已经排定次序，正在等待足够多的节点确认。请稍后查看结果，不要重复登记。"),
        };
        return new SubmissionResult(id.ToString(), status, null, null, null, message, $"/api/v1/transactions/{id.ToHex()}");
    }
}
