using System.Globalization;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Execution;
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
/// Used by one thread at a time; knows no thread, timer or network of its own, so that a simulation can drive it. The block after the
/// newest final one is the only one that it works on: nothing is ever rolled back.
/// </remarks>
internal sealed class Replica
{
    /// <summary>Batches that wait; what comes beyond is read from the order again. Far more than one restart can skip (64 batches of 192 KB).</summary>
    public const long MaxWaitingBytes = 64L * 1024 * 1024;

    /// <summary>8 bytes: blocks up to this height were mirrored; in which epoch they were voted on, this node does not know.</summary>
    private const string MirroredRecord = "mirrored";

    private readonly BlockWriter _writer;
    private readonly BatchReader _batches;
    private readonly ICheckpointSigner _signer;
    private readonly INodeRecords _records;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _maxAhead;
    private readonly IReplicaOutput _output;
    private readonly WaitingItems _waiting;
    private readonly EarlyVotes _early = new();
    private readonly List<Ballot> _ended = [];
    private Ballot _ballot;
    private OpenHeight _open;
    private PreparedBlock? _prepared;
    private ReceivedBatch? _due;
    private VoteHold? _vote;
    private Hash32? _only;
    private long _epochFrom;
    private long _hold;
    private long _mirrored;

    /// <param name="maxAhead">A block whose time is further ahead of this node's clock gets no vote until the clock has caught up.</param>
    /// <param name="maxWaiting">Bytes of batches that wait; beyond it they are left in the order.</param>
    /// <exception cref="StoreCorruptException">What this node has voted for cannot be read.</exception>
    public Replica(
        BlockWriter writer, BatchReader batches, ICheckpointSigner signer, INodeRecords records, TimeProvider clock, TimeSpan maxAhead,
        IReplicaOutput output, long maxWaiting = MaxWaitingBytes)
    {
        _writer = writer;
        _batches = batches;
        _signer = signer;
        _records = records;
        _clock = clock;
        _maxAhead = maxAhead;
        _output = output;
        _waiting = new WaitingItems(maxWaiting, writer.Position);
        _ballot = NewBallot();
        _open = OpenHeight.Read(records, _ballot.Height);
        _hold = NodeRepair.ReadNumber(records, NodeRepair.HoldRecord) ?? 0;
        _mirrored = NodeRepair.ReadNumber(records, MirroredRecord) ?? 0;
        if (_mirrored >= _ballot.Height)
        {
            // It was stopped while it mirrored.
            _mirrored = _ballot.Height - 1;
            NodeRepair.WriteNumber(records, MirroredRecord, _mirrored);
        }

        IsHalted = records.Read(NodeRepair.HaltedRecord) is not null;
    }

    /// <summary>True after this node came to something else than the quorum. It votes and executes no more until an operator has mended it.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>Batches that wait for their turn.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>True when the next block's time is too far ahead of this node's clock.</summary>
    public bool IsHeldByTime => Hold == VoteHold.Time;

    /// <summary>Why this node does not vote for the block that is due.</summary>
    public VoteHold Hold => IsHalted ? VoteHold.Halted : !_writer.CarriesNext ? VoteHold.Protocol : _prepared is null ? VoteHold.None : _vote ?? VoteHold.None;

    /// <inheritdoc cref="WaitingItems.ReadAgainFrom"/>
    public long? ReadAgainFrom => IsHalted ? null : _waiting.ReadAgainFrom;

    /// <summary>The height that is open.</summary>
    public HeightStatus Status
    {
        get
        {
            var block = _prepared?.After!.Commit.Block;
            return new HeightStatus(
                _ballot.Height, _ballot.Epoch, _prepared?.Batch.Position, _prepared?.Batch.Node, block?.Time, block?.Root, Hold, _ballot.Votes,
                [.. _waiting.Positions.Take(HeightStatus.MaxWaiting)]);
        }
    }

    /// <summary>Takes the next item of the order.</summary>
    public void Take(OrderedItem item)
    {
        if (item is ReceivedVote vote)
        {
            TakeVote(vote);
        }
        else if (item.Position > _waiting.Taken && !IsHalted)
        {
            Restart(item);
            _waiting.Keep(item);
        }

        Advance();
    }

    /// <summary>Looks again at what waits for the clock.</summary>
    public void Tick() => Advance();

    /// <summary>The order is read again from <see cref="ReadAgainFrom"/>.</summary>
    public void ReadAgain() => _waiting.ReadAgain();

    /// <summary>Blocks are going to be mirrored from a peer into the store; nothing is taken until <see cref="Rebase"/>.</summary>
    public void StandAside() => NodeRepair.WriteNumber(_records, MirroredRecord, long.MaxValue);

    /// <summary>Takes up what was mirrored.</summary>
    public void Rebase()
    {
        if (_writer.Published.Head.Height >= _ballot.Height)
        {
            _mirrored = _writer.Published.Head.Height;
        }

        NodeRepair.WriteNumber(_records, MirroredRecord, _mirrored);

        _prepared = null;
        _vote = null;
        _waiting.Rebase(_writer.Position);
        NextBallot();
        _open = OpenHeight.Read(_records, _ballot.Height);
    }

    /// <summary>Votes no more at the open height in its epoch, nor after a start, and says what it has voted for.</summary>
    /// <remarks>
    /// Only while a batch is due: a copy of this node that is put back later forgets the freeze, but votes for nothing that was ordered before, so
    /// this batch must be among that.
    /// </remarks>
    /// <returns>Null while no batch is due: nothing stands still.</returns>
    /// <exception cref="VotesUnknownException">What this node may have voted for is not known.</exception>
    public HeightStatement? Freeze()
    {
        if (_prepared is null)
        {
            return null;
        }

        if (LastSeen(_prepared) <= _hold)
        {
            throw new VotesUnknownException();
        }

        CloseEpoch();
        return new HeightStatement(_ballot.Epoch, _ballot.Height, _signer.Public.Number, _open.Root);
    }

    /// <summary>
    /// Before anything is taken, once a start. A store that was put back, or made anew beside old keys, does not know what this node has voted for: it
    /// then votes for nothing that the order holds by now. All that it can have voted for is among that.
    /// </summary>
    public void Settle(OrderTrace trace)
    {
        var known = _open.Vote is { } vote ? (vote.Height, vote.Epoch) : (_ballot.Height - 1, int.MaxValue);
        var isMarked = _records.Read(NodeRepair.RestoredRecord) is not null;
        if (isMarked || (trace.Height, trace.Epoch).CompareTo(known) > 0)
        {
            _hold = Math.Max(_hold, trace.End);
            NodeRepair.WriteNumber(_records, NodeRepair.HoldRecord, _hold);
        }

        if (isMarked)
        {
            _records.Write(NodeRepair.RestoredRecord, null);
        }
    }

    private void TakeVote(ReceivedVote received)
    {
        if (VoteMessage.TryDecode(received.Bytes.Span) is not { } vote || vote.Node != received.Node)
        {
            return;
        }

        _output.Voted(vote.Node, vote.Height);
        if (vote.Height == _ballot.Height)
        {
            var ballot = vote.Epoch == _ballot.Epoch ? _ballot : _ended.Find(b => b.Epoch == vote.Epoch);
            ballot?.Take(vote);
            KeepEvidence(ballot);
        }
        else if (vote.Height > _ballot.Height)
        {
            _early.Keep(vote, _ballot.Height);
        }
        else
        {
            Compare(vote);
        }
    }

    /// <summary>A vote for a block that is final already can still be a lie: if it was given in the epoch that made the block final.</summary>
    private void Compare(VoteMessage late)
    {
        if (late.Height > _mirrored && _writer.ReadBlock(late.Height) is { } block && Checkpoint.OfNote(block.Checkpoint) is { } final
            && Checkpoint.OfNote(late.Note) is { } voted && voted != final
            && late.Epoch == (NodeRepair.ReadNumber(_records, EpochRecord(late.Height)) ?? _writer.EpochAt(late.Height)))
        {
            var closed = new Ballot(_signer.Network, late.Height, late.Epoch, _writer.NodesAt(late.Height), (final, block.Checkpoint));
            closed.Take(late);
            KeepEvidence(closed);
        }
    }

    /// <summary>8 bytes: the epoch in which a height was made final, where it was another than the state's.</summary>
    private static string EpochRecord(long height) => string.Create(CultureInfo.InvariantCulture, $"epoch/{height:d19}");

    private void Advance()
    {
        while (!IsHalted)
        {
            if (_prepared is null && !PrepareNext())
            {
                return;
            }

            if (_vote != VoteHold.None)
            {
                _vote = Vote(_prepared!);
            }

            if (_ballot.Certificate is not { } certificate)
            {
                ReadAhead();
                return;
            }

            Finish(certificate.Checkpoint, certificate.Note);
        }
    }

    /// <summary>Executes the next batch that makes a block.</summary>
    private bool PrepareNext()
    {
        // What comes from here on is for a newer program; it stays in the order, or with the peers, until that runs.
        while (_writer.CarriesNext && _waiting.Next() is { } item)
        {
            var fault = Read(item, out var batch);
            if (fault != BatchFault.None)
            {
                _output.Skipped(item.Node, fault);
                continue;
            }

            var prepared = _writer.Prepare(batch!);
            if (prepared.After is not null)
            {
                _prepared = prepared;
                _due = item as ReceivedBatch;
                return true;
            }

            _output.Answer(_writer.Answers(prepared));
        }

        return false;
    }

    /// <summary>The votes take their time: meanwhile the next batch is looked at.</summary>
    private void ReadAhead()
    {
        if (_waiting.Peek() is ReceivedBatch received)
        {
            var head = _writer.Published;
            _batches.ReadAhead(received, _ballot.Nodes, head.State, _writer.NextProtocol);
        }
    }

    private BatchFault Read(OrderedItem item, out OrderedBatch? batch)
    {
        batch = item as OrderedBatch;
        var head = _writer.Published;
        return batch is not null
            ? BatchFault.None
            : _batches.Read((ReceivedBatch)item, _ballot.Nodes, head.State, _writer.NextProtocol, out batch);
    }

    /// <summary>Gives this node's vote, or says why it gives none.</summary>
    private VoteHold Vote(PreparedBlock prepared)
    {
        var block = prepared.After!.Commit.Block;
        var isAlone = _ballot.Nodes.Nodes.Count == 1;
        if (_ballot.Nodes.Find(_signer.Public.Number) != _signer.Public)
        {
            return VoteHold.NotAMember;
        }

        if (_open.Vote is { } given && given.Epoch == _ballot.Epoch)
        {
            // Given before a start. The same again, whatever executing gives now: there is one vote for an epoch.
            _output.Publish(given);
            return VoteHold.None;
        }

        if (!_open.MayVote(_ballot.Epoch))
        {
            return VoteHold.Frozen;
        }

        if (!isAlone && LastSeen(prepared) <= _hold)
        {
            return VoteHold.Restored;
        }

        if (_only is { } only && only != block.Root)
        {
            return VoteHold.OtherRoot;
        }

        if (!prepared.Batch.IsOwnProcess && block.Time > LedgerTime.From(_clock.GetUtcNow()).AddMilliseconds((long)_maxAhead.TotalMilliseconds))
        {
            return VoteHold.Time;
        }

        var vote = new VoteMessage(_ballot.Epoch, block.Height, _signer.Public.Number, _signer.Sign(block.Size, block.Root, block.Time));
        if (isAlone)
        {
            // A node that is alone makes its vote durable with the block, in one write.
            _ballot.Take(vote);
            _output.Voted(vote.Node, vote.Height);
            return VoteHold.None;
        }

        // Its own vote counts like the others' once the order delivers it: were it counted now and lost in a crash, this node would
        // hold a block as final that the others can never finish.
        // The batch goes with it: when the order itself is lost, this is where a fresh one gets it from.
        _open = _open with { Vote = vote };
        _open.Write(_records, _due);
        _output.Publish(vote);
        return VoteHold.None;
    }

    /// <summary>No vote for a block in the ballot's epoch can have been given before the order held this position.</summary>
    private long LastSeen(PreparedBlock prepared) => Math.Max(prepared.Batch.Position, _epochFrom);

    private void Finish(Checkpoint final, string note)
    {
        var block = _prepared!.After!.Commit.Block;
        if (final.Root != block.Root || final.Size != block.Size)
        {
            Halt(note);
            return;
        }

        if (_ballot.Epoch != _writer.Epoch)
        {
            NodeRepair.WriteNumber(_records, EpochRecord(block.Height), _ballot.Epoch);
        }

        var prepared = _prepared;
        _prepared = null;
        _vote = null;
        var answers = _writer.Commit(prepared, note);
        NextBallot();
        _output.Answer(answers);
        _output.Report(new OrderProgress(block.Height, prepared.Batch.Position));
    }

    /// <summary>The quorum signed something else than this node came to.</summary>
    private void Halt(string final)
    {
        var block = _prepared!.After!.Commit.Block;
        Halt(block.Height, block.Size, block.Root, block.Time, final);
    }

    /// <summary>The log that a quorum signed is another than this node makes of it, found while it was mirrored.</summary>
    public void Halt(DivergedException diverged) =>
        Halt(diverged.Height, diverged.Own.Size, diverged.Own.Root, diverged.Own.Time, diverged.Final);

    private void Halt(long height, long size, Hash32 root, LedgerTime time, string final)
    {
        var own = _signer.Sign(size, root, time);
        Keep(new Evidence(_ballot.Epoch, own, height, EvidenceKind.OwnDivergence, _signer.Public.Number, final));
        _records.Write(NodeRepair.HaltedRecord, [1]);
        IsHalted = true;
        _waiting.Clear();
    }

    /// <summary>
    /// Begins a new epoch at the open height when the order delivers a restart of it. It travels in a batch, but cannot wait for that batch's
    /// turn, which never comes while the height stands still. A restart that comes when the height is final changes nothing.
    /// </summary>
    private void Restart(OrderedItem item)
    {
        if (_prepared is null || item is not ReceivedBatch received || !SignedBatch.SaysRestart(received.Bytes)
            || Read(item, out var batch) != BatchFault.None)
        {
            return;
        }

        var head = _writer.Published;
        foreach (var transaction in batch!.Transactions)
        {
            if (transaction.Command is IRestartsHeight restart && restart.Height == _ballot.Height && restart.Epoch == _ballot.Epoch + 1
                && IsDue(restart.Skip, _prepared.Batch.Position, item.Position)
                && _batches.Judge(transaction, batch.Time > head.Head.Time ? batch.Time : head.Head.Time, head.State, _ballot.Nodes, batch.Node, _ballot.Height, _writer.NextProtocol) is { } allowed)
            {
                Begin(restart, allowed.Root, item.Position);
                return;
            }
        }
    }

    /// <summary>
    /// What is skipped must be what would come next, without a gap: then the block that takes the height lies behind all of it, and a node
    /// that is started or mirrors a peer afterwards need not know what was skipped.
    /// </summary>
    private bool IsDue(IReadOnlyList<long> skip, long due, long before) =>
        skip.Count == 0 || (skip.Contains(due) && skip[^1] < before && _waiting.AreNext(skip));

    private void Begin(IRestartsHeight restart, Hash32? only, long position)
    {
        // Durable first: whatever happens now, the old epoch gets no vote of this node any more.
        if (restart.Skip.Count > 0)
        {
            _open = _open with { Void = _ballot.Epoch };
        }

        CloseEpoch();
        _ended.Add(_ballot);
        _ballot = new Ballot(_signer.Network, _ballot.Height, restart.Epoch, _ballot.Nodes);
        _only = only;
        _epochFrom = position;
        _vote = null;
        if (restart.Skip.Count > 0)
        {
            PassOver(_prepared!.Batch);
            _prepared = null;
            while (_waiting.Peek() is { } next && next.Position <= restart.Skip[^1])
            {
                _waiting.Next();
                if (Read(next, out var skipped) == BatchFault.None)
                {
                    PassOver(skipped!);
                }
            }
        }
    }

    /// <summary>Who waits for an act of a skipped batch is told to hand it in again.</summary>
    private void PassOver(OrderedBatch batch) =>
        _output.Answer([.. batch.Transactions.Select(t => new SubmitResult(t.Id, null, null, AdmissionRejection.Busy.ToRefusal()))]);

    private void CloseEpoch()
    {
        _open = _open with { Frozen = Math.Max(_open.Frozen, _ballot.Epoch) };
        _open.Write(_records);
        if (_vote != VoteHold.None)
        {
            _vote = VoteHold.Frozen;
        }
    }

    private Ballot NewBallot() => new(_signer.Network, _writer.Published.Head.Height + 1, _writer.Epoch, _writer.NextNodes);

    private void NextBallot()
    {
        _ballot = NewBallot();
        _open = new OpenHeight(0, _ballot.Height, 0, null);
        _ended.Clear();
        _only = null;
        _epochFrom = 0;
        foreach (var vote in _early.TakeFor(_ballot.Height))
        {
            _ballot.Take(vote);
        }

        KeepEvidence(_ballot);
    }

    private void KeepEvidence(Ballot? ballot)
    {
        foreach (var evidence in ballot?.TakeEvidence() ?? [])
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
