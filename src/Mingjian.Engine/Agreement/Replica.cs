using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Engine.Agreement;

/// <summary>
/// One node's part in agreeing on blocks: executes ordered batches one by one, makes its vote durable, counts the votes, and stores a
/// block once a quorum has signed it.
/// </summary>
/// <remarks>
/// Used by one thread; knows no thread, timer or network of its own, so that a simulation can drive it. The block after the newest
/// final one is the only one that it works on: nothing is ever rolled back.
/// </remarks>
internal sealed class Replica
{
    /// <summary>Heights ahead of its own for which a node keeps votes: one that is further behind gets them from the order again.</summary>
    public const int MaxHeightsAhead = 64;

    private const string HaltedRecord = "halted";
    private const int MaxEarlyVotesOfANode = 2 * MaxHeightsAhead;

    private readonly BlockWriter _writer;
    private readonly BatchReader _batches;
    private readonly ICheckpointSigner _signer;
    private readonly INodeRecords _records;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _maxAhead;
    private readonly IReplicaOutput _output;
    private readonly Queue<OrderedItem> _waiting = new();
    private readonly List<VoteMessage> _early = [];
    private Ballot _ballot;
    private PreparedBlock? _prepared;
    private ReceivedBatch? _source;
    private bool _voted;
    private long _taken;

    /// <param name="maxAhead">A block whose time is further ahead of this node's clock gets no vote until the clock has caught up.</param>
    /// <exception cref="StoreCorruptException">The pending block cannot be read, or executing it again gives another root.</exception>
    public Replica(
        BlockWriter writer, BatchReader batches, ICheckpointSigner signer, INodeRecords records, TimeProvider clock, TimeSpan maxAhead,
        IReplicaOutput output)
    {
        _writer = writer;
        _batches = batches;
        _signer = signer;
        _records = records;
        _clock = clock;
        _maxAhead = maxAhead;
        _output = output;
        _taken = writer.Position;
        _ballot = NewBallot();
        IsHalted = records.Read(HaltedRecord) is not null;
        if (!IsHalted)
        {
            Resume();
        }
    }

    /// <summary>True after this node came to something else than the quorum. It votes and executes no more until an operator has mended it.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>Batches that wait for their turn.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>True when the next block's time is too far ahead of this node's clock.</summary>
    public bool IsHeldByTime => _prepared is not null && !_voted && IsMember;

    /// <summary>Takes the next item of the order.</summary>
    public void Take(OrderedItem item)
    {
        if (item is ReceivedVote vote)
        {
            TakeVote(vote);
        }
        else if (item.Position > _taken)
        {
            _taken = item.Position;
            _waiting.Enqueue(item);
        }

        Advance();
    }

    /// <summary>Looks again at what waits for the clock.</summary>
    public void Tick() => Advance();

    /// <summary>Takes up blocks that were mirrored from a peer into the store while this replica stood still.</summary>
    public void Rebase()
    {
        _prepared = null;
        _voted = false;
        _taken = _writer.Position;
        _waiting.Clear();
        NextBallot();
    }

    private bool IsMember => _ballot.Nodes.Find(_signer.Public.Number) == _signer.Public;

    private void TakeVote(ReceivedVote received)
    {
        if (VoteMessage.TryDecode(received.Bytes.Span) is not { } vote || vote.Node != received.Node)
        {
            return;
        }

        _output.Voted(vote.Node, vote.Height);
        if (vote.Height == _ballot.Height)
        {
            _ballot.Take(vote);
            KeepEvidence(_ballot);
        }
        else if (vote.Height > _ballot.Height && vote.Height <= _ballot.Height + MaxHeightsAhead
            && _early.Count(v => v.Node == vote.Node) < MaxEarlyVotesOfANode)
        {
            _early.Add(vote);
        }
        else if (vote.Height < _ballot.Height)
        {
            Compare(vote);
        }
    }

    /// <summary>A vote for a block that is final already can still be a lie.</summary>
    private void Compare(VoteMessage late)
    {
        if (_writer.ReadBlock(late.Height) is { } block && Checkpoint.OfNote(block.Checkpoint) is { } final
            && Checkpoint.OfNote(late.Note) is { } voted && voted != final)
        {
            var closed = new Ballot(_signer.Network, late.Height, late.Epoch, _ballot.Nodes, (final, block.Checkpoint));
            closed.Take(late);
            KeepEvidence(closed);
        }
    }

    private void Advance()
    {
        while (!IsHalted)
        {
            if (_prepared is null && !PrepareNext())
            {
                return;
            }

            if (!_voted && IsMember)
            {
                Vote(_prepared!);
            }

            if (_ballot.Certificate is not { } certificate)
            {
                return;
            }

            Finish(certificate.Checkpoint, certificate.Note);
        }
    }

    /// <summary>Executes the next batch that makes a block.</summary>
    private bool PrepareNext()
    {
        while (_waiting.TryDequeue(out var item))
        {
            if (Read(item) is not { } batch)
            {
                continue;
            }

            var prepared = _writer.Prepare(batch);
            if (prepared.After is not null)
            {
                _prepared = prepared;
                _source = item as ReceivedBatch;
                return true;
            }

            _output.Answer(_writer.Answers(prepared));
        }

        return false;
    }

    private OrderedBatch? Read(OrderedItem item)
    {
        if (item is OrderedBatch trusted)
        {
            return trusted;
        }

        var head = _writer.Published;
        var fault = _batches.Read((ReceivedBatch)item, _ballot.Nodes, head.State, head.Head.Height + 1, out var batch);
        if (fault != BatchFault.None)
        {
            _output.Skipped(item.Node, fault);
        }

        return batch;
    }

    /// <summary>Gives this node's vote, unless the block's time is too far ahead of its clock.</summary>
    private void Vote(PreparedBlock prepared)
    {
        var block = prepared.After!.Commit.Block;
        if (_source is not null && block.Time > LedgerTime.From(_clock.GetUtcNow()).AddMilliseconds((long)_maxAhead.TotalMilliseconds))
        {
            return;
        }

        var note = _signer.Sign(block.Size, block.Root, block.Time);
        var vote = new VoteMessage(_ballot.Epoch, block.Height, _signer.Public.Number, note);
        _voted = true;
        if (_ballot.Nodes.Nodes.Count == 1)
        {
            // A node that is alone makes its vote durable with the block, in one write.
            _ballot.Take(vote);
            _output.Voted(vote.Node, vote.Height);
            return;
        }

        // Its own vote counts like the others' once the order delivers it: were it counted now and lost in a crash, this node would
        // hold a block as final that the others can never finish.
        _records.Write(PendingBlock.RecordName, new PendingBlock(_source!.Bytes.ToArray(), _source.Position, _source.Node, vote).Encode());
        _output.Publish(vote);
    }

    private void Finish(Checkpoint final, string note)
    {
        var block = _prepared!.After!.Commit.Block;
        if (final.Root != block.Root || final.Size != block.Size)
        {
            Halt(note);
            return;
        }

        var prepared = _prepared;
        _prepared = null;
        _voted = false;
        var answers = _writer.Commit(prepared, note);
        NextBallot();
        _output.Answer(answers);
        _output.Report(new OrderProgress(block.Height, prepared.Batch.Position));
    }

    /// <summary>The quorum signed something else than this node came to.</summary>
    private void Halt(string final)
    {
        var block = _prepared!.After!.Commit.Block;
        var own = _signer.Sign(block.Size, block.Root, block.Time);
        Keep(new Evidence(_ballot.Epoch, own, block.Height, EvidenceKind.OwnDivergence, _signer.Public.Number, final));
        _records.Write(HaltedRecord, [1]);
        IsHalted = true;
    }

    private Ballot NewBallot() => new(_signer.Network, _writer.Published.Head.Height + 1, _writer.Epoch, _writer.NextNodes);

    private void NextBallot()
    {
        _ballot = NewBallot();
        for (var i = _early.Count - 1; i >= 0; i--)
        {
            if (_early[i].Height <= _ballot.Height)
            {
                _ballot.Take(_early[i]);
                _early.RemoveAt(i);
            }
        }

        KeepEvidence(_ballot);
    }

    /// <summary>After a start: executes again what this node had voted for, and repeats the vote.</summary>
    private void Resume()
    {
        if (_records.Read(PendingBlock.RecordName) is not { } bytes)
        {
            return;
        }

        PendingBlock pending;
        try
        {
            pending = PendingBlock.Decode(bytes);
        }
        catch (CanonicalJsonException e)
        {
            throw new StoreCorruptException(PendingBlock.RecordName, "the pending block cannot be read.", e);
        }

        if (pending.Vote.Height != _ballot.Height)
        {
            return;
        }

        _source = new ReceivedBatch(pending.Position, pending.Proposer, pending.Batch);
        _taken = pending.Position;
        var prepared = Read(_source) is { } batch ? _writer.Prepare(batch) : null;
        if (prepared?.After is not { } after || Checkpoint.OfNote(pending.Vote.Note) is not { } voted
            || voted.Root != after.Commit.Block.Root || voted.Size != after.Commit.Block.Size)
        {
            throw new StoreCorruptException(PendingBlock.RecordName, $"executing block {_ballot.Height} again gives something else than this node voted for.");
        }

        _prepared = prepared;
        _voted = true;
        _output.Publish(pending.Vote);
    }

    private void KeepEvidence(Ballot ballot)
    {
        foreach (var evidence in ballot.TakeEvidence())
        {
            Keep(evidence);
        }
    }

    private void Keep(Evidence evidence)
    {
        if (_records.Read(evidence.RecordName) is null)
        {
            _records.Write(evidence.RecordName, evidence.Encode());
            _output.Accuse(evidence);
        }
    }
}
