using System.Globalization;
using System.Text;
using Mingjian.Log;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>All that a server has left behind and said - ledger, data directory, log output, answers, streams - and where a needle stands in it.</summary>
/// <param name="planted">What attackers sent: it stands nowhere at all.</param>
/// <param name="secret">The same, and what only those may see who are let in: it stands in no ledger, no log output, no error and no stream.</param>
internal sealed class LeftBehind(Needles planted, Needles secret)
{
    /// <summary>What the tests write into addresses, among other places.</summary>
    private static readonly string[] Addressed = ["in the address", "Chinese", "a live invitation code"];

    private readonly List<string> _faults = [];

    /// <summary>What else was wrong.</summary>
    public void Add(IEnumerable<string> faults) => _faults.AddRange(faults);

    /// <summary>What a person with a session was sent beside answers.</summary>
    public void LookAt(string where, ReadOnlySpan<byte> bytes) => Look(where, bytes, planted);

    public void LookAtLog(string output) => Look("log output", Encoding.UTF8.GetBytes(output), secret);

    /// <summary>Checkpoint, every entry, every bundle and every hash tile of a ledger that no process has open.</summary>
    /// <param name="size">Entries, as an audit has counted them.</param>
    public async Task LookAtLedgerAsync(string networkDirectory, long size)
    {
        await using var source = new RocksDbLedgerSource(Path.Combine(networkDirectory, "ledger"));
        await source.OpenAsync(default);
        Look("checkpoint", Encoding.UTF8.GetBytes((await source.ReadCheckpointAsync(default))!), secret);
        var index = 0L;
        await foreach (var entry in EntriesAsync(source, size))
        {
            Look($"entry {index++}", entry, secret);
        }

        var tiles = 0;
        for (var (level, hashes) = (0, size); hashes > 0; (level, hashes) = (level + 1, hashes / Tile.FullWidth))
        {
            for (var number = 0L; number * Tile.FullWidth < hashes; number++)
            {
                var path = new TilePath(level, number, (int)Math.Min(Tile.FullWidth, hashes - (number * Tile.FullWidth)));
                Look(path.ToString(), await source.ReadTileAsync(path, default) ?? throw new InvalidOperationException($"No {path}."), secret);
                tiles++;
            }
        }

        Assert.True(index == size && tiles > 0, $"{index} of {size} entries, {tiles} tiles");
    }

    /// <summary>Every file; keys and tokens of the server's own are where they belong.</summary>
    public async Task LookAtFilesAsync(string directory)
    {
        var files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            Look(Path.GetRelativePath(directory, file), await File.ReadAllBytesAsync(file), planted);
        }
    }

    public void LookAtAnswers(IEnumerable<Answer> answers)
    {
        foreach (var answer in answers)
        {
            var wanted = answer.Status >= 400 || answer.Type == Answer.EventStream ? secret : planted;
            foreach (var kind in wanted.In(answer.Head).Select(k => $"{k} in a header").Concat(wanted.In(answer.Body)).Where(k => !IsOwnInput(answer, k)))
            {
                _faults.Add($"{answer.Asked} {answer.Status} {answer.Type}: {kind}");
            }
        }
    }

    public void AssertNothing() => Assert.True(
        _faults.Count == 0, string.Join('\n', _faults.GroupBy(f => f, StringComparer.Ordinal).Select(g => $"{g.Count()} x {g.Key}").Take(100)));

    /// <summary>Every entry in order.</summary>
    public static async IAsyncEnumerable<byte[]> EntriesAsync(RocksDbLedgerSource source, long size)
    {
        for (var first = 0L; first < size; first += Tile.FullWidth)
        {
            var path = new TilePath(TilePath.EntryLevel, first / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, size - first));
            foreach (var entry in await source.ReadEntriesAsync(path, default) ?? throw new InvalidOperationException($"No {path}."))
            {
                yield return entry;
            }
        }
    }

    /// <summary>How many entries the newest checkpoint counts.</summary>
    public static async Task<long> SizeAsync(RocksDbLedgerSource source) =>
        long.Parse((await source.ReadCheckpointAsync(default))!.Split('\n')[1], CultureInfo.InvariantCulture);

    /// <summary>Where people get back what they have just sent themselves, and why; nothing else is forgiven.</summary>
    private static bool IsOwnInput(Answer answer, string kind) =>
        // Whoever is not signed in is brought to the page that was asked for once signed in: the address goes back to the browser it came from.
        (answer.Status is 302 or 401 && answer.Head.Contains("/sign-in?returnUrl=", StringComparison.Ordinal) && Addressed.Any(a => kind == $"{a} in a header"))
        // A page leads back to its own address when the letters are made larger, and the search field keeps what was typed; error pages do not.
        || (answer is { Status: 200, Type: "text/html" } && Addressed.Contains(kind));

    private void Look(string where, ReadOnlySpan<byte> bytes, Needles wanted)
    {
        foreach (var kind in wanted.In(bytes))
        {
            _faults.Add($"{where}: {kind}");
        }
    }
}
