using System.Diagnostics;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;
using Mingjian.Testing;

namespace Mingjian.Ordering.Tests;

/// <summary>Members that die, freeze and come back, and answers that get lost.</summary>
public sealed class EtcdFaultTests
{
    [Fact]
    public async Task The_order_goes_on_while_members_die_freeze_and_come_back()
    {
        await using var etcd = await EtcdFixture.StartAsync(3);
        var network = new EtcdNetwork(etcd.Endpoints);
        EtcdOrderingOptions Quick(EtcdOrderingOptions o) => o with { CallTimeout = TimeSpan.FromSeconds(1), MaxSilence = TimeSpan.FromMilliseconds(500) };
        await using var one = network.Open(1, Quick);
        await using var two = network.Open(2, o => Quick(o) with { Endpoints = [etcd.Endpoints[1], etcd.Endpoints[2], etcd.Endpoints[0]] });
        await using var first = new Following(one);
        await using var second = new Following(two);
        var submitted = 0;
        async Task SubmitAndSeeAsync(string when)
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.True(one.TrySubmit(Bytes.Act(submitted++, 200)));
                Assert.True(two.TrySubmit(Bytes.Act(submitted++, 200)));
            }

            await Eventually.BecomesTrueAsync(
                () => Numbers(network, first).Count == submitted && Numbers(network, second).Count == submitted, when);
        }

        await SubmitAndSeeAsync("all up");
        etcd.Kill(0);
        await SubmitAndSeeAsync("member 0 killed");
        await etcd.RestartAsync(0);
        etcd.Freeze(1);
        await SubmitAndSeeAsync("member 1 frozen: its connections stay open and say nothing");
        etcd.Continue(1);
        etcd.Kill(2);
        await SubmitAndSeeAsync("member 2 killed");

        // Without a majority nothing is taken in; with it again, what waited is.
        etcd.Kill(1);
        Assert.True(one.TrySubmit(Bytes.Act(submitted++, 200)));
        await etcd.RestartAsync(2);
        await etcd.RestartAsync(1);
        await SubmitAndSeeAsync("all up again");

        var numbers = Numbers(network, first);
        Assert.Equal(Enumerable.Range(0, submitted), numbers.Order());
        Assert.Equal(numbers, Numbers(network, second));
        Assert.Equal(first.Items.Select(i => i.Position), second.Items.Select(i => i.Position));
    }

    [Fact]
    public async Task Acts_submitted_while_the_only_member_is_down_arrive_after_its_restart()
    {
        await using var etcd = await EtcdFixture.StartAsync();
        var network = new EtcdNetwork(etcd.Endpoints);
        await using var ordering = network.Open(1);
        await using var following = new Following(ordering);
        Assert.True(ordering.TrySubmit(Bytes.Act(0, 100)));
        await following.WaitForAsync(i => i.Count == 1, "one");
        etcd.Kill(0);
        for (var i = 1; i < 20; i++)
        {
            Assert.True(ordering.TrySubmit(Bytes.Act(i, 100)));
        }

        ordering.Publish(new Engine.Ordering.VoteMessage(1, 1, 1, "vote"));
        await etcd.RestartAsync(0);
        var items = await following.WaitForAsync(i => Numbers(network, i).Count == 20 && i.OfType<ReceivedVote>().Any(), "all and the vote");
        Assert.Equal(Enumerable.Range(0, 20), Numbers(network, items));
    }

    [Fact]
    public async Task A_put_whose_answer_is_lost_is_neither_lost_nor_doubled()
    {
        await using var etcd = await EtcdFixture.StartAsync();
        await using var proxy = new LoopbackProxy(etcd.Endpoints[0]);
        var network = new EtcdNetwork(etcd.Endpoints);
        await using var near = network.Open(2);
        await using var following = new Following(near);
        await using var far = network.Open(1, o => o with { Endpoints = [proxy.Endpoint], BatchBytes = 1, CallTimeout = TimeSpan.FromSeconds(2) });
        Assert.True(far.TrySubmit(Bytes.Act(0, 100)));
        await following.WaitForAsync(i => i.Count == 1, "the way is open");
        for (var i = 1; i <= 5; i++)
        {
            // The put gets through, its answer does not, and then the connection breaks.
            proxy.DropAnswers = true;
            Assert.True(far.TrySubmit(Bytes.Act(i, 100)));
            await following.WaitForAsync(all => Numbers(network, all).Contains(i), "the put is carried out");
            proxy.DropAnswers = false;
            proxy.Cut();
            Assert.True(far.TrySubmit(Bytes.Act(1_000 + i, 100)));
            await following.WaitForAsync(all => Numbers(network, all).Contains(1_000 + i), "the next one after it");
            Assert.True(proxy.Dropped > 0);
            Assert.Equal(Enumerable.Range(1, i).SelectMany(n => new[] { n, 1_000 + n }).Prepend(0), Numbers(network, following));
        }

        Assert.Equal(0, near.Status.Skipped);
    }

    [Fact]
    public async Task A_watch_that_says_nothing_is_given_up_long_before_the_connection_is()
    {
        await using var etcd = await EtcdFixture.StartAsync();
        await using var proxy = new LoopbackProxy(etcd.Endpoints[0]);
        var network = new EtcdNetwork(etcd.Endpoints);
        await using var far = network.Open(1, o => o with
        {
            Endpoints = [proxy.Endpoint, etcd.Endpoints[0]],
            MaxSilence = TimeSpan.FromMilliseconds(300),
            CallTimeout = TimeSpan.FromSeconds(1),
        });
        await using var near = network.Open(2);
        await using var following = new Following(far);
        Assert.True(near.TrySubmit(Bytes.Act(1, 100)));
        await following.WaitForAsync(i => i.Count == 1, "the way is open");

        // HTTP/2's own ping would notice after 15 s.
        proxy.DropAnswers = true;
        var started = Stopwatch.StartNew();
        Assert.True(near.TrySubmit(Bytes.Act(2, 100)));
        await following.WaitForAsync(i => i.Count == 2, "the other way is taken");
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(9), $"{started.Elapsed}");
    }

    private static List<int> Numbers(EtcdNetwork network, Following following) => Numbers(network, following.Items);

    private static List<int> Numbers(EtcdNetwork network, IEnumerable<OrderedItem> items) =>
        [.. items.OfType<ReceivedBatch>().SelectMany(network.Envelopes).Select(Bytes.Number)];
}
