using System.Globalization;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Receipts;

/// <summary>Checks receipts step by step with nothing but the network's public keys: the same code on server, command line and browser.</summary>
/// <remarks>
/// The steps up to <c>holder</c> show that the receipt is unchanged since it was signed: the collector signed this very payment; the entry stands
/// in the network's log; the log's state was signed by the log and by a quorum of nodes, which executed the rules before signing; and the payment
/// fits the rule that it names. Whether it still counts is another matter, and needs a <see cref="PaymentStanding"/>: the report says as of which
/// block that was checked, or that it was not. Not shown: whether the collector held the post (the quorum vouches for that).
/// Safe for concurrent use.
/// </remarks>
/// <param name="curve">ECDSA of the platform, or BouncyCastle's in a browser.</param>
public sealed class ReceiptVerifier(IEcVerifier curve)
{
    private readonly SignatureVerifier _signatures = new(curve);

    /// <summary>Runs all steps up to the first that fails. Never throws for any bytes.</summary>
    /// <remarks>
    /// A standing that the receipt carries is part of it: when it does not hold, the receipt fails. A fresh one comes from whoever was asked: when
    /// it does not hold, it is not used, and <see cref="ReceiptReport.FreshFault"/> says so. Of two that hold the later counts; a reversal always does,
    /// because the rules know no way back from it.
    /// </remarks>
    /// <param name="receipt">Bytes of the file; never trusted.</param>
    /// <param name="network">The trust anchor.</param>
    /// <param name="demand">Null = <see cref="StandingDemand.None"/>.</param>
    public ReceiptReport Verify(ReadOnlySpan<byte> receipt, TrustedNetwork network, StandingDemand? demand = null)
    {
        var run = new Run(_signatures, network);
        var steps = new List<VerificationStep>(ReceiptSteps.All.Count);
        foreach (var id in ReceiptSteps.Genuine)
        {
            steps.Add(steps is [.., { Status: StepStatus.Failed or StepStatus.NotReached }] ? NotReached(id) : run.Check(id, receipt).As(id));
        }

        if (steps[^1].Status is StepStatus.Failed or StepStatus.NotReached)
        {
            return ReceiptReport.Of([.. steps, .. ReceiptSteps.Standing.Select(NotReached)], run.Contents, null, null);
        }

        var (found, standing, fault) = run.CheckStanding(demand ?? StandingDemand.None);
        return ReceiptReport.Of([.. steps, .. found], run.Contents, standing, fault);
    }

    internal static VerificationStep NotReached(string id) => new Finding(StepStatus.NotReached, "前面的步骤没有通过，没有进行这一步。", null).As(id);

    /// <summary>One verification: each step leaves what later ones need.</summary>
    private sealed class Run(SignatureVerifier signatures, TrustedNetwork network)
    {
        private ReceiptFile _receipt = null!;
        private TlogProof _proof = null!;
        private SignedNote _note = null!;
        private Checkpoint _checkpoint = null!;
        private PaymentEntry _payment = null!;

        public ReceiptContents? Contents { get; private set; }

        public Finding Check(string step, ReadOnlySpan<byte> receipt) => step switch
        {
            ReceiptSteps.Format => CheckFormat(receipt),
            ReceiptSteps.Entry => CheckEntry(),
            ReceiptSteps.Signature => CheckSignature(),
            ReceiptSteps.Inclusion => CheckInclusion(),
            ReceiptSteps.Checkpoint => CheckCheckpoint(),
            ReceiptSteps.Rule => CheckRule(),
            ReceiptSteps.Holder => CheckHolder(),
            _ => throw new InvalidOperationException($"No step {step}."),
        };

        /// <summary>The steps on how the payment stands, what they show, and at which step a fresh standing failed.</summary>
        public (IReadOnlyList<VerificationStep> Steps, ReceiptStanding? Standing, string? FreshFault) CheckStanding(StandingDemand demand)
        {
            var own = _receipt.Standing is { } carried ? StandingCheck.Run(carried, Subject(), network, isFresh: false) : null;
            var fresh = demand.Fresh is { Length: > 0 } bytes ? StandingCheck.Run(bytes, Subject(), network) : null;
            if (own is { Holds: false })
            {
                return (own.Steps, null, null);
            }

            var fault = fresh is { Holds: false } ? fresh.Steps.First(s => s.Status == StepStatus.Failed) : null;
            var refusal = fault is null ? string.Empty : $"联网取得的状态证明没有通过核验（{fault.Id}：{fault.Explanation}），没有采用。";
            var chosen = Choose(own, fresh is { Holds: true } ? fresh : null);
            return chosen is null
                ? (StandingCheck.Absent(refusal, fault?.Detail), null, fault?.Id)
                : (chosen.With(refusal, demand.NotBefore).Steps, chosen.Standing, fault?.Id);
        }

        private static StandingCheck? Choose(StandingCheck? own, StandingCheck? fresh) => (own?.Standing, fresh?.Standing) switch
        {
            (null, _) => fresh,
            (_, null) => own,
            ({ Reversal: not null }, { Reversal: null }) => own,
            ({ Reversal: null }, { Reversal: not null }) => fresh,
            var (a, b) => b.Height >= a.Height ? fresh : own,
        };

        private StandingSubject Subject() => new(_payment, _proof.Index, _checkpoint);

        private Finding CheckFormat(ReadOnlySpan<byte> bytes)
        {
            try
            {
                _receipt = ReceiptFile.Parse(bytes);
            }
            catch (ReceiptFormatException e)
            {
                return Finding.Failed(e.Message);
            }

            if (TlogProof.Parse(_receipt.Proof) is not { Extra: null } proof)
            {
                return Finding.Failed("凭证里的账本证明格式不对，可能被改动或截断。");
            }

            var fault = SignedNote.TryParse(proof.Checkpoint, out var note);
            if (note is null)
            {
                return Finding.Failed("凭证里的账本摘要格式不对，可能被改动或截断。", $"signed note: {fault}");
            }

            if (Checkpoint.Parse(note.Text) is not { Extensions.Count: 0 } checkpoint)
            {
                return Finding.Failed("凭证里的账本摘要格式不对，可能被改动或截断。", "not a checkpoint");
            }

            (_proof, _note, _checkpoint) = (proof, note, checkpoint);
            return _receipt.Encode().AsSpan().SequenceEqual(bytes)
                && string.Equals(_proof.ToString(), _receipt.Proof, StringComparison.Ordinal)
                && string.Equals(_note.ToString(), _proof.Checkpoint, StringComparison.Ordinal)
                ? Finding.Ok("文件格式正确，没有多余或缺少的内容。", $"{bytes.Length} bytes, {ReceiptFile.Header}")
                : Finding.Failed("文件里有多余的内容。");
        }

        private Finding CheckEntry()
        {
            try
            {
                _payment = PaymentEntry.Read(_receipt.Entry);
                var envelope = _payment.Entry.Envelope;
                var fault = Envelope.TryDecode(envelope.Encode(), out _);
                if (fault != EnvelopeFault.None)
                {
                    return Finding.Failed("账本记录里的签名信封格式不对。", $"envelope: {fault}");
                }

                if (TransactionPayload.TryDecode(envelope.Payload, out var payload) != PayloadFault.None || payload is null)
                {
                    return Finding.Failed("账本记录里的签名内容格式不对。");
                }

                if (!payload.IsSignedIn(envelope))
                {
                    return Finding.Failed("账本记录里没有经办人自己的签名。", $"no signature by {payload.Signer}");
                }

                if (payload.Network != network.Network)
                {
                    return Finding.Failed("这份凭证属于另一个账本，不是网络文件所指的账本。", $"{payload.Network} / {network.Network}");
                }

                if (_payment.Entry.Time >= payload.Expires || !Matches(CommandRegistry.Decode(payload), _payment.Event))
                {
                    return Finding.Failed("账本记录的结果与签名的内容不一致。");
                }
            }
            catch (ReceiptFormatException e)
            {
                return Finding.Failed(e.Message, e.InnerException?.Message);
            }
            catch (CanonicalJsonException e)
            {
                return Finding.Failed("账本记录无法读取，内容可能被改动过。", e.Message);
            }

            Contents = ReceiptContents.Of(_payment, _receipt.Holder?.Name, network.File);
            return Finding.Ok(
                $"{Contents.Title}：{Terms.Of(_payment.Date)}收款，合计 {Terms.Of(_payment.Total)}。",
                $"{_payment.Entry.Events[0].Name}, transaction {Contents.TransactionId}");
        }

        private Finding CheckSignature()
        {
            var envelope = _payment.Entry.Envelope;
            var actors = _payment.Entry.Actors;
            if (actors.Count != envelope.Signatures.Count)
            {
                return Finding.Failed("签名的个数与签名人不符。");
            }

            var pae = envelope.ToPae();
            for (var i = 0; i < actors.Count; i++)
            {
                var fault = signatures.Verify(pae, envelope.Signatures[i], actors[i].Key);
                if (fault != SignatureFault.None)
                {
                    return Finding.Failed("签名与内容不符：内容被改动过，或者不是这把密钥签的。", $"signature {i}: {fault}, key {actors[i].Key.Id}");
                }
            }

            if (!actors.Any(a => a.Member == _payment.Collector))
            {
                return Finding.Failed("签名的人不是记录里的收款人。", $"collector {_payment.Collector}");
            }

            var keys = string.Join(", ", actors.Select(a => $"{a.Key.Scheme} {a.Key.Id} ({a.Member?.ToString() ?? "new"})"));
            return Finding.Ok($"收款人（{Terms.Short(_payment.Collector)}）用自己的密钥签了这笔缴纳，签名有效。", keys);
        }

        private Finding CheckInclusion()
        {
            var detail = string.Create(
                CultureInfo.InvariantCulture, $"entry {_proof.Index} of {_checkpoint.Size}, {_proof.Path.Count} hashes, root {_checkpoint.Root}");
            return Merkle.VerifyInclusion(
                Merkle.HashLeaf(_receipt.Entry), _proof.Index, _checkpoint.Size, _proof.Path, _checkpoint.Root)
                ? Finding.Ok($"这是账本的第 {_proof.Index + 1} 条记录（当时共 {_checkpoint.Size} 条），与账本摘要对得上。", detail)
                : Finding.Failed("这条记录与账本摘要对不上：记录或证明被改动过。", detail);
        }

        private Finding CheckCheckpoint()
        {
            var report = CheckpointReport.Of(_note, network);
            return report.Ok ? Finding.Ok(report.Explanation, report.Detail) : Finding.Failed(report.Explanation, report.Detail);
        }

        private Finding CheckRule()
        {
            var fault = _payment.Event switch
            {
                PaymentRecorded e => PaymentReview.Check(e),
                VoluntaryPaymentRecorded e => PaymentReview.Check(e),
                _ => PaymentReviewFault.Malformed,
            };
            if (fault != PaymentReviewFault.None)
            {
                return Finding.Failed(TextOf(fault), $"{_payment.Rule}: {fault}");
            }

            IEnumerable<RuleId> ids = _payment.Event is PaymentRecorded payment
                ? [_payment.Rule, .. payment.Items.Select(i => i.Rule)]
                : [_payment.Rule];
            var rules = ids.Distinct().Select(DuesRuleCatalog.Find).OfType<DuesRule>().ToList();
            var articles = string.Join("，", rules.Select(r => r.Article).Distinct(StringComparer.Ordinal));
            return Finding.Ok(
                $"依据{rules[0].SourceTitle}{articles}：{rules[0].Text}",
                string.Join("; ", rules.Select(r => string.Create(
                    CultureInfo.InvariantCulture, $"{r.Id} v{r.Version}, {r.EffectiveFrom:yyyy-MM-dd} ~ {r.EffectiveTo:yyyy-MM-dd}"))));
        }

        private Finding CheckHolder()
        {
            if (_receipt.Holder is not { } holder)
            {
                return new(StepStatus.Absent, "凭证没有附姓名，只写明了党员编号。", null);
            }

            if (_payment.Name is not { } commitment)
            {
                return Finding.Failed("账本上没有这名党员的姓名指纹，凭证附的姓名无从核对。");
            }

            return Commitment.Compute(Commitment.Context(_payment.Member, "name"), holder.Salt, holder.Name) == commitment
                ? Finding.Ok($"姓名“{holder.Name}”与账本上的指纹一致。", $"commitment {commitment}")
                : Finding.Failed("凭证附的姓名与账本上的指纹不一致。", $"commitment {commitment}");
        }

        /// <summary>The event must say what was signed; what the rules added (dues, class, rule, name) is for the step <c>rule</c>.</summary>
        private static bool Matches(ICommand command, DuesEvent happened) => (command, happened) switch
        {
            (RecordPayment c, PaymentRecorded e) =>
                c.Payment == e.Payment && c.Member == e.Member && c.Branch == e.Branch && c.Date == e.Date && c.Method == e.Method
                && c.Payer == e.Payer && c.Basis == e.Basis
                && c.Items.SequenceEqual(e.Items.Select(i => new PaymentItem(i.Month, i.Amount))),
            (RecordVoluntaryPayment c, VoluntaryPaymentRecorded e) =>
                c.Payment == e.Payment && c.Member == e.Member && c.Branch == e.Branch && c.Date == e.Date && c.Method == e.Method
                && c.Amount == e.Amount,
            _ => false,
        };

        private static string TextOf(PaymentReviewFault fault) => fault switch
        {
            PaymentReviewFault.Payer => "党费不得由单位代扣或垫交（第十四条）。",
            PaymentReviewFault.Basis => "所缴月份与缴纳方式不符（第九条、第十二条）。",
            PaymentReviewFault.Rule => "记录所引的规定不存在，或者当时不适用。",
            PaymentReviewFault.AmountImpossible => "应缴金额不可能由这一类党员的计算办法得出。",
            PaymentReviewFault.Overpaid => "所缴金额超过应缴金额，或者累计数不对。",
            PaymentReviewFault.Fund => "自愿多交的归属不对（第十一条）。",
            _ => "记录里的数值超出允许范围。",
        };
    }
}
