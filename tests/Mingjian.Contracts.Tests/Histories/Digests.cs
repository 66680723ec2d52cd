using System.Security.Cryptography;
using System.Text;
using Mingjian.Contracts.Tests.Support;

namespace Mingjian.Contracts.Tests.Histories;

/// <summary>SHA-256 over outcomes, events and writes of the histories with seeds 1 to 1,000, for each contract alone (README.md).</summary>
internal static class Digests
{
    private const int Histories = 1_000;

    /// <summary>Compares with what was recorded when the protocol came.</summary>
    public static void Hold(string recorded, Action<ulong, IncrementalHash> run)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var seed = 1UL; seed <= Histories; seed++)
        {
            run(seed, digest);
        }

        var actual = Convert.ToHexStringLower(digest.GetHashAndReset());
        Assert.True(actual == recorded, $"The histories give {actual}: a rule changed. It needs a protocol of its own before this digest may change (README.md).");
    }

    /// <summary>Adds every event and write of a ledger from now on.</summary>
    public static void Follow(this IncrementalHash digest, TestLedger ledger) => ledger.Trace = (name, bytes) =>
    {
        digest.Add(name);
        digest.AppendData(BitConverter.GetBytes(bytes.Length));
        digest.AppendData(bytes);
    };

    public static void Add(this IncrementalHash digest, string outcome) => digest.AppendData(Encoding.ASCII.GetBytes(outcome));
}
