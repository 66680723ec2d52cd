using System.Text;
using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Views.Countersigning;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Countersigning;

/// <summary>Why an act is not kept for a second signature, with its stable code.</summary>
internal sealed record PendingFault(string Code, string Detail)
{
    public static PendingFault NotHeld { get; } = new("pending/101", "只有补交超过 6 个月的登记需要先保存、等人会签。");

    public static PendingFault Validity { get; } = new("pending/102", "签名已过有效期，或有效期太长，请重新签名。");

    public static PendingFault Signature { get; } = new("pending/103", "签名不是本次登录的密钥作出的，或者验证不通过，请重新登录后签名。");

    public static PendingFault NotEntitled { get; } = new("pending/104", "只有本支部的支部书记可以先签。");

    public static PendingFault Full { get; } = new("pending/105", "等待会签的事项太多，请先办完已有的。");
}

/// <inheritdoc/>
/// <remarks>
/// Keeps an envelope with the secretary's signature until an officer of the committee above adds the second one; that envelope then goes the
/// ordinary way to the ledger, which asks everything again. What is kept here decides nothing.
/// </remarks>
internal sealed class PendingActs(
    IDbContextFactory<PendingDatabase> database, ILedger ledger, ISignatureVerifier verifier, LedgerAccess access) : IPendingActs
{
    /// <summary>Most acts that wait at once.</summary>
    public const int Most = 1_000;

    /// <summary>The ledger accepts no longer validity.</summary>
    private static readonly TimeSpan LongestValidity = TimeSpan.FromHours(72);

    /// <summary>Checks and keeps an act; null when it is kept.</summary>
    /// <param name="act">Never trusted.</param>
    public async Task<PendingFault?> HoldAsync(SubmittedAct act, CancellationToken cancellationToken)
    {
        var user = await access.UserAsync(cancellationToken);
        if (!TryRead(act, out var envelope, out var payload, out var command) || payload.Network != ledger.Network)
        {
            return PendingFault.NotHeld;
        }

        var now = access.Now;
        if (payload.Expires <= now || payload.Expires > now.AddMilliseconds((long)LongestValidity.TotalMilliseconds))
        {
            return PendingFault.Validity;
        }

        if (envelope.Signatures is not [{ Batch: null } signature] || signature.Keyid != user.Key || payload.Signer != user.Key
            || ledger.ReadState().KeyRecord(signature.Keyid) is not { Revoked: null } record || record.Member != user.Member
            || verifier.Verify(envelope.ToPae(), signature, record.Key) != SignatureFault.None)
        {
            return PendingFault.Signature;
        }

        if (!access.Allows(user, Right.ConsentForBranch, command.Branch))
        {
            return PendingFault.NotEntitled;
        }

        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Acts.Where(a => a.Expires <= now).ExecuteDeleteAsync(cancellationToken);
        var id = act.Id;
        if (await db.Acts.AnyAsync(a => a.Id == id, cancellationToken))
        {
            return null;
        }

        if (await db.Acts.CountAsync(cancellationToken) >= Most)
        {
            return PendingFault.Full;
        }

        db.Add(new HeldAct
        {
            Id = id,
            Branch = command.Branch,
            Signer = user.Member,
            Made = now,
            Expires = payload.Expires,
            Envelope = act.Bytes.ToArray(),
        });
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    public async Task<IReadOnlyList<PendingAct>> ListAsync(CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var now = access.Now;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var rows = await db.Acts.AsNoTracking().Where(a => a.Expires > now).ToListAsync(cancellationToken);
        var acts = new List<PendingAct>();
        foreach (var row in rows.OrderByDescending(r => r.Made))
        {
            // An act that has been carried out or refused is over.
            var maySign = MaySign(user, row);
            if ((maySign || row.Signer == user.Member) && ledger.FindEntry(row.Id) is null
                && TryRead(new SubmittedAct(row.Envelope), out var envelope, out _, out var command))
            {
                acts.Add(await ShowAsync(row, envelope, command, maySign, cancellationToken));
            }
        }

        return acts;
    }

    private bool MaySign(CurrentUser user, HeldAct act) =>
        KeyChain.AreIndependent(access.State, user.Member, act.Signer) && access.State.CommitteeAbove(act.Branch) is { } committee
        && access.Allows(user, Right.ConsentForCommittee, committee.Organization);

    private async Task<PendingAct> ShowAsync(
        HeldAct row, Envelope envelope, RecordPayment command, bool maySign, CancellationToken cancellationToken)
    {
        var people = await access.MemberNamesAsync([command.Member, row.Signer], cancellationToken);
        var organizations = await access.OrganizationNamesAsync([command.Branch], cancellationToken);
        var names = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [command.Member.ToString()] = people(command.Member),
            [command.Branch.ToString()] = organizations(command.Branch),
        };
        var summary = PreparedActs.FromPayloads([envelope.Payload], ledger.Network, new DisplayNames(names)).Summary.Acts[0];
        return new PendingAct(
            summary.Title, summary.Facts, people(row.Signer), row.Made, row.Expires, maySign, Encoding.UTF8.GetString(row.Envelope), names);
    }

    private static bool TryRead(SubmittedAct act, out Envelope envelope, out TransactionPayload payload, out RecordPayment command)
    {
        (envelope, payload, command) = (null!, null!, null!);
        if (CommandRegistry.Find(act.Payload) is not RecordPayment { Basis: PaymentBasis.LongBackPayment } payment)
        {
            return false;
        }

        (envelope, payload, command) = (act.Envelope!, act.Payload!, payment);
        return true;
    }
}
