using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Mingjian.Log;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Benchmarks;

/// <summary>The state tree by size, and appending to the log. Times are for one key or entry.</summary>
[SuppressMessage("Design", "CA1515", Justification = "BenchmarkDotNet needs public types.")]
[SuppressMessage("Security", "CA5394", Justification = "A fixed seed chooses keys.")]
public class StateTreeBenchmarks
{
    private const int Batch = 1000;
    private readonly ReadOnlyMemory<byte>[] _entries = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[1024], Batch)];
    private StateChange[] _all = [];
    private StateChange[] _changes = [];
    private StateTree _tree = StateTree.Empty;

    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _all = [.. Enumerable.Range(0, Keys).Select(i => new StateChange(Hash(i), Hash(-1)))];
        _tree = StateTree.Build(_all);
        _changes = [.. Enumerable.Range(0, Keys).OrderBy(_ => random.Next()).Take(Batch).Select(i => new StateChange(Hash(i), Hash(-2)))];
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public StateTree Update_in_batches_of_1000() => _tree.Update(_changes);

    [Benchmark(OperationsPerInvoke = Batch)]
    public StateTree Update_one_at_a_time()
    {
        var tree = _tree;
        for (var i = 0; i < Batch; i++)
        {
            tree = tree.Update(_changes.AsSpan(i, 1));
        }

        return tree;
    }

    [Benchmark]
    public StateTree Build_whole_tree() => StateTree.Build(_all);

    [Benchmark]
    public StateProof Prove() => _tree.Prove(_changes[0].Path);

    [Benchmark(OperationsPerInvoke = Batch)]
    public Hash32 Append_1_KB_entries_in_blocks_of_1000()
    {
        var log = new CompactTree();
        log.Append(_entries);
        return log.Root;
    }

    private static Hash32 Hash(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Hash32.Of(bytes);
    }
}
