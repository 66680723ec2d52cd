using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Storage.Tests;

/// <summary>One flipped bit in any stored file: opening or auditing names a place, never accepts it in silence.</summary>
public sealed class TamperTests(ITestOutputHelper output)
{
    private const int FlipsAFile = 12;

    [Fact]
    public async Task After_a_clean_stop_a_flipped_bit_in_any_file_is_named()
    {
        var ledger = await Make();
        await ledger.CloseAsync();
        await FlipEverywhere(ledger, ledger.StoreDirectory);
        Directory.Delete(ledger.Directory, recursive: true);
    }

    [Fact]
    public async Task After_a_crash_a_flipped_bit_in_any_file_is_named()
    {
        var ledger = await Make();
        var crashed = Files.Copy(ledger.StoreDirectory);
        Assert.Null((await Auditing.AuditStore(ledger.Keys.Alone, crashed)).Fault);
        await FlipEverywhere(ledger, crashed);
        await ledger.CloseAsync();
        Directory.Delete(ledger.Directory, recursive: true);
    }

    /// <summary>The information log and the lock files hold no data.</summary>
    private static bool HoldsData(string name) =>
        !Path.GetFileName(name).StartsWith("LOG", StringComparison.Ordinal) && Path.GetFileName(name) is not ("LOCK" or "lock");

    /// <summary>A write-ahead log fills the last bytes of a 32 KB block with zeros where no record header (7 bytes) fits; nobody reads them.</summary>
    private static bool IsPadding(string name, byte[] original, long offset) =>
        name.EndsWith(".log", StringComparison.Ordinal) && offset % 32_768 >= 32_768 - 6 && original[offset] == 0;

    /// <summary>Tables, a write-ahead log with data, a manifest with history.</summary>
    private static async Task<LedgerFixture> Make()
    {
        var first = LedgerFixture.Create();
        using var ada = new Person(1);
        await first.Do(ada, ada.Join);
        await Fill(first, ada, 0);
        await first.CloseAsync();
        var second = LedgerFixture.Open(first.Directory);
        await Fill(second, ada, 1000);
        return second;
    }

    private static Task Fill(LedgerFixture ledger, Person person, int first) => Task.WhenAll(
        Enumerable.Range(first, 400).Select(i => ledger.Do(person, new Deposit(Person.Payment(i), new MemberId((UInt128)(uint)(i % 90)), new Amount(i + 1)))));

    /// <summary>A table that the copy caught while it was being made, before any list named it: without it nothing is missing.</summary>
    private static async Task<bool> IsNobodysAsync(LedgerFixture ledger, string store, string file)
    {
        if (!file.EndsWith(".sst", StringComparison.Ordinal))
        {
            return false;
        }

        File.Move(file, file + ".away");
        try
        {
            return (await Auditing.AuditStore(ledger.Keys.Alone, store)).Fault is null;
        }
        finally
        {
            File.Move(file + ".away", file);
        }
    }

    private async Task FlipEverywhere(LedgerFixture ledger, string store)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Where(HoldsData).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(store, file).Replace('\\', '/');
            var original = await File.ReadAllBytesAsync(file);
            if (original.Length == 0)
            {
                continue;
            }

            for (var i = 0; i < FlipsAFile; i++)
            {
                var bit = random.NextInt64(original.Length * 8L);
                var bytes = (byte[])original.Clone();
                bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
                await File.WriteAllBytesAsync(file, bytes);
                var report = await Auditing.AuditStore(ledger.Keys.Alone, store);
                output.WriteLine($"{name} bit {bit} of {original.Length * 8L}: {report.Fault?.StableCode} {report.Fault?.Place}");
                Assert.True(
                    report.Fault is not null || IsPadding(name, original, bit / 8) || await IsNobodysAsync(ledger, store, file),
                    $"{name} bit {bit}: nobody noticed (seed {seed})");
            }

            await File.WriteAllBytesAsync(file, original);
            kinds.Add(new string(name.Where(c => !char.IsAsciiDigit(c)).ToArray()));
        }

        output.WriteLine(string.Join(' ', kinds));
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "db/.sst", "db/.log", "db/MANIFEST-", "db/CURRENT", "db/OPTIONS-", "db/IDENTITY", "files", "head" }, kinds);
    }
}
