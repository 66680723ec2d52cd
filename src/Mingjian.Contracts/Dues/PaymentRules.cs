using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>Money in: the ledger's hot path. Four reads and two writes for the usual payment of one month.</summary>
internal static class PaymentRules
{
    internal const int MostItems = 12;

    /// <summary>Back payment generally covers no more (Art. 12).</summary>
    private const int BackPaymentMonths = 6;

    /// <summary>1000元以上 includes the figure itself (facts 1.3).</summary>
    private static readonly Amount CentreFrom = new(100_000);

    public static Decision Decide(IStateReader state, RecordPayment command, DecisionContext context)
    {
        if (!IsWellFormed(command))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        // Whether the import still stands is not asked: an assessed month keeps it from being withdrawn, and no month means NotAssessed.
        if (CheckReceipt(state, command.Member, command.Branch, command.Date, context, out var member, out var collector) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        for (var i = 1; i < command.Items.Count; i++)
        {
            if (command.Items[i].Month == command.Items[i - 1].Month)
            {
                return DuesRules.Reject(DuesRejection.Repeated);
            }
        }

        if ((CheckPayer(command.Payer) ?? CheckDate(state, command.Payment, command.Date, member!, context)) is { } fault)
        {
            return DuesRules.Reject(fault);
        }

        var months = new MonthRecord[command.Items.Count];
        for (var i = 0; i < months.Length; i++)
        {
            if (state.DuesMonth(command.Member, command.Items[i].Month) is not { } month)
            {
                return DuesRules.Reject(DuesRejection.NotAssessed);
            }

            months[i] = month;
        }

        if ((CheckBasis(command) ?? CheckConsent(state, command, context) ?? CheckAmounts(command, months)
                ?? CheckIndependence(state, command, context)) is { } refusal)
        {
            return DuesRules.Reject(refusal);
        }

        return Decision.Accept(new PaymentRecorded(
            command.Payment, command.Member, command.Branch, collector, command.Date, command.Method, command.Payer, command.Basis,
            Itemise(command, months), RuleOf(command)!.Id, member!.Name));
    }

    public static Decision Decide(IStateReader state, RecordVoluntaryPayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Method) || !Form.IsDate(command.Date) || !IsPayable(command.Amount))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (CheckReceipt(state, command.Member, command.Branch, command.Date, context, out var member, out var collector) is { } reason)
        {
            return DuesRules.Reject(reason);
        }

        if (!state.IsActive(member!))
        {
            return DuesRules.Reject(DuesRejection.MemberWithdrawn);
        }

        if (CheckDate(state, command.Payment, command.Date, member!, context) is { } fault)
        {
            return DuesRules.Reject(fault);
        }

        return Decision.Accept(new VoluntaryPaymentRecorded(
            command.Payment, command.Member, command.Branch, collector, command.Date, command.Method, command.Amount,
            FundOf(command.Amount), DuesRuleCatalog.InForce(DuesTopic.VoluntaryExtra, command.Date)!.Id, member!.Name));
    }

    public static void Apply(IStateReader state, PaymentRecorded recorded, IStateWriter writes)
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

    public static void Apply(IStateReader state, VoluntaryPaymentRecorded recorded, IStateWriter writes)
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

    internal static bool IsWellFormed(RecordPayment command)
    {
        if (!Form.IsDefined(command.Method) || !Form.IsDefined(command.Payer) || !Form.IsDefined(command.Basis)
            || !Form.IsDate(command.Date) || !Form.IsList(command.Items, MostItems))
        {
            return false;
        }

        for (var i = 0; i < command.Items.Count; i++)
        {
            if (!IsPayable(command.Items[i].Amount) || (i > 0 && command.Items[i].Month < command.Items[i - 1].Month))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsPayable(Amount amount) => amount > Amount.Zero && amount <= DuesLimits.Largest;

    private static DuesRejection? CheckReceipt(
        IStateReader state, MemberId id, OrganizationId branch, DateOnly date, DecisionContext context, out MemberRecord? member,
        out MemberId collector)
    {
        member = null;
        collector = default;
        if (!context.HasMember())
        {
            return DuesRejection.SignerNotAMember;
        }

        member = state.Member(id);
        if (member is null)
        {
            return DuesRejection.MemberUnknown;
        }

        if (member.Branch != branch || !DuesRules.IsInBranch(member))
        {
            return DuesRejection.NotInBranch;
        }

        if (Rights.Signer(state, context, Right.RecordPayment, branch) is not { } signer)
        {
            return DuesRejection.NotEntitled;
        }

        collector = signer;
        return DuesRuleCatalog.InForce(DuesTopic.MonthlyPayment, date) is null ? DuesRejection.NoRuleInForce : null;
    }

    internal static DuesRejection? CheckPayer(Payer payer) => payer switch
    {
        Payer.PayrollDeduction => DuesRejection.PayrollDeduction,
        Payer.OrganizationFunds => DuesRejection.OrganizationFunds,
        _ => null,
    };

    private static DuesRejection? CheckDate(
        IStateReader state, PaymentId payment, DateOnly date, MemberRecord member, DecisionContext context)
    {
        if (state.Payment(payment) is not null)
        {
            return DuesRejection.PaymentExists;
        }

        if (date > context.Today)
        {
            return DuesRejection.PaidInFuture;
        }

        return date < member.Admitted ? DuesRejection.PaidBeforeAdmission : null;
    }

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

        if (Rights.Signer(state, context, Right.ConsentForBranch, command.Branch) is not { } secretary)
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
            if (actor.Member is { } secretary && Rights.Allows(state, secretary, Right.ConsentForBranch, command.Branch, context.Today))
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
                    && Rights.Allows(state, officer, Right.ConsentForCommittee, committee.Organization, context.Today))
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
