using CsCheck;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

/// <summary>The same batches give the same bytes, in whatever store, and again after every restart.</summary>
public sealed class DeterminismTests
{
    private const int People = 4;

    private static readonly Gen<Act[][]> Histories = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, People - 1], Gen.Int[0, People - 1], Gen.Int[-1, 30], (kind, from, to, amount) => new Act(kind, from, to, amount))
        .Array[1, 8].Array[1, 8];

    private static readonly NodeKeys Keys = NodeKeys.LoadOrCreate(Directory.CreateTempSubdirectory("mingjian-keys-").FullName, LedgerFixture.Network);

    [Fact]
    public void The_same_batches_give_the_same_bytes_in_another_store_with_restarts()
    {
        var people = Enumerable.Range(1, People).Select(n => new Person(n)).ToArray();
        Histories.Sample(
            history =>
            {
                var batches = Sign(history, people);
                var plain = Run(batches, restart: false);
                var restarted = Run(batches, restart: true);
                Assert.Equal(plain, restarted);
            },
            iter: 12,
            threads: 1,
            print: h => string.Join(" | ", h.Select(b => string.Join(' ', b.Select(a => a.ToString())))));
    }

    [Fact]
    public void Money_in_equals_money_held()
    {
        var people = Enumerable.Range(1, People).Select(n => new Person(n)).ToArray();
        Histories.Sample(
            history =>
            {
                var directory = Directory.CreateTempSubdirectory("mingjian-det-").FullName;
                using (var store = RocksDbBlockStore.Open(directory))
                {
                    var writer = Writer(store);
                    foreach (var batch in Sign(history, people))
                    {
                        Write(writer, batch);
                    }

                    var state = writer.Published.State;
                    var held = people.Sum(p => state.Get(ToyContract.Accounts.Key(p.Member))?.Balance.Fen ?? 0);
                    Assert.Equal(state.Get(ToyContract.Totals.Key("all"))?.Sum.Fen ?? 0, held);
                }

                Directory.Delete(directory, recursive: true);
            },
            iter: 12,
            threads: 1);
    }

    private static BlockWriter Writer(RocksDbBlockStore store) => new(
        LedgerFixture.Network, new ContractSet(LedgerFixture.Toy), LedgerFixture.Toy, store, new NodeSet([Keys.Public]));

    private static string Run(IReadOnlyList<OrderedBatch> batches, bool restart)
    {
        var directory = Directory.CreateTempSubdirectory("mingjian-det-").FullName;
        var store = RocksDbBlockStore.Open(directory);
        var writer = Writer(store);
        foreach (var batch in batches)
        {
            Write(writer, batch);
            if (restart)
            {
                store.Dispose();
                store = RocksDbBlockStore.Open(directory);
                writer = Writer(store);
            }
        }

        var head = writer.Published.Head;
        var entries = Convert.ToHexString(Hash32.Of([.. Enumerable.Range(0, (int)head.Size).SelectMany(i => store.ReadEntry(i)!)]).ToArray());
        store.Dispose();
        Directory.Delete(directory, recursive: true);
        return $"{head.Height} {head.Size} {head.Root} {head.StateRoot} {head.Checkpoint} {entries}";
    }

    /// <summary>Signed once: ECDSA signatures differ each time.</summary>
    private static List<OrderedBatch> Sign(Act[][] history, Person[] people)
    {
        var reader = new TransactionReader(LedgerFixture.Network, new ContractSet(LedgerFixture.Toy));
        var time = new LedgerTime(1_795_000_000_000);
        var number = 0;
        var batches = new List<OrderedBatch> { new(1, 1, time, 1, [.. people.Select(p => Admit(p, p.Join))]) };
        foreach (var acts in history)
        {
            // Clocks of proposers may run backwards; block time does not.
            time = time.AddMilliseconds((acts[0].Amount * 1000) - 5000);
            batches.Add(new OrderedBatch(batches.Count + 1, 1, time, 1, [.. acts.Select(a => Admit(people[a.From], Command(a)))]));
        }

        return batches;

        ICommand Command(Act act) => act.Kind switch
        {
            0 or 1 => new Deposit(Person.Payment(number++), people[act.To].Member, new Amount(act.Amount)),
            2 or 3 => new Transfer(people[act.From].Member, people[act.To].Member, new Amount(Math.Max(act.Amount, 0))),
            _ => new Leave(people[act.To].Key.Id),
        };

        AdmittedTransaction Admit(Person person, ICommand command)
        {
            var bytes = person.Sign(command, LedgerFixture.Network, new LedgerTime(1_795_000_000_000 + (24 * 3_600_000)), new Nonce((UInt128)(uint)++number));
            Assert.Null(reader.ReadFrame(bytes, out var frame));
            Assert.Null(reader.ReadCommand(frame, out var route, out var typed));
            return new AdmittedTransaction(frame.Id, bytes, route!, typed!, frame.Payload.Expires, frame.Signers());
        }
    }

    public readonly record struct Act(int Kind, int From, int To, int Amount);

    private static void Write(BlockWriter writer, OrderedBatch batch)
    {
        var prepared = writer.Prepare(batch);
        if (prepared.After is { } after)
        {
            // Ed25519 is deterministic, so even checkpoints must be equal.
            writer.Commit(prepared, Keys.Sign(after.Commit.Block.Size, after.Commit.Block.Root, after.Commit.Block.Time));
        }
    }
}
