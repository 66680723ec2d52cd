using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>冲正: takes a mistaken payment back by a new entry; the old one stays readable.</summary>
public sealed record ReversePayment(PaymentId Payment, ReversalReason Reason) : DuesCommand;

public enum ReversalReason
{
    WrongMember = 1,
    WrongAmount = 2,
    WrongMonth = 3,
    RecordedTwice = 4,
    MoneyNotReceived = 5,
    MemberDisputed = 6,
}

/// <summary>冲正: the payment no longer counts.</summary>
public sealed record PaymentReversed(PaymentId Payment, MemberId Member, OrganizationId Branch, ReversalReason Reason, MemberId By) : DuesEvent;

internal static class ReversePaymentRules
{
    public static Decision Decide(IStateReader state, ReversePayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Reason))
        {
            return Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Payment(command.Payment) is not { } payment)
        {
            return Reject(DuesRejection.PaymentUnknown);
        }

        if (DuesRights.ReversePayment.Signer(state, context, payment.Branch) is not { } by)
        {
            return Reject(DuesRejection.MayNotReverse);
        }

        return payment.Reversed is not null
            ? Reject(DuesRejection.AlreadyReversed)
            : Decision.Accept(new PaymentReversed(command.Payment, payment.Member, payment.Branch, command.Reason, by));
    }

    public static void Apply(IStateReader state, PaymentReversed reversed, DecisionContext context, IStateWriter writes)
    {
        var payment = state.Payment(reversed.Payment)!;
        foreach (var item in payment.Items)
        {
            var month = state.DuesMonth(payment.Member, item.Month)!;
            var left = new List<PaymentId>();
            foreach (var id in month.Payments)
            {
                if (id != reversed.Payment)
                {
                    left.Add(id);
                }
            }

            writes.Put(
                DuesState.Months.Key(payment.Member, item.Month),
                month with { Paid = month.Paid - item.Amount, Payments = left });
        }

        writes.Put(DuesState.Payments.Key(reversed.Payment), payment with { Reversed = reversed.Reason });
    }
}
