using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;
using Mingjian.Primitives;

namespace Mingjian.Server.Hosting;

/// <summary>Data protection that remembers for a short time what it has opened: a browser sends the same sealed cookies and token with every request.</summary>
/// <remarks>
/// What is remembered is found by SHA-256 of the sealed bytes, so it is opened for nobody who does not hold exactly these, and sealing is never short-cut.
/// Whether the session that a cookie names is open, and whether a token fits the user, is asked of each request as before.
/// Only a key of data protection that is revoked goes on opening what it had opened before for up to twice <see cref="Lifetime"/>.
/// </remarks>
internal sealed class RecentTokens(IDataProtectionProvider inner, TimeProvider clock) : IDataProtectionProvider
{
    /// <summary>How long a generation of what was opened is kept; there are two of each purpose.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>Most in a generation. Some 300 bytes each.</summary>
    public const int Most = 4_096;

    /// <summary>Longest that is remembered: cookies and tokens are a few hundred bytes.</summary>
    public const int Longest = 2_048;

    public IDataProtector CreateProtector(string purpose) => new Protector(inner.CreateProtector(purpose), clock);

    /// <summary>Remembers in place of the framework's own provider.</summary>
    public static void Add(IServiceCollection services)
    {
        var own = services.Last(s => s.ServiceType == typeof(IDataProtectionProvider));
        services.Remove(own);
        services.AddSingleton<IDataProtectionProvider>(provider => new RecentTokens(
            (IDataProtectionProvider)own.ImplementationFactory!(provider), provider.GetRequiredService<TimeProvider>()));
    }

    private sealed class Protector(IDataProtector inner, TimeProvider clock) : IDataProtector
    {
        private Generation _young = new(clock.GetTimestamp());
        private Generation? _old;

        public IDataProtector CreateProtector(string purpose) => new Protector(inner.CreateProtector(purpose), clock);

        public byte[] Protect(byte[] plaintext) => inner.Protect(plaintext);

        public byte[] Unprotect(byte[] protectedData)
        {
            if (protectedData.Length > Longest)
            {
                return inner.Unprotect(protectedData);
            }

            var key = Hash32.Of(protectedData);
            var young = Turn();
            if (!young.Opened.TryGetValue(key, out var opened) && Volatile.Read(ref _old)?.Opened.TryGetValue(key, out opened) != true)
            {
                opened = inner.Unprotect(protectedData);
                young.Remember(key, opened);
            }

            // A copy: nobody can change what the next one gets.
            return [.. opened!];
        }

        private Generation Turn()
        {
            var young = Volatile.Read(ref _young);
            if (clock.GetElapsedTime(young.Begun) < Lifetime && !young.IsFull)
            {
                return young;
            }

            var next = new Generation(clock.GetTimestamp());
            if (Interlocked.CompareExchange(ref _young, next, young) != young)
            {
                return Volatile.Read(ref _young);
            }

            // After a pause the generation that ends is as old as what is to be forgotten.
            Volatile.Write(ref _old, clock.GetElapsedTime(young.Begun) < Lifetime * 2 ? young : null);
            return next;
        }
    }

    private sealed class Generation(long begun)
    {
        private int _count;

        public long Begun { get; } = begun;

        public ConcurrentDictionary<Hash32, byte[]> Opened { get; } = new();

        public bool IsFull => Volatile.Read(ref _count) >= Most;

        public void Remember(Hash32 key, byte[] opened)
        {
            if (Opened.TryAdd(key, opened))
            {
                Interlocked.Increment(ref _count);
            }
        }
    }
}
