using System.Collections.Concurrent;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>Acts signed once for all seeds, and the keys of nodes and organisations: signing is slow and not what is simulated.</summary>
internal static class Acts
{
    /// <summary>The first acts found the network and bind the people's keys.</summary>
    public const int Opening = 6;

    private const int People = Opening - 1;
    private const int Count = 100;

    private static readonly Hash32 Charter = Hash32.Of("charter"u8);
    private static readonly Dictionary<Type, MessageType> NodeCommands = new NodesContract().Commands.ToDictionary(c => c.Type);
    private static readonly LedgerTime Expires = new(World.Start + (24 * 3_600_000));
    private static readonly Es256Signer[] Organizations = [.. Enumerable.Range(0, World.MostNodes).Select(_ => Es256Signer.Create())];

    /// <summary>By node number and how often its keys were changed.</summary>
    public static IReadOnlyDictionary<(int Number, int Generation), NodeKeys> Keys { get; } =
        (from number in Enumerable.Range(1, World.MostNodes)
         from generation in new[] { 0, 1 }
         select ((number, generation), NodeKeys.LoadOrCreate(Directory.CreateTempSubdirectory("mingjian-sim-").FullName, LedgerFixture.Network, number)))
        .ToDictionary(k => k.Item1, k => k.Item2);

    public static NodeSet Founders { get; } = new([.. Enumerable.Range(1, World.Founders).Select(n => Seat(n, 0))]);

    private static readonly Signed Ready = Sign();

    /// <summary>Acts that both protocols have.</summary>
    public static IReadOnlyList<byte[]> All => Ready.Both;

    /// <summary>Acts of the second protocol.</summary>
    public static IReadOnlyList<byte[]> Sweeps => Ready.Second;

    /// <summary>Acts that ended with the first protocol.</summary>
    public static IReadOnlyList<byte[]> Mints => Ready.First;

    /// <summary>The real one, asked once for each signature.</summary>
    public static ISignatureVerifier Verifier { get; } = new Remembering(new SignatureVerifier(new PlatformEcVerifier()));

    public static Seat Seat(int number, int generation) =>
        new(Keys[(number, generation)].Public, new OrganizationId((UInt128)(uint)(1_000_000 + number)), Organizations[number - 1].Key);

    /// <summary>A change of the nodes or a restart, signed by organisations.</summary>
    public static byte[] Sign(NodesCommand command, IEnumerable<int> organizations, Random random)
    {
        var type = NodeCommands[command.GetType()];
        var signers = organizations.Select(n => (ISigner)Organizations[n - 1]).ToList();
        var payload = TransactionPayload.Encode(type.Name, command, type.Json, LedgerFixture.Network, Expires, new Nonce((UInt128)(ulong)random.NextInt64()), signers[0].Key.Id);
        return SigningRequest.For(payload).SignWith(signers)[0].Encode();
    }

    public static ChangeNodes Change(IReadOnlyList<Seat> seats) => new(Charter, seats);

    private static Signed Sign()
    {
        var people = Enumerable.Range(1, People).Select(n => new Person(n)).ToArray();
        var random = new Random(20261122);
        var nonce = 0;
        byte[] Act(Person person, ICommand command) => person.Sign(command, LedgerFixture.Network, Expires, new Nonce((UInt128)(uint)++nonce));
        List<byte[]> sweeps = [.. Enumerable.Range(0, Count).Select(i => Act(people[i % People], new Sweep(people[random.Next(People)].Member)))];
        List<byte[]> mints = [.. Enumerable.Range(0, Count).Select(i => Act(people[i % People], new Mint(people[random.Next(People)].Member)))];
        List<byte[]> both =
        [
            Sign(new FoundNodes(Charter, [.. Enumerable.Range(1, World.Founders).Select(n => Seat(n, 0))], 1), Enumerable.Range(1, World.Founders), random),
            .. people.Select(p => Act(p, p.Join)),
            .. Enumerable.Range(0, Count).Select(i =>
            {
                var (from, to) = (people[random.Next(People)], people[random.Next(People)]);
                return Act(from, random.Next(2) == 0
                    ? new Deposit(Person.Payment(i), to.Member, random.Next(5) == 0 ? DeviantContract.Refused : new Amount(random.Next(0, 30)))
                    : new Transfer(from.Member, to.Member, new Amount(random.Next(0, 30))));
            }),
        ];
        return new Signed(mints, both, sweeps);
    }

    private sealed record Signed(IReadOnlyList<byte[]> First, IReadOnlyList<byte[]> Both, IReadOnlyList<byte[]> Second);

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
