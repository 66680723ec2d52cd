using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Mingjian.Engine.Ordering;
using Mingjian.Ordering.Etcd.Wire;

namespace Mingjian.Ordering.Etcd;

/// <summary>Puts this node's votes, in order, until they are there. A vote waiting under the same key is replaced by the newer one.</summary>
internal sealed class VotePublisher(
    EtcdConnection connection, EtcdKeys keys, int node, OrderKeeper keeper, EtcdMetrics metrics, ILogger logger) : IDisposable
{
    /// <summary>A node votes on after the order has gone silent only while it replays; what is older than this is final.</summary>
    private const int MaxWaiting = 1_024;

    private readonly LinkedList<VoteMessage> _waiting = new();
    private readonly SemaphoreSlim _signal = new(0);

    public void Publish(VoteMessage vote)
    {
        lock (_waiting)
        {
            for (var at = _waiting.Last; at is not null; at = at.Previous)
            {
                if (at.Value.Epoch == vote.Epoch && at.Value.Height == vote.Height)
                {
                    at.Value = vote;
                    return;
                }
            }

            _waiting.AddLast(vote);
            if (_waiting.Count > MaxWaiting)
            {
                Log.VoteDropped(logger, _waiting.First!.Value.Height, MaxWaiting);
                _waiting.RemoveFirst();
                return;
            }
        }

        _signal.Release();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            VoteMessage vote;
            lock (_waiting)
            {
                vote = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }

            var key = keys.Vote(node, vote.Epoch, vote.Height);
            var value = UnsafeByteOperations.UnsafeWrap(vote.Encode());
            var request = new TxnRequest();
            request.Compare.Add(new Compare { Key = key, Target = Compare.Types.CompareTarget.Value, Value = value });
            request.Failure.Add(new RequestOp { RequestPut = new PutRequest { Key = key, Value = value } });
            await connection.InsistAsync("put a vote", (peer, o) => peer.Keys.TxnAsync(request, o), cancellationToken);
            keeper.VotePut(vote.Height, key);
            metrics.VotePut();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();
}
