using Mingjian.Engine.State;


namespace Mingjian.Engine.Tests;

/// <summary>A record that the cache gives out for a height is the one that is current there, however readers and the writer meet.</summary>
public sealed class StateCacheTests
{
    private const string Path = "member/1";

    [Fact]
    public void What_a_reader_of_the_head_has_loaded_is_given_to_all()
    {
        var cache = new StateCache(8, 5);
        cache.Offer(Path, "value", 5);
        Assert.True(cache.TryGet(Path, 5, out var value));
        Assert.Equal("value", value);
        Assert.False(cache.TryGet(Path, 4, out _), "An older view may have had another record.");
    }

    [Fact]
    public void What_was_read_before_a_newer_block_is_not_taken()
    {
        var cache = new StateCache(8, 5);
        cache.BeginBlock(6);
        cache.Offer(Path, "value", 5);
        Assert.False(cache.TryGet(Path, 6, out _));
        cache.Offer(Path, "newer", 6);
        Assert.True(cache.TryGet(Path, 6, out _));
    }

    [Fact]
    public void A_block_replaces_what_a_reader_has_offered()
    {
        var cache = new StateCache(8, 5);
        cache.Offer(Path, "value", 5);
        cache.BeginBlock(6);
        cache.Renew(Path, "newer", 6);
        Assert.True(cache.TryGet(Path, 6, out var value));
        Assert.Equal("newer", value);
        Assert.False(cache.TryGet(Path, 5, out _), "The old record is gone; the view has to load it.");
    }

    [Fact]
    public async Task Readers_who_offer_while_blocks_are_written_never_make_it_give_out_an_old_record()
    {
        const int Blocks = 1_000_000;
        const int Paths = 64;

        // Small, so that generations change all the time.
        var cache = new StateCache(16, 0);
        var paths = Enumerable.Range(0, Paths).Select(i => $"path/{i}").ToArray();

        // Height at which each path was written last; the value of a record is that height.
        var stored = new long[Paths];
        var head = 0L;
        var wrong = 0;
        using var start = new Barrier(3);
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            for (var i = seed; Volatile.Read(ref head) < Blocks; i++)
            {
                var path = i % Paths;
                var height = Volatile.Read(ref head);
                var value = Volatile.Read(ref stored[path]);

                // As a snapshot: what was written later is not in the view of this height.
                if (value <= height)
                {
                    cache.Offer(paths[path], value, height);
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        start.SignalAndWait();
        for (var height = 1L; height <= Blocks; height++)
        {
            var path = (int)(height % 5 * height % Paths);
            Volatile.Write(ref stored[path], height);
            cache.BeginBlock(height);
            cache.Renew(paths[path], height, height);
            Volatile.Write(ref head, height);
            wrong += cache.TryKeep(paths[path], height, out var value) && (long)value! != height ? 1 : 0;
        }

        await Task.WhenAll(readers);
        Assert.Equal(0, wrong);
    }
}
