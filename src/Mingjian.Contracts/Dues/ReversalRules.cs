using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Dues;

/// <summary>冲正: a mistaken entry is taken back by a new one.</summary>
internal static class ReversalRules
{
    public static Decision Decide(IStateReader state, ReversePayment command, DecisionContext context)
    {
        if (!Form.IsDefined(command.Reason))
        {
            return DuesRules.Reject(DuesRejection.Malformed);
        }

        if (!context.HasMember())
        {
            return DuesRules.Reject(DuesRejection.SignerNotAMember);
        }

        if (state.Payment(command.Payment) is not { } payment)
        {
            return DuesRules.Reject(DuesRejection.PaymentUnknown);
        }

        if (Rights.Signer(state, context, Right.ReversePayment, payment.Branch) is not { } by)
        {
            return DuesRules.Reject(DuesRejection.MayNotReverse);
        }

        return payment.Reversed is not null
            ? DuesRules.Reject(DuesRejection.AlreadyReversed)
            : Decision.Accept(new PaymentReversed(command.Payment, payment.Member, payment.Branch, command.Reason, by));
    }

    public static void Apply(IStateReader state, PaymentReversed reversed, IStateWriter writes)
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
