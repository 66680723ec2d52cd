using System.Text.Json.Serialization;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Dues;

/// <summary>Commands of the contract <c>dues</c>.</summary>
public abstract record DuesCommand : ICommand;

/// <summary>Events of the contract <c>dues</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record DuesEvent : IEvent;

/// <summary>The contract <c>dues</c>: standards, reductions, assessments, payments and what members say about them.</summary>
/// <remarks>One act more is a file of its own, one line in the list and one in the forms below.</remarks>
public sealed class DuesContract() : Contract("dues", DuesJson.Forms,
[
    new Act<SetDuesPolicy, DuesPolicySet>(SetDuesPolicyRules.Decide, SetDuesPolicyRules.Apply),
    new Act<SetStandards, StandardSet>(SetStandardsRules.Decide, SetStandardsRules.Apply),
    new Act<ProposeReduction, ReductionProposed>(ProposeReductionRules.Decide, ProposeReductionRules.Apply),
    new Act<DecideReduction, ReductionDecided>(DecideReductionRules.Decide, DecideReductionRules.Apply),
    new Act<AssessDues, DuesAssessed>(AssessDuesRules.Decide, AssessDuesRules.Apply),
    new Act<RecordPayment, PaymentRecorded>(RecordPaymentRules.Decide, RecordPaymentRules.Apply),
    new Act<RecordVoluntaryPayment, VoluntaryPaymentRecorded>(RecordVoluntaryPaymentRules.Decide, RecordVoluntaryPaymentRules.Apply),
    new Act<ReversePayment, PaymentReversed>(ReversePaymentRules.Decide, ReversePaymentRules.Apply),
    new Act<ConfirmPayment, PaymentConfirmed>(ConfirmPaymentRules.Decide, ConfirmPaymentRules.Apply),
    new Act<DisputePayment, PaymentDisputed>(DisputePaymentRules.Decide, DisputePaymentRules.Apply),
    new Act<WithdrawDispute, DisputeWithdrawn>(WithdrawDisputeRules.Decide, WithdrawDisputeRules.Apply),
    new Act<AnswerDispute, DisputeAnswered>(AnswerDisputeRules.Decide, AnswerDisputeRules.Apply, since: 2),
    new Act<ReplyToAnswer, AnswerReplied>(ReplyToAnswerRules.Decide, ReplyToAnswerRules.Apply, since: 2),
]);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SetDuesPolicy)), JsonSerializable(typeof(DuesPolicySet))]
[JsonSerializable(typeof(SetStandards)), JsonSerializable(typeof(StandardSet))]
[JsonSerializable(typeof(ProposeReduction)), JsonSerializable(typeof(ReductionProposed))]
[JsonSerializable(typeof(DecideReduction)), JsonSerializable(typeof(ReductionDecided))]
[JsonSerializable(typeof(AssessDues)), JsonSerializable(typeof(DuesAssessed))]
[JsonSerializable(typeof(RecordPayment)), JsonSerializable(typeof(PaymentRecorded))]
[JsonSerializable(typeof(RecordVoluntaryPayment)), JsonSerializable(typeof(VoluntaryPaymentRecorded))]
[JsonSerializable(typeof(ReversePayment)), JsonSerializable(typeof(PaymentReversed))]
[JsonSerializable(typeof(ConfirmPayment)), JsonSerializable(typeof(PaymentConfirmed))]
[JsonSerializable(typeof(DisputePayment)), JsonSerializable(typeof(PaymentDisputed))]
[JsonSerializable(typeof(WithdrawDispute)), JsonSerializable(typeof(DisputeWithdrawn))]
[JsonSerializable(typeof(AnswerDispute)), JsonSerializable(typeof(DisputeAnswered))]
[JsonSerializable(typeof(ReplyToAnswer)), JsonSerializable(typeof(AnswerReplied))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(StandardsRecord))]
[JsonSerializable(typeof(ReductionsRecord))]
[JsonSerializable(typeof(MonthRecord))]
[JsonSerializable(typeof(PaymentRecord))]
[JsonSerializable(typeof(DisputeAnswerRecord))]
internal sealed partial class DuesJson : JsonSerializerContext
{
    public static Forms Forms { get; } = new(new DuesJson());
}
