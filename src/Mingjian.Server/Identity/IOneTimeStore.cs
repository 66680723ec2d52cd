using System.Collections.Concurrent;

namespace Mingjian.Server.Identity;

/// <summary>Hands out texts once under a random name and takes them back once, before they expire.</summary>
internal interface IOneTimeStore
{
    /// <summary>Stores a text; the name is 256 random bits in base64url.</summary>
    ValueTask<string> PutAsync(string kind, string value, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Takes it; null for a second call, an unknown name, another kind and an expired text.</summary>
    ValueTask<string?> TakeAsync(string kind, string? name, CancellationToken cancellationToken);
}

/// <summary>In the memory of a process that has no other beside it.</summary>
internal sealed class OneTimeMemory(TimeProvider clock) : IOneTimeStore
{
    private readonly ConcurrentDictionary<string, OneTimeValues<string>> _kinds = new(StringComparer.Ordinal);

    public ValueTask<string> PutAsync(string kind, string value, TimeSpan lifetime, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Of(kind).Put(value, lifetime));

    public ValueTask<string?> TakeAsync(string kind, string? name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Of(kind).TryTake(name, out var value) ? value : null);

    private OneTimeValues<string> Of(string kind) => _kinds.GetOrAdd(kind, static (_, time) => new OneTimeValues<string>(time), clock);
}
