using Mingjian.Primitives;
using Mingjian.Vault;

namespace Mingjian.Slices.Dues;

/// <summary>Where bases of dues are kept, encrypted under the member's key; the ledger gets the commitment only.</summary>
internal interface IBaseStore
{
    /// <summary>Keeps a base under a fresh salt and returns its commitment, context <c>m-…/base/yyyy-MM/1</c>.</summary>
    /// <remarks>The caller has checked the right to set standards. A base whose act never becomes final stays unused.</remarks>
    Task<Hash32> KeepAsync(MemberId member, Month from, Amount monthlyBase, CancellationToken cancellationToken);
}

/// <summary>Bases in the vault.</summary>
internal sealed class VaultBases(VaultAccess vault) : IBaseStore
{
    public async Task<Hash32> KeepAsync(MemberId member, Month from, Amount monthlyBase, CancellationToken cancellationToken) =>
        (await (await vault.GetAsync(cancellationToken)).StageBasesAsync([(member, from, monthlyBase)], cancellationToken))[0];
}
