using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts;

/// <summary>The contracts of a network, for whoever builds an engine or a verifier.</summary>
public static class AllContracts
{
    /// <summary>The newest protocol that this program carries (docs/reference/versions.md).</summary>
    public static int Protocol { get; } = Create().Max(c => c.Protocol);

    public static IReadOnlyList<IContract> Create() =>
        [new OrganizationsContract(new MemberRegister()), new MembersContract(), new DuesContract(), new NodesContract()];
}
