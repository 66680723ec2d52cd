using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>A voluntary extra payment (Art. 11); 1,000 yuan or more at once goes wholly to the Centre.</summary>
public sealed record RecordVoluntaryPayment(
    PaymentId Payment, MemberId Member, OrganizationId Branch, DateOnly Date, PaymentMethod Method, Amount Amount) : DuesCommand;

/// <summary>A voluntary extra payment came in.</summary>
/// <param name="Fund">The Centre's from 1,000 yuan on.</param>
public sealed record VoluntaryPaymentRecorded(
    PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date, PaymentMethod Method, Amount Amount,
    DuesFund Fund, RuleId Rule, Hash32? Name) : DuesEvent;

internal static class RecordVoluntaryPaymentRules
{
    /// <summary>1000元以上 includes the figure itself (facts 1.3).</summary>
    private static readonly Amount CentreFrom = new(100_000);

    public static Decision Decide(IStateReader state, RecordVoluntaryPayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Method) || !Form.IsDate(command.Date) || !Receiving.IsPayable(command.Amount))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (Receiving.CheckReceipt(state, command.Member, command.Branch, command.Date, context, out var member, out var collector) is { } reason)
        {
            return Reject(reason);
        }

        if (!state.IsActive(member!))
        {
            return Reject(DuesRejection.MemberWithdrawn);
        }

        if (Receiving.CheckDate(state, command.Payment, command.Date, member!, context) is { } fault)
        {
            return Reject(fault);
        }

        return Decision.Accept(new VoluntaryPaymentRecorded(
            command.Payment, command.Member, command.Branch, collector, command.Date, command.Method, command.Amount,
            FundOf(command.Amount), DuesRuleCatalog.InForce(DuesTopic.VoluntaryExtra, command.Date)!.Id, member!.Name));
    }

    public static void Apply(IStateReader state, VoluntaryPaymentRecorded recorded, DecisionContext context, IStateWriter writes)
    {
        writes.Put(
            DuesState.Payments.Key(recorded.Payment),
            new PaymentRecord(
                recorded.Payment, recorded.Member, recorded.Branch, recorded.Collector, recorded.Date, recorded.Method, Payer.Member, null, [],
                recorded.Amount, recorded.Fund, null, MemberAnswer.None, null));
        MembersState.MarkInUse(state, recorded.Member, writes);
    }

    /// <summary>Where a single voluntary payment belongs (Art. 11).</summary>
    public static DuesFund FundOf(Amount amount) => amount >= CentreFrom ? DuesFund.Centre : DuesFund.Branch;
}
