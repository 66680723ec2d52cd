using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Server.Projections;

/// <summary>Where an event stands.</summary>
internal readonly record struct EventPosition(long Height, long Index, LedgerTime Time, Hash32 Transaction);

/// <summary>What each event means for the read models. Total: an event of an unknown type is a bug and throws.</summary>
internal static class EventProjection
{
    public static Task ApplyAsync(RowWriter rows, IEvent happened, EventPosition at, CancellationToken cancellationToken) => happened switch
    {
        OrganizationsEvent e => ApplyAsync(rows, e, at, cancellationToken),
        MembersEvent e => ApplyAsync(rows, e, at, cancellationToken),
        DuesEvent e => ApplyAsync(rows, e, at, cancellationToken),

        // Who runs nodes is asked of the ledger's state: there are few, and no list of them is searched.
        NodesEvent => Task.CompletedTask,
        _ => throw Unknown(happened),
    };

    private static Task ApplyAsync(RowWriter rows, OrganizationsEvent happened, EventPosition at, CancellationToken cancellationToken) =>
        happened switch
        {
            NetworkFounded e => FoundAsync(rows, e, at, cancellationToken),
            OrganizationEstablished e => rows.UpsertAsync(
                new ProjectedOrganization
                {
                    Organization = e.Organization,
                    Higher = e.Higher,
                    Kind = e.Kind,
                    Signer = e.By,
                    Height = at.Height,
                    Index = at.Index,
                },
                cancellationToken),
            MemberAppointed e => rows.UpsertAsync(
                new ProjectedPost
                {
                    Member = e.Member,
                    Organization = e.Organization,
                    Post = e.Post,
                    From = e.From,
                    Until = e.Until,
                    Signer = e.By,
                    Height = at.Height,
                    Index = at.Index,
                },
                cancellationToken),
            AppointmentEnded e => EndAsync(rows, e, cancellationToken),

            // Sites are asked of the ledger's state: there are few.
            SiteRegistered or SiteRemoved => Task.CompletedTask,
            _ => throw Unknown(happened),
        };

    // One that has not begun is taken away whole; one that is under way gets its last day.
    private static async Task EndAsync(RowWriter rows, AppointmentEnded e, CancellationToken cancellationToken)
    {
        await rows.ExecuteAsync(
            $"""
            DELETE FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" = (SELECT MIN("From") FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization}
            AND "Post" = {e.Post} AND "From" > {e.LastDay})
            AND NOT EXISTS (SELECT 1 FROM "Posts" p WHERE p."Member" = {e.Member} AND p."Organization" = {e.Organization}
            AND p."Post" = {e.Post} AND p."From" <= {e.LastDay} AND (p."Until" IS NULL OR p."Until" > {e.LastDay}))
            """,
            cancellationToken);
        await rows.ExecuteAsync(
            $"""
            UPDATE "Posts" SET "Until" = {e.LastDay}
            WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" <= {e.LastDay} AND ("Until" IS NULL OR "Until" > {e.LastDay})
            """,
            cancellationToken);
    }

    private static async Task FoundAsync(RowWriter rows, NetworkFounded e, EventPosition at, CancellationToken cancellationToken)
    {
        var today = at.Time.BeijingDate;
        await rows.UpsertAsync(
            new ProjectedOrganization
            {
                Organization = e.Committee,
                Kind = OrganizationKind.PrimaryPartyCommittee,
                Signer = e.Officer,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken);
        await rows.UpsertAsync(
            new ProjectedMember
            {
                Member = e.Officer,
                Branch = e.Committee,
                Standing = MemberStanding.FullMember,
                Admitted = today,
                FullSince = today,
                Signer = e.Officer,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken);
        await rows.UpsertAsync(
            new ProjectedPost
            {
                Member = e.Officer,
                Organization = e.Committee,
                Post = Post.OrganizationOfficer,
                From = today,
                Signer = e.Officer,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken);
        await BindAsync(rows, e.Officer, e.Key, at, cancellationToken);
    }

    private static Task ApplyAsync(RowWriter rows, MembersEvent happened, EventPosition at, CancellationToken cancellationToken) =>
        happened switch
        {
            MembersImported e => ImportAsync(rows, e, at, cancellationToken),
            ImportWithdrawn e => rows.ExecuteAsync($"""DELETE FROM "Members" WHERE "Import" = {e.Import}""", cancellationToken),
            InvitationIssued e => rows.UpsertAsync(
                new ProjectedInvitation
                {
                    Invitation = e.Key.Id,
                    Member = e.Member,
                    Signer = e.By,
                    Issued = at.Time,
                    Expires = e.Expires,
                    Height = at.Height,
                    Index = at.Index,
                },
                cancellationToken),
            InvitationConfirmed => Task.CompletedTask,
            InvitationWithdrawn e => EndAsync(rows, e.Invitation, at, cancellationToken),
            KeyBound e => BindAsync(rows, e, at, cancellationToken),
            KeyRevoked e => rows.ExecuteAsync(
                $"""UPDATE "Keys" SET "Revoked" = {at.Time}, "RevocationReason" = {e.Reason} WHERE "Key" = {e.Key}""", cancellationToken),
            _ => throw Unknown(happened),
        };

    private static async Task ImportAsync(RowWriter rows, MembersImported e, EventPosition at, CancellationToken cancellationToken)
    {
        foreach (var row in e.Rows)
        {
            await rows.UpsertAsync(
                new ProjectedMember
                {
                    Member = row.Member,
                    Branch = row.Branch,
                    Standing = row.Standing,
                    Admitted = row.Admitted,
                    FullSince = row.FullSince,
                    Import = e.Import,
                    Signer = e.By,
                    Height = at.Height,
                    Index = at.Index,
                },
                cancellationToken);
        }
    }

    private static async Task BindAsync(RowWriter rows, KeyBound e, EventPosition at, CancellationToken cancellationToken)
    {
        await BindAsync(rows, e.Member, e.Key, at, cancellationToken);
        await EndAsync(rows, e.Invitation, at, cancellationToken);
    }

    private static Task EndAsync(RowWriter rows, KeyId invitation, EventPosition at, CancellationToken cancellationToken) =>
        rows.ExecuteAsync($"""UPDATE "Invitations" SET "Ended" = {at.Time} WHERE "Invitation" = {invitation}""", cancellationToken);

    private static Task BindAsync(RowWriter rows, MemberId member, PublicKeyValue key, EventPosition at, CancellationToken cancellationToken) =>
        rows.UpsertAsync(
            new ProjectedKey { Key = key.Id, Member = member, PublicKey = key, Since = at.Time, Height = at.Height, Index = at.Index },
            cancellationToken);

    private static Task ApplyAsync(RowWriter rows, DuesEvent happened, EventPosition at, CancellationToken cancellationToken) => happened switch
    {
        DuesPolicySet e => rows.UpsertAsync(
            new ProjectedPolicy
            {
                Organization = e.Organization,
                Rounding = e.Rounding,
                Unit = e.Unit,
                BaseChange = e.BaseChange,
                Components = e.Components,
                Signer = e.By,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken),
        StandardSet e => rows.UpsertAsync(
            new ProjectedStandard
            {
                Member = e.Member,
                From = e.From,
                Class = e.Class,
                Monthly = e.Monthly,
                Rule = e.Rule,
                Signer = e.By,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken),
        ReductionProposed e => rows.UpsertAsync(
            new ProjectedReduction
            {
                Member = e.Member,
                Branch = e.Branch,
                From = e.From,
                Until = e.Until,
                Monthly = e.Monthly,
                Outcome = ReductionOutcome.Proposed,
                Rule = e.Rule,
                ProposedBy = e.By,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken),
        ReductionDecided e => rows.ExecuteAsync(
            $"""
            UPDATE "Reductions" SET "Outcome" = {(e.Approved ? ReductionOutcome.Approved : ReductionOutcome.Refused)}, "DecidedBy" = {e.By},
            "DecidedHeight" = {at.Height}, "DecidedIndex" = {at.Index} WHERE "Member" = {e.Member} AND "From" = {e.From}
            """,
            cancellationToken),
        DuesAssessed e => rows.UpsertAsync(
            new ProjectedMonth
            {
                Member = e.Member,
                Month = e.Month,
                Branch = e.Branch,
                Class = e.Class,
                Due = e.Due,
                Reduced = e.Reduced,
                Rule = e.Rule,
                Signer = e.By,
                Height = at.Height,
                Index = at.Index,
            },
            cancellationToken),
        PaymentRecorded e => PayAsync(rows, e, at, cancellationToken),
        VoluntaryPaymentRecorded e => rows.UpsertAsync(
            new ProjectedPayment
            {
                Payment = e.Payment,
                Member = e.Member,
                Branch = e.Branch,
                Date = e.Date,
                Method = e.Method,
                Payer = Payer.Member,
                Fund = e.Fund,
                Total = e.Amount,
                Collector = e.Collector,
                Rule = e.Rule,
                Transaction = at.Transaction,
                Time = at.Time,
                Height = at.Height,
                Index = at.Index,
                Answer = MemberAnswer.None,
            },
            cancellationToken),
        PaymentReversed e => ReverseAsync(rows, e, at, cancellationToken),
        PaymentConfirmed e => AnswerAsync(rows, e.Payment, MemberAnswer.Confirmed, null, at, cancellationToken),
        PaymentDisputed e => AnswerAsync(rows, e.Payment, MemberAnswer.Disputed, e.Reason, at, cancellationToken),
        DisputeWithdrawn e => AnswerAsync(rows, e.Payment, MemberAnswer.None, null, at, cancellationToken),
        _ => throw Unknown(happened),
    };

    private static async Task PayAsync(RowWriter rows, PaymentRecorded e, EventPosition at, CancellationToken cancellationToken)
    {
        await rows.UpsertAsync(
            new ProjectedPayment
            {
                Payment = e.Payment,
                Member = e.Member,
                Branch = e.Branch,
                Date = e.Date,
                Method = e.Method,
                Payer = e.Payer,
                Basis = e.Basis,
                Fund = DuesFund.Branch,
                Total = e.Items.Aggregate(Amount.Zero, (sum, item) => sum + item.Amount),
                Collector = e.Collector,
                Rule = e.Rule,
                Transaction = at.Transaction,
                Time = at.Time,
                Height = at.Height,
                Index = at.Index,
                Answer = MemberAnswer.None,
            },
            cancellationToken);
        foreach (var item in e.Items)
        {
            await rows.UpsertAsync(
                new ProjectedPaymentItem { Payment = e.Payment, Month = item.Month, Member = e.Member, Amount = item.Amount }, cancellationToken);
            await rows.ExecuteAsync(
                $"""UPDATE "Months" SET "Paid" = {item.Paid} WHERE "Member" = {e.Member} AND "Month" = {item.Month}""", cancellationToken);
        }
    }

    private static async Task ReverseAsync(RowWriter rows, PaymentReversed e, EventPosition at, CancellationToken cancellationToken)
    {
        await rows.ExecuteAsync(
            $"""
            UPDATE "Payments" SET "Reversal" = {e.Reason}, "ReversedBy" = {e.By}, "ReversedHeight" = {at.Height}, "ReversedIndex" = {at.Index}
            WHERE "Payment" = {e.Payment}
            """,
            cancellationToken);
        await rows.ExecuteAsync(
            $"""
            UPDATE "Months" SET "Paid" = "Paid" - (SELECT "Amount" FROM "PaymentItems" i WHERE i."Payment" = {e.Payment} AND i."Month" = "Months"."Month")
            WHERE "Member" = {e.Member} AND "Month" IN (SELECT "Month" FROM "PaymentItems" WHERE "Payment" = {e.Payment})
            """,
            cancellationToken);
    }

    private static Task AnswerAsync(
        RowWriter rows, PaymentId payment, MemberAnswer answer, DisputeReason? reason, EventPosition at, CancellationToken cancellationToken) =>
        rows.ExecuteAsync(
            $"""
            UPDATE "Payments" SET "Answer" = {answer}, "Dispute" = {reason}, "AnswerHeight" = {at.Height}, "AnswerIndex" = {at.Index}
            WHERE "Payment" = {payment}
            """,
            cancellationToken);

    private static InvalidOperationException Unknown(IEvent happened) =>
        new($"The projection does not know the event {happened.GetType().Name}.");
}
