using System.Buffers.Binary;
using System.Security.Cryptography;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Tests;

/// <summary>What every order promises, whatever it is made of.</summary>
public abstract class OrderingSuite
{
    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Acts_come_out_in_the_order_in_which_they_went_in()
    {
        await using var ordering = Create(4_096);
        var random = new Random(7);
        var acts = Enumerable.Range(0, 2_000).Select(i => Act(i, random.Next(8, i % 100 == 0 ? Envelope.MaxSize : 600))).ToList();
        foreach (var act in acts)
        {
            Assert.True(ordering.TrySubmit(act));
        }

        ordering.Complete();
        Assert.Equal(acts.Select(a => a.Id), (await CollectAsync(ordering)).Select(Hash));
    }

    [Fact]
    public async Task Nothing_is_lost_and_each_submitter_keeps_its_order_when_many_submit_at_once()
    {
        const int Submitters = 4, Each = 500;
        await using var ordering = Create(Submitters * Each);
        var following = CollectAsync(ordering);
        await Task.WhenAll(Enumerable.Range(0, Submitters).Select(s => Task.Run(
            () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    Assert.True(ordering.TrySubmit(Act((s * Each) + i, 100)));
                }
            }, Cancel)));
        ordering.Complete();

        var numbers = (await following).Select(Number).ToList();
        Assert.Equal(Enumerable.Range(0, Submitters * Each), numbers.Order());
        for (var s = 0; s < Submitters; s++)
        {
            Assert.Equal(Enumerable.Range(s * Each, Each), numbers.Where(n => n / Each == s));
        }
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_what_it_took_comes_out()
    {
        await using var ordering = Create(4);
        var taken = new List<int>();
        var refused = false;
        for (var i = 0; i < 1_000_000 && !refused; i++)
        {
            if (ordering.TrySubmit(Act(i, 100)))
            {
                taken.Add(i);
            }
            else
            {
                refused = true;
            }
        }

        Assert.True(refused);
        ordering.Complete();
        Assert.Equal(taken, (await CollectAsync(ordering)).Select(Number));
    }

    [Fact]
    public async Task After_completion_no_act_is_taken_and_following_ends()
    {
        await using var ordering = Create(16);
        Assert.True(ordering.TrySubmit(Act(1, 100)));
        ordering.Complete();
        Assert.False(ordering.TrySubmit(Act(2, 100)));
        Assert.Equal([1], (await CollectAsync(ordering)).Select(Number));
    }

    [Fact]
    public async Task A_follower_that_waits_ends_when_the_order_is_completed_without_acts()
    {
        await using var ordering = Create(16);
        var following = CollectAsync(ordering);
        ordering.Complete();
        Assert.Empty(await following);
    }

    [Fact]
    public async Task Positions_grow_and_no_batch_is_empty_or_larger_than_agreed()
    {
        await using var ordering = Create(4_096);
        for (var i = 0; i < 400; i++)
        {
            Assert.True(ordering.TrySubmit(Act(i, 2_000)));
        }

        ordering.Complete();
        var last = 0L;
        await foreach (var item in ordering.FollowAsync(0, Cancel))
        {
            Assert.True(item.Position > last);
            last = item.Position;
            Assert.NotEmpty(Envelopes(item));
            Assert.True(item is not ReceivedBatch { Bytes.Length: > SignedBatch.MaxSize });
        }

        Assert.True(last > 0);
    }

    [Fact]
    public async Task Following_stops_when_it_is_cancelled()
    {
        await using var ordering = Create(16);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var following = Task.Run(
            async () =>
            {
                await foreach (var item in ordering.FollowAsync(0, stop.Token))
                {
                    Assert.Equal(1, Number(Assert.Single(Envelopes(item))));
                    await stop.CancelAsync();
                }
            }, Cancel);
        Assert.True(ordering.TrySubmit(Act(1, 100)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private protected abstract IOrdering Create(int queueLength);

    private protected static AdmittedTransaction Act(int number, int length) => Bytes.Act(number, length);

    private protected static int Number(ReadOnlyMemory<byte> envelope) => Bytes.Number(envelope);

    private protected static Hash32 Hash(ReadOnlyMemory<byte> envelope) => Hash32.Of(envelope.Span);

    /// <summary>The acts of an item; a batch that came over a network must be well formed and signed.</summary>
    private protected abstract IReadOnlyList<ReadOnlyMemory<byte>> Envelopes(OrderedItem item);

    /// <summary>All acts from the beginning until following ends.</summary>
    private protected async Task<List<ReadOnlyMemory<byte>>> CollectAsync(IOrdering ordering, long position = 0)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        await foreach (var item in ordering.FollowAsync(position, Cancel))
        {
            all.AddRange(Envelopes(item));
        }

        return all;
    }
}

/// <summary>Acts that are nothing but a number and filling: orders do not look inside.</summary>
internal static class Bytes
{
    public static AdmittedTransaction Act(int number, int length)
    {
        var bytes = new byte[Math.Max(8, length)];
        new Random(number).NextBytes(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new AdmittedTransaction(Hash32.Of(bytes), bytes, default!, null!, default, []);
    }

    public static int Number(ReadOnlyMemory<byte> envelope) => BinaryPrimitives.ReadInt32BigEndian(envelope.Span);
}
