using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Members;

/// <summary>The contract <c>members</c>: rosters, invitations and the keys that speak for people.</summary>
public sealed class MembersContract : IContract
{
    internal const string ContractName = "members";

    public string Name => ContractName;

    public IReadOnlyList<MessageType> Commands { get; } =
    [
        ContractsJson.Message<ImportMembers>(ContractName),
        ContractsJson.Message<WithdrawImport>(ContractName),
        ContractsJson.Message<IssueInvitation>(ContractName),
        ContractsJson.Message<ConfirmInvitation>(ContractName),
        ContractsJson.Message<WithdrawInvitation>(ContractName),
        ContractsJson.Message<BindKey>(ContractName),
        ContractsJson.Message<RevokeKey>(ContractName),
    ];

    public IReadOnlyList<MessageType> Events { get; } =
    [
        ContractsJson.Message<MembersImported>(ContractName),
        ContractsJson.Message<ImportWithdrawn>(ContractName),
        ContractsJson.Message<InvitationIssued>(ContractName),
        ContractsJson.Message<InvitationConfirmed>(ContractName),
        ContractsJson.Message<InvitationWithdrawn>(ContractName),
        ContractsJson.Message<KeyBound>(ContractName),
        ContractsJson.Message<KeyRevoked>(ContractName),
    ];

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) =>
        MembersRules.Decide(state, (MembersCommand)command, context);

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        MembersRules.Apply(state, (MembersEvent)happened, context, writes);
}
