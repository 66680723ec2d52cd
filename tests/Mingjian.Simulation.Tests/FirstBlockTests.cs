using Mingjian.Contracts.Nodes;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Notes;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>Four nodes whose first block stands still. The ledger names no organisation yet, so those of the founding restart the height.</summary>
public sealed class FirstBlockTests
{
    private const int Silent = 3;

    private readonly List<OrderedItem> _order = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Random _random = new(1);

    public FirstBlockTests()
    {
        for (var number = 1; number <= World.Founders; number++)
        {
            var node = new SimulatedNode(number, new SimulatedDisk(() => false), new SimulatedClock(() => World.Start, 0), Acts.Verifier, _ => { });
            node.Start(_order);
            _nodes.Add(node);
        }
    }

    [Fact]
    public void A_first_batch_whose_proposer_lies_about_the_time_is_skipped_and_the_next_founding_is_final()
    {
        Order(1, Acts.All.Take(Acts.Opening), World.Start + 3_600_000);
        Deliver();
        Assert.All(_nodes, n => Assert.Equal(VoteHold.Time, n.Replica!.Hold));

        var restart = Restart([1], _nodes.Select(Freeze));
        Order(2, [restart], World.Start, isRestart: true);
        Order(3, Acts.All.Take(Acts.Opening), World.Start);
        Deliver();
        CheckFinal(epoch: 2);

        // Nobody can check a founder's signature by a log that names no founder, so the restart itself leaves no entry.
        Assert.Null(_nodes[0].Writer.Published.State.Nodes()!.Restart);

        // A node that begins again meets the same in the order.
        _nodes[0].Crash();
        var blank = new SimulatedNode(1, new SimulatedDisk(() => false), new SimulatedClock(() => World.Start, 0), Acts.Verifier, _ => { }) { IgnoresOlderCopy = true };
        blank.Start(_order);
        _nodes[0] = blank;
        Deliver();
        CheckFinal(epoch: 2);
    }

    [Fact]
    public void A_first_batch_that_may_be_final_is_voted_on_again_and_the_restart_is_recorded_after_it()
    {
        // One is down, one votes for something else: two votes of four.
        Order(1, Acts.All.Take(Acts.Opening), World.Start);
        var wrong = Acts.Keys[(4, 0)].Sign(7, Hash32.Of("other"u8), new LedgerTime(World.Start));
        _order.Add(new ReceivedVote(2, 4, new VoteMessage(1, 1, 4, wrong).Encode()));
        _nodes[Silent - 1].Crash();
        _nodes[3].Crash();
        Deliver();
        Assert.All(_nodes.Take(2), n => Assert.Equal((0, 3), (n.Height, n.Replica!.Status.Votes.Count)));

        var restart = Restart([], _nodes.Take(2).Select(Freeze).Append(new NodeStatement(Silent, null)));
        _nodes[Silent - 1].Start([]);
        Order(2, [restart], World.Start, isRestart: true);
        Deliver();
        Assert.All(_nodes.Take(3), n => Assert.Equal(2, n.Height));
        Assert.Equal(new RestartRecord(2, 1, 2), _nodes[0].Writer.Published.State.Nodes()!.Restart);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void A_quorum_of_the_founders_restarts_the_first_height_and_fewer_do_not(int signers, bool isRestarted)
    {
        Order(1, Acts.All.Take(Acts.Opening), World.Start + 3_600_000);
        Deliver();
        Order(2, [Restart([1], _nodes.Take(3).Select(Freeze), signers)], World.Start, isRestart: true);
        Deliver();
        Assert.All(_nodes, n => Assert.Equal(isRestarted ? 2 : 1, n.Replica!.Status.Epoch));
    }

    private static NodeStatement Freeze(SimulatedNode node)
    {
        var statement = node.Replica!.Freeze()!;
        return new NodeStatement(statement.Node, statement.Root);
    }

    private byte[] Restart(IReadOnlyList<long> skip, IEnumerable<NodeStatement> statements, int signers = World.Founders)
    {
        List<NodeStatement> stated = [.. statements];
        return Acts.Sign(new RestartHeight(2, 1, skip, stated), stated.Select(s => s.Node).Take(signers), _random);
    }

    private void Order(int proposer, IEnumerable<byte[]> acts, long time, bool isRestart = false)
    {
        var header = new BatchHeader(1, LedgerFixture.Network, proposer, new LedgerTime(time), isRestart ? true : null);
        var keys = Acts.Keys[(proposer, 0)];
        var bytes = SignedBatch.Encode(header, [.. acts.Select(a => (ReadOnlyMemory<byte>)a)], b => keys.SignBatch(b.Span));
        _order.Add(new ReceivedBatch(_order.Count + 1, proposer, bytes));
    }

    private void Deliver()
    {
        for (var quiet = false; !quiet;)
        {
            quiet = true;
            foreach (var node in _nodes.Where(n => n.IsUp))
            {
                while (node.Outbox.TryDequeue(out var put))
                {
                    _order.Add(put(_order.Count + 1));
                }

                for (; node.Cursor < _order.Count; quiet = false)
                {
                    node.Take(_order[node.Cursor++], _order);
                }
            }
        }
    }

    private void CheckFinal(int epoch) => Assert.All(_nodes, n =>
    {
        Assert.Equal(1, n.Height);
        var block = n.Disk.Blocks[0];
        Assert.NotNull(new LedgerTrust(LedgerFixture.Network, Acts.Founders).FinalOver(block.Checkpoint, block.Size, block.Root));
        Assert.Equal(epoch, (int?)NodeRepair.ReadNumber(new SimulatedStore(n.Disk), $"epoch/{1:d19}"));
    });
}
