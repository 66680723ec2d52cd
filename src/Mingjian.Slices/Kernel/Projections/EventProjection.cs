using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Where an event stands.</summary>
internal readonly record struct EventPosition(long Height, long Index, LedgerTime Time, Hash32 Transaction);

/// <summary>What each event means for the read models. Total: an event of an unknown type is a bug and throws.</summary>
/// <param name="rows">Takes what is to be written, in the order of the ledger.</param>
/// <param name="at">Where the event stands: every row that it makes says so.</param>
internal readonly struct EventProjection(RowWriter rows, EventPosition at)
{
    public void Apply(IEvent happened)
    {
        switch (happened)
        {
            case OrganizationsEvent e:
                Apply(e);
                break;
            case MembersEvent e:
                Apply(e);
                break;
            case DuesEvent e:
                Apply(e);
                break;
            case NodesEvent:
                // Who runs nodes is asked of the ledger's state: there are few, and no list of them is searched.
                break;
            default:
                throw Unknown(happened);
        }
    }

    private static InvalidOperationException Unknown(IEvent happened) =>
        new($"The projection does not know the event {happened.GetType().Name}.");

    /// <summary>A row that this event makes.</summary>
    public void Put<TRow>(TRow row)
        where TRow : ProjectedRow
    {
        row.SetSource(at);
        rows.Upsert(row);
    }

    /// <summary>A row that this event makes, and whose act it was.</summary>
    private void Put<TRow>(TRow row, MemberId signer)
        where TRow : SignedRow
    {
        row.SetSource(at, signer);
        rows.Upsert(row);
    }

    private void Apply(OrganizationsEvent happened)
    {
        switch (happened)
        {
            case NetworkFounded e:
                Found(e);
                break;
            case OrganizationEstablished e:
                Put(new ProjectedOrganization { Organization = e.Organization, Higher = e.Higher, Kind = e.Kind }, e.By);
                break;
            case MemberAppointed e:
                Put(new ProjectedPost { Member = e.Member, Organization = e.Organization, Post = e.Post, From = e.From, Until = e.Until }, e.By);
                break;
            case AppointmentEnded e:
                End(e);
                break;
            case SiteRegistered or SiteRemoved:
                // Sites are asked of the ledger's state: there are few.
                break;
            default:
                throw Unknown(happened);
        }
    }

    // One that has not begun is taken away whole; one that is under way gets its last day.
    private void End(AppointmentEnded e)
    {
        rows.Execute(
            $"""
            DELETE FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" = (SELECT MIN("From") FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization}
            AND "Post" = {e.Post} AND "From" > {e.LastDay})
            AND NOT EXISTS (SELECT 1 FROM "Posts" p WHERE p."Member" = {e.Member} AND p."Organization" = {e.Organization}
            AND p."Post" = {e.Post} AND p."From" <= {e.LastDay} AND (p."Until" IS NULL OR p."Until" > {e.LastDay}))
            """);
        rows.Execute(
            $"""
            UPDATE "Posts" SET "Until" = {e.LastDay}
            WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" <= {e.LastDay} AND ("Until" IS NULL OR "Until" > {e.LastDay})
            """);
    }

    private void Found(NetworkFounded e)
    {
        var today = at.Time.BeijingDate;
        Put(new ProjectedOrganization { Organization = e.Committee, Kind = OrganizationKind.PrimaryPartyCommittee }, e.Officer);
        Put(
            new ProjectedMember
            {
                Member = e.Officer,
                Branch = e.Committee,
                Standing = MemberStanding.FullMember,
                Admitted = today,
                FullSince = today,
            },
            e.Officer);
        Put(new ProjectedPost { Member = e.Officer, Organization = e.Committee, Post = Post.OrganizationOfficer, From = today }, e.Officer);
        Bind(e.Officer, e.Key);
    }

    private void Apply(MembersEvent happened)
    {
        switch (happened)
        {
            case MembersImported e:
                Import(e);
                break;
            case ImportWithdrawn e:
                rows.Execute($"""DELETE FROM "Members" WHERE "Import" = {e.Import}""");
                break;
            case InvitationIssued e:
                Put(new ProjectedInvitation { Invitation = e.Key.Id, Member = e.Member, Issued = at.Time, Expires = e.Expires }, e.By);
                break;
            case InvitationConfirmed:
                break;
            case InvitationWithdrawn e:
                End(e.Invitation);
                break;
            case KeyBound e:
                Bind(e.Member, e.Key);
                End(e.Invitation);
                break;
            case KeyRevoked e:
                rows.Update<ProjectedKey>([e.Key], (nameof(ProjectedKey.Revoked), at.Time), (nameof(ProjectedKey.RevocationReason), e.Reason));
                break;
            default:
                throw Unknown(happened);
        }
    }

    private void Import(MembersImported e)
    {
        foreach (var row in e.Rows)
        {
            Put(
                new ProjectedMember
                {
                    Member = row.Member,
                    Branch = row.Branch,
                    Standing = row.Standing,
                    Admitted = row.Admitted,
                    FullSince = row.FullSince,
                    Import = e.Import,
                },
                e.By);
        }
    }

    private void End(KeyId invitation) => rows.Update<ProjectedInvitation>([invitation], (nameof(ProjectedInvitation.Ended), at.Time));

    private void Bind(MemberId member, PublicKeyValue key) =>
        Put(new ProjectedKey { Key = key.Id, Member = member, PublicKey = key, Since = at.Time });

    private void Apply(DuesEvent happened)
    {
        switch (happened)
        {
            case DuesPolicySet e:
                Put(
                    new ProjectedPolicy
                    {
                        Organization = e.Organization,
                        Rounding = e.Rounding,
                        Unit = e.Unit,
                        BaseChange = e.BaseChange,
                        Components = e.Components,
                    },
                    e.By);
                break;
            case StandardSet e:
                Put(new ProjectedStandard { Member = e.Member, From = e.From, Class = e.Class, Monthly = e.Monthly, Rule = e.Rule }, e.By);
                break;
            case ReductionProposed e:
                Put(new ProjectedReduction
                {
                    Member = e.Member,
                    Branch = e.Branch,
                    From = e.From,
                    Until = e.Until,
                    Monthly = e.Monthly,
                    Outcome = ReductionOutcome.Proposed,
                    Rule = e.Rule,
                    ProposedBy = e.By,
                });
                break;
            case ReductionDecided e:
                rows.Update<ProjectedReduction>(
                    [e.Member, e.From],
                    (nameof(ProjectedReduction.Outcome), e.Approved ? ReductionOutcome.Approved : ReductionOutcome.Refused),
                    (nameof(ProjectedReduction.DecidedBy), e.By),
                    (nameof(ProjectedReduction.DecidedHeight), at.Height),
                    (nameof(ProjectedReduction.DecidedIndex), at.Index));
                break;
            case DuesAssessed e:
                Put(
                    new ProjectedMonth
                    {
                        Member = e.Member,
                        Month = e.Month,
                        Branch = e.Branch,
                        Class = e.Class,
                        Due = e.Due,
                        Reduced = e.Reduced,
                        Rule = e.Rule,
                    },
                    e.By);
                break;
            case PaymentRecorded e:
                Pay(e);
                break;
            case VoluntaryPaymentRecorded e:
                Pay(e);
                break;
            case PaymentReversed e:
                Reverse(e);
                break;
            case PaymentConfirmed e:
                Answer(e.Payment, MemberAnswer.Confirmed, null);
                break;
            case PaymentDisputed e:
                Answer(e.Payment, MemberAnswer.Disputed, e.Reason);
                rows.Update<ProjectedPayment>(
                    [e.Payment],
                    (nameof(ProjectedPayment.BranchAnswer), null),
                    (nameof(ProjectedPayment.BranchAnswerBy), null),
                    (nameof(ProjectedPayment.BranchAnswerHeight), null),
                    (nameof(ProjectedPayment.BranchAnswerIndex), null),
                    (nameof(ProjectedPayment.AnswerAccepted), null));
                break;
            case DisputeWithdrawn e:
                Answer(e.Payment, MemberAnswer.None, null);
                break;
            case DisputeAnswered e:
                rows.Update<ProjectedPayment>(
                    [e.Payment],
                    (nameof(ProjectedPayment.BranchAnswer), e.Answer),
                    (nameof(ProjectedPayment.BranchAnswerBy), e.By),
                    (nameof(ProjectedPayment.BranchAnswerHeight), at.Height),
                    (nameof(ProjectedPayment.BranchAnswerIndex), at.Index),
                    (nameof(ProjectedPayment.AnswerAccepted), null));
                break;
            case AnswerReplied e:
                rows.Update<ProjectedPayment>([e.Payment], (nameof(ProjectedPayment.AnswerAccepted), e.Accepted));
                if (e.Settled)
                {
                    Answer(e.Payment, MemberAnswer.Confirmed, null);
                }

                break;
            default:
                throw Unknown(happened);
        }
    }

    private void Pay(VoluntaryPaymentRecorded e) => Put(new ProjectedPayment
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
        Answer = MemberAnswer.None,
    });

    private void Pay(PaymentRecorded e)
    {
        Put(new ProjectedPayment
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
            Answer = MemberAnswer.None,
        });
        foreach (var item in e.Items)
        {
            rows.Upsert(new ProjectedPaymentItem { Payment = e.Payment, Month = item.Month, Member = e.Member, Amount = item.Amount });
            rows.Update<ProjectedMonth>([e.Member, item.Month], (nameof(ProjectedMonth.Paid), item.Paid));
        }
    }

    private void Reverse(PaymentReversed e)
    {
        rows.Update<ProjectedPayment>(
            [e.Payment],
            (nameof(ProjectedPayment.Reversal), e.Reason),
            (nameof(ProjectedPayment.ReversedBy), e.By),
            (nameof(ProjectedPayment.ReversedHeight), at.Height),
            (nameof(ProjectedPayment.ReversedIndex), at.Index));
        rows.Execute(
            $"""
            UPDATE "Months" SET "Paid" = "Paid" -
            (SELECT "Amount" FROM "PaymentItems" i WHERE i."Member" = {e.Member} AND i."Payment" = {e.Payment} AND i."Month" = "Months"."Month")
            WHERE "Member" = {e.Member} AND "Month" IN (SELECT "Month" FROM "PaymentItems" WHERE "Member" = {e.Member} AND "Payment" = {e.Payment})
            """);
    }

    private void Answer(PaymentId payment, MemberAnswer answer, DisputeReason? reason) => rows.Update<ProjectedPayment>(
        [payment],
        (nameof(ProjectedPayment.Answer), answer),
        (nameof(ProjectedPayment.Dispute), reason),
        (nameof(ProjectedPayment.AnswerHeight), at.Height),
        (nameof(ProjectedPayment.AnswerIndex), at.Index));
}
