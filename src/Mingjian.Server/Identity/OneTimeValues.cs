using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Mingjian.Server.Identity;

/// <summary>Values that are handed out once under a random name and can be taken back once, before they expire.</summary>
/// <remarks>
/// Holds at most <see cref="Capacity"/> values; when full, expired ones and then the oldest go. Kept in memory: a restart asks people to
/// begin their sign-in again. Safe for concurrent use.
/// </remarks>
public sealed class OneTimeValues<T>(TimeProvider clock)
{
    /// <summary>
    /// Bounds memory against floods (some 10 MB of challenges, 40 MB of passkey states): more than 40 addresses at their full rate
    /// (<c>Limits:SignInsPerMinute</c>) for the two minutes that a challenge lives would push out others' challenges.
    /// </summary>
    public const int Capacity = 50_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (T Value, DateTimeOffset Expires)> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Stores the value; the name is 256 random bits in base64url.</summary>
    public string Put(T value, TimeSpan lifetime)
    {
        var name = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        lock (_gate)
        {
            while (_order.Count >= Capacity)
            {
                _values.Remove(_order.Dequeue());
            }

            _values[name] = (value, clock.GetUtcNow() + lifetime);
            _order.Enqueue(name);
        }

        return name;
    }

    /// <summary>Takes the value; a second call, an unknown name and an expired value all give false.</summary>
    public bool TryTake(string? name, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (name is null)
        {
            return false;
        }

        lock (_gate)
        {
            if (!_values.Remove(name, out var held) || held.Expires <= clock.GetUtcNow())
            {
                return false;
            }

            value = held.Value;
            return true;
        }
    }
}
