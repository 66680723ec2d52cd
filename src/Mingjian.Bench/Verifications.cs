using System.Diagnostics;
using System.Security.Cryptography;
using Mingjian.Cryptography;

namespace Mingjian.Bench;

/// <summary>V: this machine's P-256 verifications a second on all cores, keys cached, through the verifier that the ledger uses.</summary>
/// <param name="PerSecond">All cores together.</param>
/// <param name="Microseconds">Processor time of one.</param>
public readonly record struct Verifications(double PerSecond, double Microseconds)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(700);

    /// <summary>The mean of two, of which one was taken before and one after a run.</summary>
    public static Verifications Between(Verifications before, Verifications after) =>
        new((before.PerSecond + after.PerSecond) / 2, (before.Microseconds + after.Microseconds) / 2);

    public static Verifications Measure()
    {
        var signers = Enumerable.Range(0, BenchRoster.Branches).Select(_ => Es256Signer.Create()).ToArray();
        var message = RandomNumberGenerator.GetBytes(600);
        var hash = SHA256.HashData(message);
        var signed = signers.Select(s => (s.Key, s.Sign(message).Sig)).ToArray();
        var verifier = new PlatformEcVerifier();
        var counts = new long[Environment.ProcessorCount];
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        Parallel.For(0, counts.Length, new ParallelOptions { MaxDegreeOfParallelism = counts.Length }, core =>
        {
            for (var i = core; watch.Elapsed < Duration; i++)
            {
                var (key, signature) = signed[i % signed.Length];
                if (verifier.Verify(key, hash, signature) != EcOutcome.Valid)
                {
                    throw new InvalidOperationException("A good signature did not verify.");
                }

                counts[core]++;
            }
        });
        var rate = counts.Sum() / watch.Elapsed.TotalSeconds;
        var each = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / counts.Sum();
        foreach (var signer in signers)
        {
            signer.Dispose();
        }

        return new Verifications(rate, each);
    }
}
