using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Storage.Sql;

namespace Mingjian.Vault;

/// <summary>Where the master key is.</summary>
/// <param name="KeyFile">Made at the first start where it does not exist and <paramref name="KeyText"/> is null.</param>
/// <param name="KeyText">The text form itself, from an environment variable or a secret store; null = use the file.</param>
public sealed record VaultSettings(string KeyFile, string? KeyText = null);

/// <summary>Registers the vault.</summary>
public static class VaultServices
{
    /// <summary>Adds <see cref="VaultContext"/> and the vault, opened at its first use.</summary>
    /// <remarks>Needs <see cref="SqlSettings"/>, <see cref="VaultSettings"/> and <see cref="TimeProvider"/>.</remarks>
    public static IServiceCollection AddVault(this IServiceCollection services)
    {
        services.AddMingjianDbContext<VaultContext>(VaultContext.Name);
        services.AddSingleton<VaultAccess>();
        return services;
    }
}

/// <summary>Opens the vault once, on first use, and rewraps everything when the ring holds a newer master key.</summary>
/// <remarks>A failed opening is tried again by the next caller.</remarks>
public sealed class VaultAccess(IDbContextFactory<VaultContext> contexts, VaultSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private PersonVault? _vault;

    /// <summary>The vault.</summary>
    /// <exception cref="VaultException">The master key is missing, malformed or not this vault's.</exception>
    public async ValueTask<PersonVault> GetAsync(CancellationToken cancellationToken = default)
    {
        if (_vault is { } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_vault is null)
            {
                var keys = await FindKeysAsync(cancellationToken);
                var vault = await PersonVault.OpenAsync(contexts, keys, time, cancellationToken);
                if (vault.IsRotationDue)
                {
                    await vault.RotateAsync(keys, cancellationToken);
                }

                _vault = vault;
            }

            return _vault;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<MasterKeys> FindKeysAsync(CancellationToken cancellationToken)
    {
        var keys = string.IsNullOrWhiteSpace(settings.KeyText) ? MasterKeys.Read(settings.KeyFile) : MasterKeys.Parse(settings.KeyText);
        if (keys is not null)
        {
            return keys;
        }

        // A new key for a vault that was sealed with another would only hide the loss.
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await context.MigrateStoreAsync(cancellationToken);
        if (await context.Keys.AnyAsync(cancellationToken) || await context.People.AnyAsync(cancellationToken))
        {
            throw new VaultException(
                VaultFault.MasterKeyMissing, $"The vault holds data, but its master key is missing. Restore {settings.KeyFile} from its backup.");
        }

        var made = MasterKeys.Create();
        made.Write(settings.KeyFile);
        return made;
    }
}
