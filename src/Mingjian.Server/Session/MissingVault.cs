using Mingjian.Client.Directory;
using Mingjian.Client.Networks;
using Mingjian.Primitives;
using Mingjian.Server.LedgerApi;

namespace Mingjian.Server.Session;

/// <summary>Stands where the vault will: knows no name and takes none.</summary>
internal sealed class MissingVault : INameDirectory, INameRegistry, IOrganizationNames
{
    public ValueTask<IReadOnlyDictionary<MemberId, string>> FindAsync(
        IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyDictionary<MemberId, string>>(new Dictionary<MemberId, string>());

    public ValueTask<IReadOnlyDictionary<OrganizationId, string>> FindAsync(
        IReadOnlyCollection<OrganizationId> organizations, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyDictionary<OrganizationId, string>>(new Dictionary<OrganizationId, string>());

    public Task<Hash32> RegisterAsync(OrganizationId organization, string name, CancellationToken cancellationToken = default) =>
        Task.FromResult(Commitment.Compute(Commitment.Context(organization, "name"), Salt.New(), name));

    public Task<Hash32> RegisterAsync(MemberId member, string name, CancellationToken cancellationToken = default) =>
        Task.FromResult(Commitment.Compute(Commitment.Context(member, "name"), Salt.New(), name));

    public Task<IReadOnlyList<NetworkOrganization>> AllAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<NetworkOrganization>>([]);
}
