using System.Diagnostics;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Log;

namespace Mingjian.Bench;

/// <summary>Offline verification that receipts are unchanged, all seven steps, name included, on one thread.</summary>
internal sealed class ReceiptBench(BenchReport report)
{
    private const int Receipts = 200;
    private const int Rounds = 6;

    /// <summary>Takes receipts of the newest payments; the last round counts, the others warm the just-in-time compiler up.</summary>
    public async Task RunAsync(BenchLedger bench)
    {
        var ledger = bench.Ledger;
        var network = new TrustedNetwork(NetworkFile.Create(BenchRoster.Network, TrustAnchor.Genesis, bench.Keys.Alone.Nodes, []));
        var files = Newest(ledger).Take(Receipts).ToArray();
        var verifier = new ReceiptVerifier(new PlatformEcVerifier());
        var times = new double[files.Length];
        var cost = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var processor = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < files.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                if (!verifier.Verify(files[i], network).IsGenuine)
                {
                    throw new InvalidOperationException("A good receipt did not verify.");
                }

                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            cost = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / files.Length;
        }

        await report.LineAsync(
            $"  receipt verification: median {BenchReport.Median(times):N2} ms of {files.Length} receipts of {files.Average(f => f.Length):N0} bytes, processor time {cost:N2} ms (target < 1 ms)");
    }

    private static IEnumerable<byte[]> Newest(Ledger ledger)
    {
        for (var height = ledger.Head.Height; height > 0; height--)
        {
            var block = ledger.ReadBlock(height)!;
            var size = block.FirstIndex + block.Entries;
            var checkpoint = ledger.ReadCheckpoint(height);
            for (var index = block.FirstIndex; index < size - 1; index++)
            {
                var proof = new TlogProof(null, index, ledger.ProveInclusion(index, size), checkpoint);
                var bare = new ReceiptFile(ledger.ReadEntry(index)!, null, proof.ToString());
                var (salt, name) = BenchRoster.NameOf(ReceiptContents.Read(bare, null).Member);
                yield return (bare with { Holder = new ReceiptHolder(salt, name) }).Encode();
            }
        }
    }
}
