using Mingjian.Acts.Networks;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.LedgerApi;
using Mingjian.Vault;
using Mingjian.Views.Directory;

namespace Mingjian.Server.Names;

/// <summary>The vault and the names in it.</summary>
internal static class NamesServices
{
    /// <summary>Adds the vault. The master key comes from <c>Vault:Key</c> (text) or <c>Vault:KeyFile</c>, by default <c>vault.key</c> in the data.</summary>
    public static void AddNames(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(provider =>
        {
            var configuration = provider.GetRequiredService<IConfiguration>();
            var file = configuration["Vault:KeyFile"];
            return new VaultSettings(
                string.IsNullOrEmpty(file) ? Path.Combine(provider.GetRequiredService<ServerOptions>().NetworkDirectory, "vault.key") : file,
                configuration["Vault:Key"]);
        });
        services.AddVault();
        services.AddSingleton<VaultNames>();
        services.AddSingleton<INameDirectory>(provider => provider.GetRequiredService<VaultNames>());
        services.AddSingleton<INameRegistry>(provider => provider.GetRequiredService<VaultNames>());
        services.AddSingleton<IOrganizationNames>(provider => provider.GetRequiredService<VaultNames>());
    }
}

/// <summary>A node without pages keeps no names: its network file names nobody, the web processes' does.</summary>
internal sealed class NoNames : IOrganizationNames
{
    public Task<IReadOnlyList<NetworkOrganization>> AllAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NetworkOrganization>>([]);
}

/// <summary>Names from the vault.</summary>
internal sealed class VaultNames(VaultAccess vault) : INameDirectory, INameRegistry, IOrganizationNames
{
    public async ValueTask<IReadOnlyDictionary<MemberId, string>> FindAsync(
        IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        await (await vault.GetAsync(cancellationToken)).FindNamesAsync(members, cancellationToken);

    public async ValueTask<IReadOnlyDictionary<OrganizationId, string>> FindAsync(
        IReadOnlyCollection<OrganizationId> organizations, CancellationToken cancellationToken = default)
    {
        var all = await (await vault.GetAsync(cancellationToken)).FindOrganizationsAsync(cancellationToken);
        return organizations.Distinct().Where(all.ContainsKey).ToDictionary(id => id, id => all[id]);
    }

    public async Task<Hash32> RegisterAsync(OrganizationId organization, string name, CancellationToken cancellationToken = default) =>
        await (await vault.GetAsync(cancellationToken)).StageOrganizationAsync(organization, name, cancellationToken);

    public async Task<Hash32> RegisterAsync(MemberId member, string name, CancellationToken cancellationToken = default) =>
        await (await vault.GetAsync(cancellationToken)).StageNameAsync(member, name, cancellationToken);

    public async Task<IReadOnlyList<NetworkOrganization>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await (await vault.GetAsync(cancellationToken)).FindOrganizationsAsync(cancellationToken))
            .OrderBy(o => o.Key.Value).Select(o => new NetworkOrganization(o.Key, o.Value))];
}
