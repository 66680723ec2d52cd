using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>A payment of assessed dues, received by a collector.</summary>
/// <param name="Payment">Fresh and random.</param>
/// <param name="Member">Whose dues.</param>
/// <param name="Branch">The branch that holds the membership and receives the payment.</param>
/// <param name="Date">Day the money was received; not in the future.</param>
/// <param name="Items">1 to 12 months, each once, ascending, with what is paid for it.</param>
/// <param name="Basis">Ordinary, or what needed the branch's (or committee's) consent.</param>
public sealed record RecordPayment(
    PaymentId Payment, MemberId Member, OrganizationId Branch, DateOnly Date, PaymentMethod Method, Payer Payer,
    PaymentBasis Basis, IReadOnlyList<PaymentItem> Items) : DuesCommand;

public sealed record PaymentItem(Month Month, Amount Amount);

public enum PaymentMethod
{
    Cash = 1,
    Transfer = 2,
}

/// <summary>Who handed the money over. The last two are recorded by nobody: they are refused with their own code (Art. 14).</summary>
public enum Payer
{
    Member = 1,
    Relative = 2,
    AnotherMember = 3,
    PayrollDeduction = 4,
    OrganizationFunds = 5,
}

/// <summary>Ordinary, or the consent that the signers give by signing (Art. 12).</summary>
public enum PaymentBasis
{
    /// <summary>This month's dues (or last month's while within the same payment rule), handed over by the member.</summary>
    Ordinary = 1,

    /// <summary>Months of the current quarter at once: needs the branch secretary's signature.</summary>
    Quarterly = 2,

    /// <summary>Up to 6 months back: needs the branch secretary's signature.</summary>
    BackPayment = 3,

    /// <summary>More than 6 months back: needs the higher committee's officer too.</summary>
    LongBackPayment = 4,
}

/// <summary>Money came in for assessed months: what a receipt shows.</summary>
/// <param name="Collector">Who signed for the money.</param>
/// <param name="Items">What was paid for each month, and what that month's dues are.</param>
/// <param name="Rule">The rule on payment that was followed: monthly, or with consent.</param>
/// <param name="Name">Commitment to the member's name, so that a receipt can show it; null where the ledger holds none.</param>
public sealed record PaymentRecorded(
    PaymentId Payment, MemberId Member, OrganizationId Branch, MemberId Collector, DateOnly Date, PaymentMethod Method, Payer Payer,
    PaymentBasis Basis, IReadOnlyList<PaidMonth> Items, RuleId Rule, Hash32? Name) : DuesEvent;

/// <param name="Amount">Paid now.</param>
/// <param name="Due">The month's dues.</param>
/// <param name="Paid">Paid for the month in all, this payment included.</param>
/// <param name="Class">Class at assessment.</param>
/// <param name="Rule">The rule that gave <paramref name="Due"/>.</param>
/// <param name="Reduced">True: an approved reduction gave it.</param>
public sealed record PaidMonth(Month Month, Amount Amount, Amount Due, Amount Paid, DuesClass Class, RuleId Rule, bool Reduced);

/// <summary>Money in: the ledger's hot path. Four reads and two writes for the usual payment of one month.</summary>
internal static class RecordPaymentRules
{
    internal const int MostItems = 12;

    /// <summary>Back payment generally covers no more (Art. 12).</summary>
    private const int BackPaymentMonths = 6;

    public static Decision Decide(IStateReader state, RecordPayment command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return Reject(DuesRejection.Malformed);
        }

        // Whether the import still stands is not asked: an assessed month keeps it from being withdrawn, and no month means NotAssessed.
        if (Receiving.CheckReceipt(state, command.Member, command.Branch, command.Date, context, out var member, out var collector) is { } reason)
        {
            return Reject(reason);
        }

        for (var i = 1; i < command.Items.Count; i++)
        {
            if (command.Items[i].Month == command.Items[i - 1].Month)
            {
                return Reject(DuesRejection.Repeated);
            }
        }

        if ((CheckPayer(command.Payer) ?? Receiving.CheckDate(state, command.Payment, command.Date, member!, context)) is { } fault)
        {
            return Reject(fault);
        }

        var months = new MonthRecord[command.Items.Count];
        for (var i = 0; i < months.Length; i++)
        {
            if (state.DuesMonth(command.Member, command.Items[i].Month) is not { } month)
            {
                return Reject(DuesRejection.NotAssessed);
            }

            months[i] = month;
        }

        if ((CheckBasis(command) ?? CheckConsent(state, command, context) ?? CheckAmounts(command, months)
                ?? CheckIndependence(state, command, context)) is { } refusal)
        {
            return Reject(refusal);
        }

        return Decision.Accept(new PaymentRecorded(
            command.Payment, command.Member, command.Branch, collector, command.Date, command.Method, command.Payer, command.Basis,
            Itemise(command, months), RuleOf(command)!.Id, member!.Name));
    }

    public static void Apply(IStateReader state, PaymentRecorded recorded, DecisionContext context, IStateWriter writes)
    {
        var items = new PaymentItem[recorded.Items.Count];
        var total = Amount.Zero;
        for (var i = 0; i < items.Length; i++)
        {
            var paid = recorded.Items[i];
            items[i] = new PaymentItem(paid.Month, paid.Amount);
            total += paid.Amount;
            var month = state.DuesMonth(recorded.Member, paid.Month)!;
            writes.Put(
                DuesState.Months.Key(recorded.Member, paid.Month),
                month with { Paid = month.Paid + paid.Amount, Payments = [.. month.Payments, recorded.Payment] });
        }

        writes.Put(
            DuesState.Payments.Key(recorded.Payment),
            new PaymentRecord(
                recorded.Payment, recorded.Member, recorded.Branch, recorded.Collector, recorded.Date, recorded.Method, recorded.Payer,
                recorded.Basis, items, total, DuesFund.Branch, null, MemberAnswer.None, null));
    }

    internal static bool IsWellFormed(RecordPayment command)
    {
        if (!Form.IsDefined(command.Method) || !Form.IsDefined(command.Payer) || !Form.IsDefined(command.Basis)
            || !Form.IsDate(command.Date) || !Form.IsList(command.Items, MostItems))
        {
            return false;
        }

        for (var i = 0; i < command.Items.Count; i++)
        {
            if (!Receiving.IsPayable(command.Items[i].Amount) || (i > 0 && command.Items[i].Month < command.Items[i - 1].Month))
            {
                return false;
            }
        }

        return true;
    }

    internal static DuesRejection? CheckPayer(Payer payer) => payer switch
    {
        Payer.PayrollDeduction => DuesRejection.PayrollDeduction,
        Payer.OrganizationFunds => DuesRejection.OrganizationFunds,
        _ => null,
    };

    internal static DuesRejection? CheckBasis(RecordPayment command)
    {
        var paid = Month.Of(command.Date).Index;
        var first = command.Items[0].Month.Index;
        var last = command.Items[^1].Month.Index;
        return command.Basis switch
        {
            PaymentBasis.Ordinary when first < paid - 1 || last > paid => DuesRejection.OrdinaryCoversTwoMonths,
            PaymentBasis.Quarterly when first / 3 != paid / 3 || last / 3 != paid / 3 => DuesRejection.OutsideQuarter,
            PaymentBasis.BackPayment or PaymentBasis.LongBackPayment when last > paid => DuesRejection.MonthAhead,
            PaymentBasis.BackPayment when first < paid - BackPaymentMonths => DuesRejection.BackPaymentTooLong,
            _ => null,
        };
    }

    /// <summary>Consent is given by signing: the secretary for the branch, an officer for the committee, never one person for both.</summary>
    private static DuesRejection? CheckConsent(IStateReader state, RecordPayment command, DecisionContext context)
    {
        if (command.Basis == PaymentBasis.Ordinary && command.Payer == Payer.Member)
        {
            return null;
        }

        if (DuesRights.ConsentForBranch.Signer(state, context, command.Branch) is not { } secretary)
        {
            return DuesRejection.BranchConsentMissing;
        }

        if (command.Basis != PaymentBasis.LongBackPayment)
        {
            return null;
        }

        foreach (var officer in CommitteeSigners(state, command, context))
        {
            if (officer != secretary)
            {
                return null;
            }
        }

        return DuesRejection.CommitteeConsentMissing;
    }

    /// <summary>Whoever brought the other's key may hold it: such two are one person's consent.</summary>
    private static DuesRejection? CheckIndependence(IStateReader state, RecordPayment command, DecisionContext context)
    {
        if (command.Basis != PaymentBasis.LongBackPayment)
        {
            return null;
        }

        var officers = CommitteeSigners(state, command, context);
        foreach (var actor in context.Actors)
        {
            if (actor.Member is { } secretary && DuesRights.ConsentForBranch.Allows(state, secretary, command.Branch, context.Today))
            {
                foreach (var officer in officers)
                {
                    if (KeyChain.AreIndependent(state, secretary, officer))
                    {
                        return null;
                    }
                }
            }
        }

        return DuesRejection.ConsentsNotIndependent;
    }

    private static List<MemberId> CommitteeSigners(IStateReader state, RecordPayment command, DecisionContext context)
    {
        var officers = new List<MemberId>();
        if (state.CommitteeAbove(command.Branch) is { } committee)
        {
            foreach (var actor in context.Actors)
            {
                if (actor.Member is { } officer
                    && DuesRights.ConsentForCommittee.Allows(state, officer, committee.Organization, context.Today))
                {
                    officers.Add(officer);
                }
            }
        }

        return officers;
    }

    private static DuesRejection? CheckAmounts(RecordPayment command, MonthRecord[] months)
    {
        for (var i = 0; i < months.Length; i++)
        {
            if (command.Items[i].Amount > months[i].Due - months[i].Paid)
            {
                return DuesRejection.Overpaid;
            }

            if (months[i].Payments.Count >= MonthRecord.MaxPayments)
            {
                return DuesRejection.TooManyPayments;
            }
        }

        return null;
    }

    private static PaidMonth[] Itemise(RecordPayment command, MonthRecord[] months)
    {
        var items = new PaidMonth[months.Length];
        for (var i = 0; i < months.Length; i++)
        {
            var (month, amount) = command.Items[i];
            items[i] = new PaidMonth(
                month, amount, months[i].Due, months[i].Paid + amount, months[i].Class, months[i].Rule, months[i].Reduced);
        }

        return items;
    }

    internal static DuesRule? RuleOf(RecordPayment command) =>
        DuesRuleCatalog.InForce(
            command.Basis == PaymentBasis.Ordinary && command.Payer == Payer.Member
                ? DuesTopic.MonthlyPayment
                : DuesTopic.ConsentedPayment,
            command.Date);
}
