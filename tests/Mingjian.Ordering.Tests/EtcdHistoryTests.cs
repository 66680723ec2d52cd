using Google.Protobuf;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;
using Mingjian.Ordering.Etcd.Wire;
using Mingjian.Testing;

namespace Mingjian.Ordering.Tests;

/// <summary>What is removed and when, what a compaction leaves, and what nobody honest puts.</summary>
public sealed class EtcdHistoryTests(SharedEtcd shared)
{
    private readonly EtcdNetwork _network = new(shared.Etcd.Endpoints);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_every_node_has_made_durable_is_removed_and_following_from_before_it_says_so()
    {
        await using var one = _network.Open(1, o => o with { BatchBytes = 1 });
        await using var two = _network.Open(2);
        await using var ofTwo = new Following(two);
        await using var ofOne = new Following(one);
        var batches = await PutAsync(one, ofTwo, 6);
        one.Publish(new VoteMessage(1, 1, 1, "height 1"));
        one.Publish(new VoteMessage(1, 9, 1, "height 9"));
        await ofTwo.WaitForAsync(i => i.Count == 8, "batches and votes");

        // Node 1 is at height 5, node 2 has said that it is at 3: what is above 3 stays.
        two.Report(new OrderProgress(3, batches[2].Position));
        await ReportedAsync(two, ofOne, 1);
        for (var height = 1; height <= 5; height++)
        {
            one.Report(new OrderProgress(height, batches[height - 1].Position));
        }

        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 3, "three batches removed");
        var votes = (await KeysAsync()).Where(k => k.Contains("/nodes/1/votes/", StringComparison.Ordinal)).ToList();
        Assert.EndsWith("/1-9", Assert.Single(votes), StringComparison.Ordinal);

        // History up to the removed is compacted: a newcomer is told, one that has it goes on.
        await Eventually.BecomesTrueAsync(() => IsCompactedAsync(batches[2].Position - 1), "compaction");
        await using var late = _network.Open(3);
        var told = await Assert.ThrowsAsync<OrderCompactedException>(() => FirstAsync(late, 0));
        Assert.Equal(batches[2].Position + 1, told.Oldest);
        Assert.Equal(batches[3].Position, (await FirstAsync(late, batches[2].Position)).Position);

        // Node 2 catches up: node 1 removes the rest of what both have, without anything new of its own.
        two.Report(new OrderProgress(5, batches[4].Position));
        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 1, "two more removed");
    }

    [Fact]
    public async Task A_node_too_far_behind_is_not_waited_for_and_no_report_removes_what_this_node_lacks()
    {
        await using var one = _network.Open(1, o => o with { BatchBytes = 1, MaxLag = 2 });
        await using var two = _network.Open(2);
        await using var three = _network.Open(3);
        await using var following = new Following(one);
        var batches = await PutAsync(one, following, 6);

        // Node 2 stays at height 1; node 3 claims a height that nobody can have.
        two.Report(new OrderProgress(1, batches[0].Position));
        three.Report(new OrderProgress(long.MaxValue / 2, long.MaxValue / 2));
        await ReportedAsync(two, following, 2);
        for (var height = 1; height <= 3; height++)
        {
            one.Report(new OrderProgress(height, batches[height - 1].Position));
        }

        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 5, "only what node 2 has");
        one.Report(new OrderProgress(4, batches[3].Position));
        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 2, "node 2 is three behind");
    }

    [Fact]
    public async Task The_newest_blocks_are_kept_for_who_has_not_reported_yet()
    {
        await using var one = _network.Open(1, o => o with { BatchBytes = 1, KeptBlocks = 3 });
        await using var following = new Following(one);
        var batches = await PutAsync(one, following, 5);
        for (var height = 1; height <= 5; height++)
        {
            one.Report(new OrderProgress(height, batches[height - 1].Position));
        }

        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 3, "all but the newest three");
        Assert.Equal(batches[2].Position, (await FirstAsync(one, batches[1].Position)).Position);
    }

    [Fact]
    public async Task After_a_restart_a_node_still_removes_what_it_had_put_and_still_waits_for_who_is_down()
    {
        IReadOnlyList<OrderedItem> batches;
        await using (var one = _network.Open(1, o => o with { BatchBytes = 1 }))
        await using (var two = _network.Open(2))
        await using (var following = new Following(one))
        {
            batches = await PutAsync(one, following, 4);
            two.Report(new OrderProgress(2, batches[1].Position));
            await Eventually.BecomesTrueAsync(async () => (await KeysAsync()).Any(k => k.EndsWith("2/progress", StringComparison.Ordinal)), "report");
            one.Report(new OrderProgress(1, batches[0].Position));
            await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 3, "one removed");
        }

        await using var again = _network.Open(1);
        again.Report(new OrderProgress(2, batches[1].Position));
        again.Report(new OrderProgress(4, batches[3].Position));
        await Eventually.BecomesTrueAsync(async () => await BatchKeysAsync() == 2, "up to where node 2 was");
        Assert.Equal(batches[2].Position, (await FirstAsync(again, batches[1].Position)).Position);
    }

    [Fact]
    public async Task A_compaction_of_what_nobody_removed_loses_nothing()
    {
        await using var one = _network.Open(1, o => o with { BatchBytes = 1 });
        await using var watching = new Following(one);
        await PutAsync(one, watching, 40);
        one.Publish(new VoteMessage(1, 1, 1, "vote"));
        var live = await watching.WaitForAsync(i => i.Count == 41, "all");
        using var raw = _network.Connect();
        var head = await raw.CallAsync((p, o) => p.Keys.RangeAsync(new RangeRequest { Key = _network.Keys.All }, o), Cancel);
        await raw.CallAsync((p, o) => p.Keys.CompactAsync(new CompactionRequest { Revision = head.Header.Revision }, o), Cancel);

        await using var late = new Following(one);
        await late.WaitForAsync(i => i.Count == 41, "what stands under the keys");
        Assert.True(one.TrySubmit(Bytes.Act(99, 50)));
        var items = await late.WaitForAsync(i => i.Count == 42, "and what is new");
        await watching.WaitForAsync(i => i.Count == 42, "the same");
        Assert.Equal(Flat(watching.Items), Flat(items));
        Assert.Equal(Flat(live), Flat(items.Take(41)));
    }

    [Fact]
    public async Task How_far_the_others_are_is_learnt_from_what_a_compaction_left_too()
    {
        await using var two = _network.Open(2);
        var said = new OrderProgress(3, 1);
        two.Report(said);
        await Eventually.BecomesTrueAsync(async () => (await KeysAsync()).Any(k => k.EndsWith("2/progress", StringComparison.Ordinal)), "report");
        using var raw = _network.Connect();
        var after = await raw.CallAsync((p, o) => p.Keys.PutAsync(new PutRequest { Key = _network.Keys.Vote(2, 1, 1), Value = ByteString.CopyFrom(1) }, o), Cancel);
        await raw.CallAsync((p, o) => p.Keys.CompactAsync(new CompactionRequest { Revision = after.Header.Revision }, o), Cancel);

        var heard = new List<(int Node, OrderProgress Progress)>();
        await using var follower = new EtcdFollower(
            raw, _network.Keys, new EtcdOrigin(raw, _network.Keys), _network.Options(1), (node, progress) => heard.Add((node, progress)), new EtcdMetrics(),
            TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, 0);
        Assert.Single(await follower.NextAsync(Cancel));
        Assert.Equal((2, said), Assert.Single(heard));
    }

    [Fact]
    public async Task What_was_read_when_etcd_is_compacted_once_more_is_not_lost()
    {
        // Of its own: the others' followers would have to begin anew all the time.
        await using var etcd = await EtcdFixture.StartAsync();
        var network = new EtcdNetwork(etcd.Endpoints);
        await using var one = network.Open(1, o => o with { BatchBytes = 1 });
        await using var live = new Following(one);
        await PutAsync(one, live, 60);
        using var raw = network.Connect();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var compactions = Task.Run(async () =>
        {
            // Of something that is no part of any network, so that each compaction is a new one.
            while (!stop.IsCancellationRequested)
            {
                var put = await raw.CallAsync((p, o) => p.Keys.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8("elsewhere") }, o), Cancel);
                try
                {
                    await raw.CallAsync((p, o) => p.Keys.CompactAsync(new CompactionRequest { Revision = put.Header.Revision }, o), Cancel);
                }
                catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.OutOfRange)
                {
                    // Another test's compaction was newer.
                }
            }
        }, Cancel);
        for (var i = 0; i < 4; i++)
        {
            using var connection = network.Connect();
            await using var follower = new EtcdFollower(
                connection, network.Keys, new EtcdOrigin(connection, network.Keys), network.Options(2), (_, _) => { }, new EtcdMetrics(), TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, 0);
            var items = new List<OrderedItem>();
            while (follower.Position < live.Items[^1].Position)
            {
                items.AddRange(await follower.NextAsync(Cancel));
            }

            Assert.Equal(Flat(live.Items), Flat(items));
        }

        await stop.CancelAsync();
        await compactions;
    }

    [Fact]
    public async Task Events_that_etcd_dropped_at_a_compaction_are_noticed_and_read_from_their_keys()
    {
        await using var ordering = _network.Open(1, o => o with { BatchBytes = 1 });
        await using var live = new Following(ordering);
        var batches = await PutAsync(ordering, live, 5);
        using var raw = _network.Connect();
        await using var follower = new EtcdFollower(
            raw, _network.Keys, new EtcdOrigin(raw, _network.Keys), _network.Options(2), (_, _) => { }, new EtcdMetrics(), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, 0);
        while (follower.Position < batches[4].Position)
        {
            await follower.NextAsync(Cancel);
        }

        // As if the watch had skipped all but the first, and said nothing.
        follower.Position = batches[0].Position;
        await raw.CallAsync((p, o) => p.Keys.CompactAsync(new CompactionRequest { Revision = batches[4].Position }, o), Cancel);
        Assert.True(ordering.TrySubmit(Bytes.Act(5, 50)));
        await live.WaitForAsync(i => i.Count == 6, "one more");
        var again = new List<OrderedItem>();
        while (again.Count < 5)
        {
            again.AddRange(await follower.NextAsync(Cancel));
        }

        Assert.Equal(Flat(live.Items.Skip(1)), Flat(again));
    }

    [Fact]
    public async Task Values_of_impossible_size_or_place_are_skipped_by_everybody_and_counted()
    {
        // An etcd of its own: compactions of other tests' networks would take the overwritten batch's first version from the one who comes later.
        await using var etcd = await EtcdFixture.StartAsync();
        var network = new EtcdNetwork(etcd.Endpoints);
        await using var ordering = network.Open(1);
        await using var live = new Following(ordering);
        using var raw = network.Connect();
        var keys = network.Keys;
        await PutAsync(raw, keys.Batch(2, "a"), new byte[SignedBatch.MaxSize + 1]);
        await PutAsync(raw, keys.Batch(2, "b"), []);
        await PutAsync(raw, keys.Batch(2, "c"), new byte[1_400_000]);
        await PutAsync(raw, keys.Vote(2, 1, 1), new byte[VoteMessage.MaxSize + 1]);
        await PutAsync(raw, ByteString.CopyFromUtf8(keys.Node(2) + "elsewhere"), [1]);
        await PutAsync(raw, ByteString.CopyFromUtf8(keys.Node(2).Replace("/2/", "/02/", StringComparison.Ordinal) + "batches/a"), [1]);
        await PutAsync(raw, keys.Batch(2, "d"), [7]);
        await PutAsync(raw, keys.Batch(2, "d"), [8]);
        await PutAsync(raw, keys.Batch(2, "e"), new byte[SignedBatch.MaxSize]);
        await PutAsync(raw, keys.Vote(2, 1, 2), [1]);
        await PutAsync(raw, keys.Vote(2, 1, 2), [2]);

        var items = await live.WaitForAsync(i => i.Count == 4, "the good ones");
        Assert.Equal(["batch 1", "batch 196608", "vote 1", "vote 1"], items.Select(Name));
        Assert.Equal(7, ((ReceivedBatch)items[0]).Bytes.Span[0]);
        Assert.Equal(7, ordering.Status.Skipped);

        // Somebody who comes later skips the same.
        await using var late = new Following(ordering);
        Assert.Equal(Flat(items), Flat(await late.WaitForAsync(i => i.Count == 4, "the same")));
    }

    [Fact]
    public async Task Of_two_batches_in_one_revision_only_the_first_by_key_counts()
    {
        await using var ordering = _network.Open(1);
        await using var live = new Following(ordering);
        using var raw = _network.Connect();
        var both = new TxnRequest();
        both.Success.Add(Put(_network.Keys.Batch(2, "b"), [2]));
        both.Success.Add(Put(_network.Keys.Vote(2, 1, 1), [3]));
        both.Success.Add(Put(_network.Keys.Batch(2, "a"), [1]));
        await raw.CallAsync((p, o) => p.Keys.TxnAsync(both, o), Cancel);
        await PutAsync(raw, _network.Keys.Batch(2, "c"), [4]);

        var items = await live.WaitForAsync(i => i.Count == 3, "three");
        Assert.Equal(["batch 1", "vote 1", "batch 1"], items.Select(Name));
        Assert.Equal(1, ((ReceivedBatch)items[0]).Bytes.Span[0]);
        Assert.Equal(items[0].Position, items[1].Position);
    }

    [Fact]
    public async Task A_batch_overwritten_before_a_newcomer_looked_is_not_passed_over_in_silence()
    {
        await using var ordering = _network.Open(1);
        using var raw = _network.Connect();
        await PutAsync(raw, _network.Keys.Batch(2, "a"), [1]);
        await PutAsync(raw, _network.Keys.Batch(2, "a"), [2]);
        var head = await raw.CallAsync((p, o) => p.Keys.RangeAsync(new RangeRequest { Key = _network.Keys.All }, o), Cancel);
        await raw.CallAsync((p, o) => p.Keys.CompactAsync(new CompactionRequest { Revision = head.Header.Revision }, o), Cancel);
        await Assert.ThrowsAsync<OrderCompactedException>(() => FirstAsync(ordering, 0));
    }

    [Fact]
    public async Task An_etcd_that_ends_before_what_this_node_has_taken_is_not_followed()
    {
        await using var ordering = _network.Open(1);
        var lost = await Assert.ThrowsAsync<EtcdOrderLostException>(() => FirstAsync(ordering, 1_000_000_000));
        Assert.Equal(1_000_000_000, lost.Position);
    }

    [Fact]
    public async Task A_vote_published_twice_is_there_once_and_a_changed_one_is_seen_by_all()
    {
        await using var ordering = _network.Open(1);
        await using var following = new Following(ordering);
        ordering.Publish(new VoteMessage(1, 5, 1, "first"));
        await following.WaitForAsync(i => i.Count == 1, "the first");
        ordering.Publish(new VoteMessage(1, 5, 1, "first"));
        ordering.Publish(new VoteMessage(1, 6, 1, "next"));
        await following.WaitForAsync(i => i.Count >= 2, "the next");
        ordering.Publish(new VoteMessage(1, 5, 1, "other"));
        var items = await following.WaitForAsync(i => i.Count >= 3, "the other");
        Assert.Equal(
            ["first", "next", "other"], items.Cast<ReceivedVote>().Select(v => VoteMessage.TryDecode(v.Bytes.Span)!.Note));
    }

    [Fact]
    public async Task Batches_that_are_not_final_are_bounded_and_go_on_with_the_report()
    {
        await using var ordering = _network.Open(
            1, o => o with { BatchBytes = 1, MaxUnconfirmedBatches = 2, UnconfirmedWait = TimeSpan.FromHours(1) });
        await using var following = new Following(ordering);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(ordering.TrySubmit(Bytes.Act(i, 50)));
        }

        var two = await following.WaitForAsync(i => i.Count == 2, "two batches");
        for (var height = 1; height <= 5; height++)
        {
            // Votes go past the waiting batches: after five of them a third batch would have been there.
            ordering.Publish(new VoteMessage(1, height, 1, "v"));
            await following.WaitForAsync(i => i.Count == 2 + height, "a vote");
        }

        Assert.Equal(2, following.Items.OfType<ReceivedBatch>().Count());
        Assert.Equal(2, ordering.Status.Unconfirmed);
        ordering.Report(new OrderProgress(1, two[0].Position));
        await following.WaitForAsync(i => i.OfType<ReceivedBatch>().Count() == 3, "one more");
    }

    [Fact]
    public async Task Acts_gather_in_one_batch_while_the_one_before_is_not_final()
    {
        await using var ordering = _network.Open(1, o => o with { GatherWait = TimeSpan.FromHours(1) });
        await using var following = new Following(ordering);
        var first = await PutAsync(ordering, following, 1);
        for (var height = 1; height <= 5; height++)
        {
            // The order goes on meanwhile: without gathering, each act would have been a batch before the next vote.
            Assert.True(ordering.TrySubmit(Bytes.Act(height, 50)));
            ordering.Publish(new VoteMessage(1, height, 1, "v"));
            await following.WaitForAsync(i => i.Count == 1 + height, "a vote");
        }

        ordering.Report(new OrderProgress(1, first[0].Position));
        var items = await following.WaitForAsync(i => i.OfType<ReceivedBatch>().Count() == 2, "the second batch");
        Assert.Equal([1, 2, 3, 4, 5], _network.Envelopes(items.OfType<ReceivedBatch>().Last()).Select(Bytes.Number));
    }

    [Fact]
    public async Task A_full_batch_waits_for_none_before_it()
    {
        await using var ordering = _network.Open(1, o => o with { BatchBytes = 1, GatherWait = TimeSpan.FromHours(1) });
        await using var following = new Following(ordering);
        await PutAsync(ordering, following, 3);
    }

    [Fact]
    public async Task Batches_that_nothing_can_confirm_do_not_stop_the_node_for_ever()
    {
        await using var ordering = _network.Open(
            1, o => o with { BatchBytes = 1, MaxUnconfirmedBatches = 1, UnconfirmedWait = TimeSpan.FromMilliseconds(10) });
        await using var following = new Following(ordering);
        await PutAsync(ordering, following, 4);
    }

    /// <summary>Waits until reports stand in etcd and a follower has gone past them: a vote put afterwards has come.</summary>
    private async Task ReportedAsync(EtcdOrdering by, Following follower, int reports)
    {
        await Eventually.BecomesTrueAsync(
            async () => (await KeysAsync()).Count(k => k.EndsWith("/progress", StringComparison.Ordinal)) == reports, "reports");
        by.Publish(new VoteMessage(1, 77, 2, "after the reports"));
        await follower.WaitForAsync(i => i.Any(v => v is ReceivedVote { Node: 2 }), "the vote after the reports");
    }

    private static async Task<IReadOnlyList<OrderedItem>> PutAsync(EtcdOrdering ordering, Following following, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            Assert.True(ordering.TrySubmit(Bytes.Act(i, 50)));
        }

        return await following.WaitForAsync(i => i.Count == batches, "batches");
    }

    private static Task PutAsync(EtcdConnection raw, ByteString key, byte[] value) =>
        raw.CallAsync((p, o) => p.Keys.PutAsync(new PutRequest { Key = key, Value = ByteString.CopyFrom(value) }, o), Cancel);

    private static RequestOp Put(ByteString key, byte[] value) =>
        new() { RequestPut = new PutRequest { Key = key, Value = ByteString.CopyFrom(value) } };

    private async Task<List<string>> KeysAsync()
    {
        using var raw = _network.Connect();
        var scan = await EtcdScan.KeysAsync(raw, _network.Keys.All, _network.Keys.AllEnd, Cancel);
        return [.. scan.Keys.Select(k => k.Key.ToStringUtf8())];
    }

    private async Task<int> BatchKeysAsync() => (await KeysAsync()).Count(k => k.Contains("/batches/", StringComparison.Ordinal));

    private async Task<bool> IsCompactedAsync(long revision)
    {
        using var raw = _network.Connect();
        try
        {
            await raw.CallAsync((p, o) => p.Keys.RangeAsync(new RangeRequest { Key = _network.Keys.All, Revision = revision }, o), Cancel);
            return false;
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.OutOfRange)
        {
            return true;
        }
    }

    private static async Task<OrderedItem> FirstAsync(EtcdOrdering ordering, long position)
    {
        await foreach (var item in ordering.FollowAsync(position, Cancel))
        {
            return item;
        }

        throw new InvalidOperationException("nothing came");
    }

    private static string Name(OrderedItem item) => item is ReceivedBatch b ? $"batch {b.Bytes.Length}" : $"vote {((ReceivedVote)item).Bytes.Length}";

    private static IEnumerable<(long Position, int Node, string Bytes)> Flat(IEnumerable<OrderedItem> items) => items.Select(
        i => (i.Position, i.Node, Convert.ToHexString((i is ReceivedBatch b ? b.Bytes : ((ReceivedVote)i).Bytes).Span)));
}
