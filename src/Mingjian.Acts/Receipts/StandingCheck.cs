using System.Globalization;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>What a standing has to be about.</summary>
/// <param name="Payment">The receipt's payment.</param>
/// <param name="Index">Of its entry.</param>
/// <param name="Checkpoint">The receipt's own, checked already.</param>
internal sealed record StandingSubject(PaymentEntry Payment, long Index, Checkpoint Checkpoint);

/// <summary>The steps of <see cref="ReceiptSteps.Standing"/> for one standing.</summary>
/// <param name="Steps">All of them, in order.</param>
/// <param name="Standing">What they show; null when one failed.</param>
internal sealed record StandingCheck(IReadOnlyList<VerificationStep> Steps, ReceiptStanding? Standing)
{
    public bool Holds => Standing is not null;

    /// <summary>Checks a fetched standing's text; a fault of its form counts to its first step.</summary>
    public static StandingCheck Run(ReadOnlySpan<byte> fresh, StandingSubject subject, TrustedNetwork network)
    {
        try
        {
            return Run(PaymentStanding.Parse(fresh), subject, network, isFresh: true);
        }
        catch (ReceiptFormatException e)
        {
            return new(
                [Finding.Failed(e.Message).As(ReceiptSteps.StandingSeal), .. ReceiptSteps.Standing.Skip(1).Select(ReceiptVerifier.NotReached)], null);
        }
    }

    /// <summary>Checks one standing.</summary>
    public static StandingCheck Run(PaymentStanding standing, StandingSubject subject, TrustedNetwork network, bool isFresh)
    {
        var walk = new Walk(standing, subject, network, isFresh);
        var steps = new List<VerificationStep>(ReceiptSteps.Standing.Count);
        foreach (var id in ReceiptSteps.Standing)
        {
            steps.Add(steps is [.., { Status: StepStatus.Failed or StepStatus.NotReached }] ? ReceiptVerifier.NotReached(id) : walk.Check(id).As(id));
        }

        return new(steps, walk.Outcome);
    }

    /// <summary>The steps when there is no standing that could be checked.</summary>
    public static IReadOnlyList<VerificationStep> Absent(string refusal, string? detail) =>
    [
        .. ReceiptSteps.Standing.Select(id => new Finding(
            StepStatus.Absent,
            id == ReceiptSteps.InForce ? $"此后是否冲正未检查。{refusal}" : "没有可以核验的状态证明。", id == ReceiptSteps.InForce ? detail : null).As(id)),
    ];

    /// <summary>With a word on a fresh standing that was not used, and marked when it is older than asked for.</summary>
    public StandingCheck With(string refusal, LedgerTime? notBefore)
    {
        var last = Steps[^1];
        var isStale = last.Status == StepStatus.Ok && notBefore is { } limit && Standing!.Time < limit;
        return this with
        {
            Steps =
            [
                .. Steps.SkipLast(1),
                last with
                {
                    Status = isStale ? StepStatus.Stale : last.Status,
                    Explanation = last.Explanation + (isStale ? $"这早于所要求的{Terms.Of(notBefore!.Value)}，此后是否冲正未检查。" : string.Empty) + refusal,
                },
            ],
        };
    }

    /// <summary>One check: each step leaves what later ones need.</summary>
    private sealed class Walk(PaymentStanding standing, StandingSubject subject, TrustedNetwork network, bool isFresh)
    {
        private SealEntry _seal = null!;
        private Checkpoint _checkpoint = null!;

        public ReceiptStanding? Outcome { get; private set; }

        public Finding Check(string step) => step switch
        {
            ReceiptSteps.StandingSeal => CheckSeal(),
            ReceiptSteps.StandingCheckpoint => CheckCheckpoint(),
            ReceiptSteps.StandingProof => CheckProof(),
            ReceiptSteps.InForce => CheckInForce(),
            _ => throw new InvalidOperationException($"No step {step}."),
        };

        private Finding CheckSeal()
        {
            if (Read(standing.Seal) is not SealEntry seal)
            {
                return Finding.Failed("状态证明里的账本记录不是区块封记。");
            }

            if (seal.Network != network.Network)
            {
                return Finding.Failed("状态证明属于另一个账本。", $"{seal.Network} / {network.Network}");
            }

            // A note's form was looked at when the standing was read.
            (_seal, _checkpoint) = (seal, Checkpoint.OfNote(standing.SealProof.Checkpoint)!);
            var detail = string.Create(
                CultureInfo.InvariantCulture,
                $"block {seal.Height}, seal {standing.SealProof.Index} of {_checkpoint.Size}, root {_checkpoint.Root}, state {seal.StateRoot}");
            if (seal.Height < subject.Payment.Entry.Height || standing.SealProof.Index <= subject.Index)
            {
                return Finding.Failed("状态证明早于这笔缴纳入账的区块。", detail);
            }

            // Written so that no number of an untrusted seal overflows.
            if (seal.Entries < 1 || seal.FirstIndex != standing.SealProof.Index - (seal.Entries - 1))
            {
                return Finding.Failed("状态证明里的封记不是它那个区块的最后一条记录。", detail);
            }

            return Merkle.VerifyInclusion(
                Merkle.HashLeaf(standing.Seal), standing.SealProof.Index, _checkpoint.Size, standing.SealProof.Path, _checkpoint.Root)
                ? Finding.Ok($"状态取自{Terms.Of(seal.Time)}第 {seal.Height} 区块，{(isFresh ? "是刚才联网取得的" : "由凭证文件自带")}。", detail)
                : Finding.Failed("状态证明里的区块封记与账本摘要对不上。", detail);
        }

        private Finding CheckCheckpoint()
        {
            // Read without fault before.
            SignedNote.TryParse(standing.SealProof.Checkpoint, out var note);
            var report = CheckpointReport.Of(note!, network);
            if (!report.Ok)
            {
                return Finding.Failed(report.Explanation, report.Detail);
            }

            return _checkpoint.Size == subject.Checkpoint.Size && _checkpoint.Root != subject.Checkpoint.Root
                ? Finding.Failed("状态证明的账本摘要与凭证的不一致：同一个账本出现了两份内容，请保留这份凭证并报告。", report.Detail)
                : Finding.Ok(report.Explanation, report.Detail);
        }

        private Finding CheckProof()
        {
            var key = DuesState.Payments.Key(subject.Payment.Payment).Path;
            if (!string.Equals(standing.Key, key, StringComparison.Ordinal))
            {
                return Finding.Failed("状态证明不是这笔缴纳的。", $"{standing.Key} / {key}");
            }

            var fault = standing.Proof.VerifyPresence(_seal.StateRoot, StateHash.PathOf(key), Hash32.Of(standing.Value));
            var detail = string.Create(CultureInfo.InvariantCulture, $"{key}, depth {standing.Proof.Depth}, root {_seal.StateRoot}");
            return fault switch
            {
                StateProofFault.None => Finding.Ok("账本在这个区块之后的状态里有这笔缴纳，与证明一致。", detail),
                StateProofFault.Kind => Finding.Failed("状态证明说账本里没有这笔缴纳，不能证明它有效。", $"{fault}; {detail}"),
                _ => Finding.Failed("状态证明与区块封记里的状态摘要对不上。", $"{fault}; {detail}"),
            };
        }

        private Finding CheckInForce()
        {
            PaymentRecord record;
            try
            {
                record = CanonicalJson.Decode(standing.Value, ContractsJson.For<PaymentRecord>());
            }
            catch (CanonicalJsonException e)
            {
                return Finding.Failed("状态里的缴纳记录无法读取。", e.Message);
            }

            if (!IsOf(record, subject.Payment.Event, subject.Payment.Total))
            {
                return Finding.Failed("状态里的缴纳记录与凭证的内容（金额、月份、党员或支部等）不一致。", standing.Key);
            }

            ReversalPlace? place = null;
            if (standing.Reversal is { } evidence && (record.Reversed is not { } given || (place = PlaceOf(evidence, given)) is null))
            {
                return Finding.Failed("状态证明所附的冲正记录不成立。", string.Create(CultureInfo.InvariantCulture, $"entry {evidence.Index}"));
            }

            Outcome = new ReceiptStanding(_seal.Height, _seal.Time, record.Reversed, place, record.Answer, record.Dispute, isFresh);
            return record.Reversed is null
                ? Finding.Ok($"{Outcome.AsOf}，这笔缴纳没有冲正。{Outcome.DisputeText}")
                : new(StepStatus.Reversed, $"这笔缴纳已经冲正（{Outcome.ReversalText}）。", standing.Key);
        }

        /// <summary>The reversal's place, or null when the entry is not what reversed this payment, or does not stand under the checkpoint.</summary>
        private ReversalPlace? PlaceOf(ReversalEvidence evidence, ReversalReason reason)
        {
            var reversed = new PaymentReversed(subject.Payment.Payment, subject.Payment.Member, subject.Payment.Branch, reason, default);
            return evidence.Index > subject.Index && evidence.Index < standing.SealProof.Index
                && Read(evidence.Entry) is TransactionEntry { Events: { } events } entry
                && events.Any(e => ReadReversal(e) == reversed)
                && Merkle.VerifyInclusion(
                    Merkle.HashLeaf(evidence.Entry), evidence.Index, _checkpoint.Size, evidence.Path, _checkpoint.Root)
                ? new ReversalPlace(entry.Height, evidence.Index, entry.Time)
                : null;
        }

        // Who reversed it is left out of the comparison: the record does not say.
        private static PaymentReversed? ReadReversal(EntryEvent happened)
        {
            try
            {
                return CommandRegistry.Events.TryGetValue(happened.Name, out var type) && type.Type == typeof(PaymentReversed)
                    ? ((PaymentReversed)happened.DecodeBody(type.Json)) with { By = default }
                    : null;
            }
            catch (CanonicalJsonException)
            {
                return null;
            }
        }

        private static LogEntry? Read(byte[] bytes)
        {
            try
            {
                return LogEntry.Decode(bytes);
            }
            catch (CanonicalJsonException)
            {
                return null;
            }
        }

        /// <summary>Everything that the record says of the payment itself; how it was answered or reversed comes later.</summary>
        private static bool IsOf(PaymentRecord record, DuesEvent happened, Amount total) => happened switch
        {
            PaymentRecorded e =>
                record.Payment == e.Payment && record.Member == e.Member && record.Branch == e.Branch && record.Collector == e.Collector
                && record.Date == e.Date && record.Method == e.Method && record.Payer == e.Payer && record.Basis == e.Basis
                && record.Items.SequenceEqual(e.Items.Select(i => new PaymentItem(i.Month, i.Amount)))
                && record.Total == total && record.Fund == DuesFund.Branch,
            VoluntaryPaymentRecorded e =>
                record.Payment == e.Payment && record.Member == e.Member && record.Branch == e.Branch && record.Collector == e.Collector
                && record.Date == e.Date && record.Method == e.Method && record.Basis is null && record.Items.Count == 0
                && record.Total == total && record.Fund == e.Fund,
            _ => false,
        };
    }
}
