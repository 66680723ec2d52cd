namespace Mingjian.Interop.Tests;

public sealed class GoTests
{
    private static readonly string LogKey = ServedLog.Log.Key.ToString();
    private static readonly string NodeKey = ServedLog.Node.Key.ToString();

    [Fact]
    public async Task Go_opens_every_checkpoint_and_finds_every_record_and_every_older_tree()
    {
        int[] blocks = [1, 1, 2, 60, 192, 1, 255, 256, 257, 3, 250, 90];
        using var log = new ServedLog(blocks);
        var sizes = blocks.Select((_, i) => (long)blocks.Take(i + 1).Sum()).ToArray();
        var (code, output) = await GoVerifier.VerifyAsync(log.Prefix, LogKey, NodeKey, 1, [.. sizes.Select(ServedLog.OlderPath)]);
        Assert.True(code == 0, output);
        Assert.Equal($"size {sizes[^1]}, records {sizes[^1]}, older checkpoints {blocks.Length}\n", output);
    }

    [Fact]
    public async Task Go_reads_a_log_of_three_tile_levels()
    {
        using var log = new ServedLog(65_000, 535, 1, 1500);
        var (code, output) = await GoVerifier.VerifyAsync(
            log.Prefix, LogKey, NodeKey, 97, ServedLog.OlderPath(65_000), ServedLog.OlderPath(65_535), ServedLog.OlderPath(65_536));
        Assert.True(code == 0, output);
        Assert.StartsWith("size 67036, records 692, older checkpoints 3", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tile/0/000", 100)]
    [InlineData("tile/0/002.p/88", 2800)]
    [InlineData("tile/1/000.p/2", 40)]
    [InlineData("tile/entries/001", 50)]
    [InlineData("checkpoint", 40)]
    public async Task Go_notices_one_damaged_bit(string path, int offset)
    {
        using var log = new ServedLog(600);
        Assert.Equal((0, "size 600, records 600, older checkpoints 0\n"), await GoVerifier.VerifyAsync(log.Prefix, LogKey, NodeKey, 1));
        log.Damage(path, offset);
        var (code, output) = await GoVerifier.VerifyAsync(log.Prefix, LogKey, NodeKey, 1);
        Assert.True(code == 1, $"exit {code}: {output}");
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task Go_finds_an_outside_witness_s_cosignature_behind_the_nodes_and_misses_it_where_there_is_none()
    {
        var witness = new Log.Notes.NoteSigner(
            "witness.mingjian.invalid/1", Log.Notes.NoteKeyType.Cosignature, new Cryptography.Ed25519Signer(new byte[32]));
        using var log = new ServedLog(600);
        var (code, output) = await GoVerifier.VerifyAsync(log.Prefix, LogKey, $"{NodeKey},{witness.Key}", 97);
        Assert.True(code == 1, output);
        log.Cosign(witness);
        Assert.Equal((0, "size 600, records 7, older checkpoints 0\n"), await GoVerifier.VerifyAsync(log.Prefix, LogKey, $"{NodeKey},{witness.Key}", 97));
    }

    [Fact]
    public async Task Go_refuses_our_checkpoint_under_another_key()
    {
        using var log = new ServedLog(5);
        var other = new Log.Notes.NoteSigner(
            ServedLog.Origin, Log.Notes.NoteKeyType.Ed25519, new Cryptography.Ed25519Signer(new byte[32])).Key.ToString();
        var (code, output) = await GoVerifier.VerifyAsync(log.Prefix, other, NodeKey, 1);
        Assert.True(code == 1, output);
    }
}
