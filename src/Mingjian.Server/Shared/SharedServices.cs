using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Identity;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.Shared;

/// <summary>What several web processes need in place of each one's memory.</summary>
internal static class SharedServices
{
    /// <summary>First of all slices: nothing may ask for a cookie key before the tables are there.</summary>
    public static void AddShared(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddMingjianDbContext<SharedDatabase>(SharedDatabase.Name);
        services.AddSingleton<SharedValues>();
        services.AddSingleton<SharedKeys>();
        services.AddHostedService<SharedStart>();
        services.AddSingleton<IOneTimeStore, SharedOneTime>();
        services.AddSingleton<IRosterDrafts, SharedDrafts>();
        services.AddSingleton<IActShelf, SharedShelf>();
        services.AddSingleton<ProjectionTurn>();
    }
}

/// <summary>Challenges that one process hands out and another takes back.</summary>
internal sealed class SharedOneTime(SharedValues values) : IOneTimeStore
{
    private const int MaxName = 100;

    public async ValueTask<string> PutAsync(string kind, string value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var name = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await values.PutAsync(kind, name, string.Empty, Encoding.UTF8.GetBytes(value), lifetime, OneTimeValues<string>.Capacity, cancellationToken);
        return name;
    }

    public async ValueTask<string?> TakeAsync(string kind, string? name, CancellationToken cancellationToken) =>
        name is { Length: > 0 and < MaxName } && await values.FindAsync(kind, name, take: true, cancellationToken) is var (value, _)
            ? Encoding.UTF8.GetString(value)
            : null;
}

/// <summary>Acts that a process keeps while the node is out of reach: another one hands them on if it dies.</summary>
internal sealed class SharedShelf(SharedValues values) : IActShelf
{
    private const string Kind = "act";

    /// <summary>An act is valid for 72 hours at most.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(73);

    public Task KeepAsync(Hash32 id, ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken) =>
        values.PutAsync(Kind, id.ToHex(), string.Empty, envelope.ToArray(), Kept, LedgerCopy.MostActs, cancellationToken);

    public Task DropAsync(Hash32 id, CancellationToken cancellationToken) => values.RemoveAsync(Kind, id.ToHex(), cancellationToken);

    public async Task<bool> HasAsync(Hash32 id, CancellationToken cancellationToken) =>
        await values.FindAsync(Kind, id.ToHex(), take: false, cancellationToken) is not null;

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await values.ReadAllAsync(Kind, cancellationToken)).Select(v => (ReadOnlyMemory<byte>)v.Value)];
}
