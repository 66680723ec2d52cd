using System.Globalization;
using System.Text.Json;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>The tiles that the server itself serves.</summary>
public sealed class ServerTests
{
    [Fact]
    public async Task Go_reads_the_demo_ledger_from_the_running_server()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var server = await ServerProcess.StartAsync(empty: false, limit.Token);
        using var client = new HttpClient();
        using var network = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri(server.Address, "ledger/network"), limit.Token));
        var origin = NetworkId.Parse(network.RootElement.GetProperty("network").GetString()!);
        var node = network.RootElement.GetProperty("nodes").Deserialize(NodeSetJson.Canonical)![0];
        var logKey = NodeNoteKeys.Log(origin, node).ToString();
        var nodeKey = NodeNoteKeys.Vote(origin, node).ToString();
        var checkpoint = await client.GetStringAsync(new Uri(server.Address, "ledger/checkpoint"), limit.Token);

        var prefix = new Uri(server.Address, "ledger").ToString();
        var (refused, why) = await GoVerifier.VerifyAsync(prefix, logKey, nodeKey, 1, "checkpoint");
        Assert.True(refused != 0 && why.Contains("401", StringComparison.Ordinal), why);
        var (code, output) = await GoVerifier.VerifyAsync(LedgerTokens.Grant(server.NetworkDirectory), prefix, logKey, nodeKey, 1, ["checkpoint"]);
        Assert.True(code == 0, output);
        var size = long.Parse(checkpoint.Split('\n')[1], CultureInfo.InvariantCulture);
        Assert.True(size > 10, checkpoint);
        Assert.Equal($"size {size}, records {size}, older checkpoints 1\n", output);

        // And what it says: every signature, and every state root from the events.
        (code, output) = await OtherProgram.RunAsync(
            await GoProgram.AuditAsync(), GoProgram.Packages, [Repository.File("docs", "reference", "schemas"), prefix],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["MINGJIAN_TOKEN"] = LedgerTokens.Grant(server.NetworkDirectory) });
        Assert.True(code == 0, output);
        Assert.Contains("changes of the nodes 0", output, StringComparison.Ordinal);
    }
}
