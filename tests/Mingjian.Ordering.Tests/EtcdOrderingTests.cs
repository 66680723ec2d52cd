using System.Security.Cryptography;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd;

[assembly: AssemblyFixture(typeof(Mingjian.Ordering.Tests.SharedEtcd))]

namespace Mingjian.Ordering.Tests;

public sealed class EtcdOrderingTests(SharedEtcd shared) : OrderingSuite
{
    private readonly EtcdNetwork _network = new(shared.Etcd.Endpoints);

    [Fact]
    public async Task Four_nodes_see_the_same_batches_and_votes_in_the_same_order()
    {
        const int Nodes = 4, Each = 300;
        var orderings = Enumerable.Range(1, Nodes).Select(n => _network.Open(n)).ToList();
        var following = orderings.Select(o => Task.Run(() => DigestAsync(o, Nodes * Each, Nodes * 10), Cancel)).ToList();
        await Task.WhenAll(orderings.Select((o, n) => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    Assert.True(o.TrySubmit(Act((n * Each) + i, 300)));
                    if (i % 30 == 0)
                    {
                        o.Publish(new VoteMessage(1, i / 30, n + 1, $"vote {i}"));
                        await Task.Yield();
                    }
                }
            }, Cancel)));
        var digests = await Task.WhenAll(following);
        Assert.Single(digests.Distinct(StringComparer.Ordinal));

        // One that starts late reads the same.
        await using var late = _network.Open(5);
        Assert.Equal(digests[0], await DigestAsync(late, Nodes * Each, Nodes * 10));
        foreach (var ordering in orderings)
        {
            await ordering.DisposeAsync();
        }
    }

    [Fact]
    public async Task Following_resumes_after_any_position_without_loss_or_repetition()
    {
        await using var ordering = _network.Open(1, o => o with { BatchBytes = 500 });
        for (var i = 0; i < 100; i++)
        {
            Assert.True(ordering.TrySubmit(Act(i, 100)));
        }

        ordering.Complete();
        var all = new List<OrderedItem>();
        await foreach (var item in ordering.FollowAsync(0, Cancel))
        {
            all.Add(item);
        }

        Assert.True(all.Count > 10);
        for (var i = 0; i < all.Count; i += 7)
        {
            var rest = await CollectAsync(ordering, all[i].Position);
            Assert.Equal(all.Skip(i + 1).SelectMany(Envelopes).Select(Number), rest.Select(Number));
        }
    }

    /// <summary>A hash over everything up to a number of acts and votes.</summary>
    private async Task<string> DigestAsync(EtcdOrdering ordering, int acts, int votes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var item in ordering.FollowAsync(0, Cancel))
        {
            hash.AppendData(BitConverter.GetBytes(item.Position));
            hash.AppendData(BitConverter.GetBytes(item.Node));
            if (item is ReceivedVote vote)
            {
                hash.AppendData(vote.Bytes.Span);
                votes--;
            }
            else
            {
                hash.AppendData(((ReceivedBatch)item).Bytes.Span);
                acts -= Envelopes(item).Count;
            }

            if (acts == 0 && votes == 0)
            {
                break;
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private protected override IOrdering Create(int queueLength) => _network.Open(1, o => o with { QueueLength = queueLength });

    private protected override IReadOnlyList<ReadOnlyMemory<byte>> Envelopes(OrderedItem item) => _network.Envelopes(item);
}
