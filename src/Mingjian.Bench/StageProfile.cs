using System.Globalization;
using System.Runtime.InteropServices;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Messages;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Bench;

/// <summary>Processor time of each stage of a payment, one stage after the other: where the time goes.</summary>
internal sealed class StageProfile(BenchLedger ledger)
{
    private readonly ContractSet _contracts = new(AllContracts.Create());
    private readonly KeyDirectory _keys = new();
    private readonly SignatureVerifier _verifier = new(new PlatformEcVerifier());
    private readonly StateCache _cache = new(500_000, 0);
    private readonly SortedDictionary<string, (double Microseconds, double Bytes)> _stages = new(StringComparer.Ordinal);

    /// <summary>Runs batches of pre-signed payments through the stages on a closed ledger; the last batch counts.</summary>
    public void Run(IReadOnlyList<byte[][]> batches, TextWriter output)
    {
        using var store = RocksDbBlockStore.Open(ledger.StoreDirectory);
        var log = LedgerState.LoadLog(store);
        var tree = LedgerState.LoadState(store, store.Snapshot());
        var reader = new TransactionReader(BenchRoster.Network, _contracts);
        var executor = new BlockExecutor(BenchRoster.Network, _contracts, _keys);
        foreach (var batch in batches)
        {
            _stages.Clear();
            var view = new StateView(store.Snapshot(), _cache, tree, fill: true);
            var frames = new TransactionFrame[batch.Length];
            Time("1 read envelope and payload, transaction id", () => Each(batch.Length, i => Require(reader.ReadFrame(batch[i], out frames[i]))));
            Time("2 look for the transaction id", () => Each(batch.Length, i => store.FindTransaction(frames[i].Id)));
            var commands = new (CommandRoute Route, ICommand Command)[batch.Length];
            Time("3 read command", () => Each(batch.Length, i =>
            {
                Require(reader.ReadCommand(frames[i], out var route, out var command));
                commands[i] = (route!, command!);
            }));
            var actors = new Actor[batch.Length][];
            Time("4 resolve keys", () => Each(batch.Length, i =>
                Require(SignatureCheck.Resolve(_keys, view, commands[i].Command, frames[i].Signers(), out actors[i]))));
            Time("5 verify signatures", () => Each(batch.Length, i => Require(SignatureCheck.Verify(_verifier, frames[i], actors[i]))));

            var head = store.Head!;
            var state = new BlockState(view);
            var admitted = frames.Select((f, i) => new AdmittedTransaction(
                f.Id, f.Bytes, commands[i].Route, commands[i].Command, f.Payload.Expires, f.Signers())).ToArray();
            ExecutedBatch executed = null!;
            var context = new DecisionContext(LedgerTime.From(TimeProvider.System.GetUtcNow()), head.Height + 1, BenchRoster.Network, actors[0], ledger.Keys.Alone.Nodes, 1, AllContracts.Protocol);
            Time("6a decide, records not in memory", () => Each(batch.Length, i =>
                commands[i].Route.Contract.Decide(view, commands[i].Command, context with { Actors = actors[i] })));
            Time("6b decide, records in memory", () => Each(batch.Length, i =>
                commands[i].Route.Contract.Decide(view, commands[i].Command, context with { Actors = actors[i] })));
            Time("6c decide, apply, write entries", () => executed = executor.Execute(
                head.Height + 1, LedgerTime.From(TimeProvider.System.GetUtcNow()), AllContracts.Protocol, ledger.Keys.Alone.Nodes, new ProtocolStatement(1, AllContracts.Protocol),
                head.Size, BlockAct.Of(admitted), view, state, _ => false));
            StateWrite[] writes = null!;
            Time("7 encode state, state tree", () => (writes, tree) = BlockExecutor.Close(state, tree));
            IReadOnlyList<TileWrite> tiles = null!;
            Time("8 log tree", () => tiles = log.AppendLeaves(CollectionsMarshal.AsSpan(executed.Leaves)));
            var block = new BlockRecord(
                head.Height + 1, head.Size, executed.Entries.Count, head.Time, log.Root, tree.Root, ledger.Keys.Sign(log.Size, log.Root, head.Time));
            Time("9 store, synced", () => store.Commit(new BlockCommit(BenchRoster.Network, block, executed.Entries, tiles, writes, executed.Indexed)));
            foreach (var (path, write) in state.Writes)
            {
                _cache.Renew(path, write.Value, block.Height);
            }

            output.WriteLine($"  profile of {batch.Length} payments, processor time each:");
            foreach (var (stage, (time, bytes)) in _stages)
            {
                Print(output, stage, time / batch.Length, bytes / batch.Length);
            }

            Print(output, "sum (6a counts what 6b and 6c count)", _stages.Values.Sum(s => s.Microseconds) / batch.Length, _stages.Values.Sum(s => s.Bytes) / batch.Length);
        }
    }

    private static void Each(int count, Action<int> action)
    {
        for (var i = 0; i < count; i++)
        {
            action(i);
        }
    }

    private static void Require(AdmissionRejection? refusal)
    {
        if (refusal is not null)
        {
            throw new InvalidOperationException($"The bench's own act was refused: {refusal}");
        }
    }

    private void Time(string stage, Action action)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var before = Environment.CpuUsage.TotalTime;
        action();
        _stages[stage] = ((Environment.CpuUsage.TotalTime - before).TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    private static void Print(TextWriter output, string stage, double microseconds, double bytes) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {stage,-45} {microseconds,6:N1} us {bytes,8:N0} bytes allocated"));
}
