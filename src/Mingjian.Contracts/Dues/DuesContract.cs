using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Dues;

/// <summary>The contract <c>dues</c>: standards, reductions, assessments, payments and what members say about them.</summary>
public sealed class DuesContract : IContract
{
    internal const string ContractName = "dues";

    public string Name => ContractName;

    /// <inheritdoc/>
    public int Protocol => 2;

    public IReadOnlyList<MessageType> Commands { get; } =
    [
        ContractsJson.Message<SetDuesPolicy>(ContractName),
        ContractsJson.Message<SetStandards>(ContractName),
        ContractsJson.Message<ProposeReduction>(ContractName),
        ContractsJson.Message<DecideReduction>(ContractName),
        ContractsJson.Message<AssessDues>(ContractName),
        ContractsJson.Message<RecordPayment>(ContractName),
        ContractsJson.Message<RecordVoluntaryPayment>(ContractName),
        ContractsJson.Message<ReversePayment>(ContractName),
        ContractsJson.Message<ConfirmPayment>(ContractName),
        ContractsJson.Message<DisputePayment>(ContractName),
        ContractsJson.Message<WithdrawDispute>(ContractName),
        ContractsJson.Message<AnswerDispute>(ContractName, since: 2),
        ContractsJson.Message<ReplyToAnswer>(ContractName, since: 2),
    ];

    public IReadOnlyList<MessageType> Events { get; } =
    [
        ContractsJson.Message<DuesPolicySet>(ContractName),
        ContractsJson.Message<StandardSet>(ContractName),
        ContractsJson.Message<ReductionProposed>(ContractName),
        ContractsJson.Message<ReductionDecided>(ContractName),
        ContractsJson.Message<DuesAssessed>(ContractName),
        ContractsJson.Message<PaymentRecorded>(ContractName),
        ContractsJson.Message<VoluntaryPaymentRecorded>(ContractName),
        ContractsJson.Message<PaymentReversed>(ContractName),
        ContractsJson.Message<PaymentConfirmed>(ContractName),
        ContractsJson.Message<PaymentDisputed>(ContractName),
        ContractsJson.Message<DisputeWithdrawn>(ContractName),
        ContractsJson.Message<DisputeAnswered>(ContractName, since: 2),
        ContractsJson.Message<AnswerReplied>(ContractName, since: 2),
    ];

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) =>
        DuesRules.Decide(state, (DuesCommand)command, context);

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        DuesRules.Apply(state, (DuesEvent)happened, context, writes);
}
