using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Organizations;

/// <summary>The contract <c>organizations</c>: the tree of Party organisations, the posts in it, and the sites on which passkeys sign.</summary>
public sealed class OrganizationsContract : IContract
{
    internal const string ContractName = "organizations";

    public string Name => ContractName;

    public IReadOnlyList<MessageType> Commands { get; } =
    [
        ContractsJson.Message<FoundNetwork>(ContractName),
        ContractsJson.Message<EstablishOrganization>(ContractName),
        ContractsJson.Message<AppointToPost>(ContractName),
        ContractsJson.Message<EndAppointment>(ContractName),
        ContractsJson.Message<RegisterSite>(ContractName),
        ContractsJson.Message<RemoveSite>(ContractName),
    ];

    public IReadOnlyList<MessageType> Events { get; } =
    [
        ContractsJson.Message<NetworkFounded>(ContractName),
        ContractsJson.Message<OrganizationEstablished>(ContractName),
        ContractsJson.Message<MemberAppointed>(ContractName),
        ContractsJson.Message<AppointmentEnded>(ContractName),
        ContractsJson.Message<SiteRegistered>(ContractName),
        ContractsJson.Message<SiteRemoved>(ContractName),
    ];

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) =>
        OrganizationsRules.Decide(state, (OrganizationsCommand)command, context);

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        OrganizationsRules.Apply(state, (OrganizationsEvent)happened, context, writes);
}
