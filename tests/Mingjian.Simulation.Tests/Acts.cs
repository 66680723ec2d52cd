using System.Collections.Concurrent;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>Acts signed once for all seeds, and the four nodes' keys: signing is slow and not what is simulated.</summary>
internal static class Acts
{
    /// <summary>The first acts bind the people's keys.</summary>
    public const int Joins = 5;

    private const int Count = 60;

    public static IReadOnlyList<NodeKeys> Keys { get; } = [.. Enumerable.Range(1, World.Nodes).Select(number =>
        NodeKeys.LoadOrCreate(Directory.CreateTempSubdirectory("mingjian-sim-").FullName, LedgerFixture.Network, number))];

    public static IReadOnlyList<byte[]> All { get; } = Sign();

    /// <summary>The real one, asked once for each signature.</summary>
    public static ISignatureVerifier Verifier { get; } = new Remembering(new SignatureVerifier(new PlatformEcVerifier()));

    private static List<byte[]> Sign()
    {
        var people = Enumerable.Range(1, Joins).Select(n => new Person(n)).ToArray();
        var random = new Random(20261122);
        var expires = new LedgerTime(1_795_000_000_000 + (24 * 3_600_000));
        var nonce = 0;
        byte[] Act(Person person, ICommand command) => person.Sign(command, LedgerFixture.Network, expires, new Nonce((UInt128)(uint)++nonce));
        return
        [
            .. people.Select(p => Act(p, p.Join)),
            .. Enumerable.Range(0, Count).Select(i =>
            {
                var (from, to) = (people[random.Next(Joins)], people[random.Next(Joins)]);
                return Act(from, random.Next(2) == 0
                    ? new Deposit(Person.Payment(i), to.Member, new Amount(random.Next(0, 30)))
                    : new Transfer(from.Member, to.Member, new Amount(random.Next(0, 30))));
            }),
        ];
    }

    private sealed class Remembering(ISignatureVerifier inner) : ISignatureVerifier
    {
        private readonly ConcurrentDictionary<(Hash32 Pae, Hash32 Signature, KeyId Key), SignatureFault> _known = new();

        public SignatureFault Verify(ReadOnlySpan<byte> pae, EnvelopeSignature signature, PublicKeyValue key)
        {
            var place = (Hash32.Of(pae), Hash32.Of(signature.Sig), key.Id);
            if (!_known.TryGetValue(place, out var fault))
            {
                fault = inner.Verify(pae, signature, key);
                _known.TryAdd(place, fault);
            }

            return fault;
        }
    }
}
