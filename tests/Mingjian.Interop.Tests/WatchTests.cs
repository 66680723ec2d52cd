using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>Go holds checkpoints of two nodes to each other. Over a real network and for a long time: NetworkFaultTests of Mingjian.Cli.Tests.</summary>
public sealed class WatchTests
{
    private static readonly string LogKey = ServedLog.Log.Key.ToString();
    private static readonly string NodeKey = ServedLog.Node.Key.ToString();

    [Theory]
    [InlineData(300, 900)]
    [InlineData(900, 300)]
    [InlineData(256, 257)]
    public async Task Go_proves_that_the_log_of_a_node_that_is_behind_is_a_prefix_of_the_other_s(int one, int other)
    {
        using var a = new ServedLog(one);
        using var b = new ServedLog(other);
        var (code, output) = await WatchAsync(NodeKey, a, b);
        Assert.True(code == 0, output);
        Assert.EndsWith("consistency proofs 1, between nodes 1\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 900, 0)]
    [InlineData(300, 900, 299)]
    [InlineData(900, 300, 299)]
    [InlineData(300, 300, 299)]
    public async Task Go_finds_a_fork_that_the_nodes_have_signed(int one, int other, int fork)
    {
        using var a = new ServedLog(one);
        using var b = new ServedLog(fork, [other]);
        var (code, output) = await WatchAsync(NodeKey, a, b);
        Assert.True(code == 1, output);
        Assert.StartsWith("fork: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Go_takes_no_checkpoint_without_the_cosigners_it_knows()
    {
        using var a = new ServedLog(5);
        var stranger = new Log.Notes.NoteSigner(
            $"{ServedLog.Origin}/node/2", Log.Notes.NoteKeyType.Cosignature, new Cryptography.Ed25519Signer(new byte[32])).Key.ToString();
        var (code, output) = await WatchAsync(stranger, a, a);
        Assert.True(code == 1, output);
    }

    // Its standard input is at its end, so every node is asked once or twice.
    private static async Task<(int Code, string Output)> WatchAsync(string cosigner, ServedLog a, ServedLog b) =>
        await OtherProgram.RunAsync(await GoProgram.WatchAsync(), GoProgram.Packages, [LogKey, cosigner, "1", a.Prefix, b.Prefix]);
}
