using Mingjian.Acts.Messages;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Slices.Dues;
using Mingjian.Views.Preview;
using static Mingjian.Slices.Tests.Dues.SmallNetwork;

namespace Mingjian.Slices.Tests.Dues;

/// <summary>What a page says of an act that cannot be is what the contract says, and what the ledger answers when it is signed all the same.</summary>
public sealed class RefusalTextTests : IAsyncLifetime
{
    private static readonly Month December = November.AddMonths(1);
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly DateOnly Tomorrow = Today.AddDays(1);

    private DuesWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await DuesWorld.CreateAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Every_refusal_has_the_contracts_text()
    {
        await RefusedAsync(DuesRejection.StandardMonthAssessed, Officer, a => a.PrepareBaseChangeAsync(MemberA, November, DuesClass.SalariedMonthly, Amount.FromYuan(6000), null));
        await RefusedAsync(DuesRejection.NoRuleInForce, Officer, a => a.PrepareBaseChangeAsync(MemberA, new Month(2008, 3), DuesClass.SalariedMonthly, Amount.FromYuan(6000), null));
        await RefusedAsync(DuesRejection.AmountImpossible, Officer, a => a.PrepareBaseChangeAsync(MemberA, December, DuesClass.Farmer, null, Amount.FromYuan(2)));
        await RefusedAsync(DuesRejection.PaidInFuture, CollectorA, a => a.PrepareVoluntaryAsync(MemberA, Amount.FromYuan(5), Tomorrow, PaymentMethod.Cash));
        await RefusedAsync(DuesRejection.Overpaid, CollectorA, a => a.PreparePaymentAsync(MemberA, [November], Today, PaymentMethod.Cash, Payer.Member));
        await RefusedAsync(DuesRejection.NotAssessed, SecretaryB, a => a.PreparePaymentAsync(NoStandard, [November], Today, PaymentMethod.Cash, Payer.Member));
        await RefusedAsync(DuesRejection.PayrollDeduction, CollectorA, a => a.PreparePaymentAsync(MemberA, [November], Today, PaymentMethod.Cash, Payer.PayrollDeduction));
        await RefusedAsync(DuesRejection.OrganizationFunds, CollectorA, a => a.PreparePaymentAsync(MemberA, [November], Today, PaymentMethod.Cash, Payer.OrganizationFunds));
        await RefusedAsync(DuesRejection.ReductionPeriod, SecretaryB, a => a.PrepareReductionAsync(MemberB, December, November, Amount.Zero));
        await RefusedAsync(DuesRejection.NotAReduction, SecretaryB, a => a.PrepareReductionAsync(MemberB, December, December, Amount.FromYuan(5000)));
        await RefusedAsync(DuesRejection.ReductionMonthAssessed, SecretaryB, a => a.PrepareReductionAsync(MemberB, November, December, Amount.Zero));
        await RefusedAsync(DuesRejection.ReductionNotProposed, Officer, a => a.PrepareDecisionAsync(MemberB, December, true));
        _world.Network.Ledger.Accept(CollectorA, new ReversePayment(_world.Network.NovemberOfMemberA, ReversalReason.RecordedTwice));
        await RefusedAsync(DuesRejection.AlreadyReversed, CollectorA, a => a.PrepareReversalAsync(_world.Network.NovemberOfMemberA, ReversalReason.WrongAmount));
        await RefusedAsync(DuesRejection.BranchConsentMissing, CollectorA, a => a.PreparePaymentAsync(MemberA, [November], Today, PaymentMethod.Cash, Payer.Relative));
    }

    [Fact]
    public async Task Of_several_the_one_that_is_refused_is_named()
    {
        var refused = await Assert.ThrowsAsync<ActRefusedException>(
            () => _world.Acts(CollectorA).PrepareCollectionAsync(BranchA, November, [MemberA], Today, PaymentMethod.Cash));
        Assert.Equal($"{DuesWorld.NameOf(MemberA)}：{refused.Refusal.Text}", refused.Message);
    }

    [Fact]
    public async Task A_long_back_payment_is_held_for_the_second_signature_and_nothing_else_is()
    {
        Assert.False((await _world.Acts(SecretaryB).PreparePaymentAsync(Behind, [November], Today, PaymentMethod.Cash, Payer.Member)).Held);
        _world.Network.Ledger.Now = At(2027, 1, 5);
        Task<ActsToSign> Late(MemberId member) => _world.Acts(SecretaryB).PreparePaymentAsync(member, [new Month(2026, 6)], new DateOnly(2027, 1, 5), PaymentMethod.Cash, Payer.Member);
        Assert.True((await Late(Behind)).Held);
        Assert.Equal(DuesRejection.Overpaid.ToString(), (await Assert.ThrowsAsync<ActRefusedException>(() => Late(MemberB))).Refusal.Name);
        var outcome = _world.Preview(SecretaryB).Preview(new ConfirmPayment(_world.Network.NovemberOfMemberA), DuesWorld.UserOf(MemberA));
        Assert.IsType<PaymentConfirmed>(Assert.Single(outcome.Events));
        Assert.Null(outcome.Refusal);
    }

    private async Task RefusedAsync(DuesRejection reason, MemberId who, Func<DuesActs, Task> prepare)
    {
        var refused = await Assert.ThrowsAsync<ActRefusedException>(() => prepare(_world.Acts(who)));
        Assert.Equal((reason.ToString(), RejectionMessages.For($"dues/{(int)reason}").Text), (refused.Refusal.Name, refused.Message));
    }
}
