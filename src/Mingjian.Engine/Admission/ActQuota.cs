using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>How many bytes of envelopes one may have ordered through this node in a day (Beijing): the log is kept for ever, by every node.</summary>
/// <remarks>
/// Counted is what is handed to the ordering, also when it is refused there; what is refused before costs nothing. An act counts for the member or key
/// that its payload names as the signer. Counters are in memory, one for each member or organisation key that has acted today, and begin anew with the process.
/// </remarks>
public sealed record ActQuota
{
    /// <summary>Tells who holds a post.</summary>
    public required IPostHolders Posts { get; init; }

    /// <summary>A member without a post. Default 256 KiB: some 150 acts signed by a passkey.</summary>
    public long MemberBytes { get; init; } = 256L << 10;

    /// <summary>A member with a post. Default 64 MiB: a roster of 100,000 rows, or some 90,000 payments.</summary>
    public long PostBytes { get; init; } = 64L << 20;

    /// <summary>The network key of an organisation. Default 4 MiB.</summary>
    public long OrganizationBytes { get; init; } = 4L << 20;

    /// <summary>Keys that nobody has yet, all together: acts that introduce the key that signs them. Default 16 MiB: some 10,000 invitations redeemed.</summary>
    public long UnboundBytes { get; init; } = 16L << 20;
}

/// <summary>Who holds a post; the engine knows no contract, so the host says it.</summary>
public interface IPostHolders
{
    /// <summary>Whether a member holds any post at a time.</summary>
    bool HoldsPost(IStateReader state, MemberId member, LedgerTime now);
}

/// <summary>For whom an act counts.</summary>
internal enum QuotaClass
{
    Member = 1,
    Organization = 2,
    Unbound = 3,
}

/// <summary>Counts against an <see cref="ActQuota"/>. Used by the one thread that keeps order.</summary>
/// <param name="quota">Null = nothing is counted.</param>
internal sealed class QuotaMeter(ActQuota? quota)
{
    private readonly Dictionary<(QuotaClass Class, UInt128 Whose), long> _taken = [];
    private DateOnly _day;

    /// <summary>Whether an act may still be ordered today.</summary>
    public bool Allows(Submission submission, IStateReader state, LedgerTime now)
    {
        if (quota is null)
        {
            return true;
        }

        // The clock may be set back; a day that is over does not begin again.
        if (now.BeijingDate > _day)
        {
            _day = now.BeijingDate;
            _taken.Clear();
        }

        var whose = WhoseOf(submission);
        var total = _taken.GetValueOrDefault(whose) + submission.Envelope.Length;
        return whose.Class switch
        {
            QuotaClass.Organization => total <= quota.OrganizationBytes,
            QuotaClass.Unbound => total <= quota.UnboundBytes,
            // Asked only where it makes a difference.
            _ => total <= quota.MemberBytes
                || (total <= quota.PostBytes && quota.Posts.HoldsPost(state, submission.Maker!.Member!.Value, now)),
        };
    }

    /// <summary>Whether a member holds a post; true where nothing is counted.</summary>
    public bool HoldsPost(MemberId member, IStateReader state, LedgerTime now) => quota?.Posts.HoldsPost(state, member, now) ?? true;

    /// <summary>Counts an act that has been handed to the ordering.</summary>
    public void Count(Submission submission)
    {
        if (quota is not null)
        {
            var whose = WhoseOf(submission);
            _taken[whose] = _taken.GetValueOrDefault(whose) + submission.Envelope.Length;
        }
    }

    /// <summary>The class that an act counts in.</summary>
    public static QuotaClass ClassOf(Submission submission) => WhoseOf(submission).Class;

    private static (QuotaClass Class, UInt128 Whose) WhoseOf(Submission submission)
    {
        var (maker, command) = (submission.Maker!, submission.Admitted!.Command);
        if (maker.Member is { } member)
        {
            return (QuotaClass.Member, member.Value);
        }

        var isNew = (command is IIntroducesKey introduces && introduces.Key.Id == maker.Key)
            || (command is IBringsKeys brings && brings.BroughtKeys().Any(k => k.Id == maker.Key));
        return isNew ? (QuotaClass.Unbound, 0) : (QuotaClass.Organization, maker.Key.Value);
    }
}
