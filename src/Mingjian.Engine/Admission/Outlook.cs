using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Engine.State;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>What the state will be once the acts of this process that are under way have been carried out, as far as this process can tell.</summary>
/// <remarks>
/// An act that the newest state refuses may need one that is under way: the organisation is being established to whose post the next act appoints. It is
/// tried once more here, so a list whose acts build on each other is ordered in one go, and what is refused here is refused at once and leaves no entry.
/// Acts of other nodes are not in it: what they bring about in between is found out when the block is executed. Used by the one thread that keeps order;
/// built only when it is asked, and anew for each block.
/// </remarks>
internal sealed class Outlook(
    NetworkId network, ContractSet contracts, IKeyDirectory keys, IBlockStore store, Func<PublishedHead> published, Func<PublishedHead, LedgerTime> now, int self)
{
    private readonly Queue<Submission> _underWay = new();
    private readonly Queue<Submission> _fresh = new();
    private readonly Dictionary<MemberId, int> _makers = [];
    private readonly EventWrites _writes = new();
    private PublishedHead? _head;
    private BlockState? _state;

    /// <summary>Nothing of this process is under way.</summary>
    public bool IsEmpty
    {
        get
        {
            DropFinished();
            return _underWay.Count == 0;
        }
    }

    /// <summary>Whether another act of the same member is under way.</summary>
    public bool HasOther(Submission submission)
    {
        DropFinished();
        return submission.Maker?.Member is { } member && _makers.ContainsKey(member);
    }

    /// <summary>Takes up an act that has just been handed to the ordering.</summary>
    public void Add(Submission submission)
    {
        DropFinished();
        _underWay.Enqueue(submission);
        if (submission.Maker?.Member is { } member)
        {
            _makers[member] = _makers.GetValueOrDefault(member) + 1;
        }

        if (_state is not null && ReferenceEquals(_head, published()))
        {
            _fresh.Enqueue(submission);
        }
        else
        {
            Forget();
        }
    }

    /// <summary>The refusal that the outlook gives, or null.</summary>
    /// <exception cref="ContractFaultException">The contract threw.</exception>
    public Rejection? Try(Submission submission)
    {
        DropFinished();
        var head = published();
        if (_state is null || !ReferenceEquals(_head, head))
        {
            Build(head);
        }

        while (_fresh.TryDequeue(out var next))
        {
            CarryOut(next);
        }

        return Decide(submission, _state!, head).Rejection;
    }

    /// <summary>What the contract decides on a state after a block.</summary>
    /// <exception cref="ContractFaultException">The contract threw.</exception>
    public Decision Decide(Submission submission, IStateReader state, PublishedHead head) =>
        submission.Admitted!.Decide(state, ContextOf(submission, head));

    private DecisionContext ContextOf(Submission submission, PublishedHead head) =>
        new(now(head), head.Head.Height + 1, network, submission.Actors, head.NextNodes, self, keys.FindProtocol(head.State, head.Head.Height + 1));

    private void Build(PublishedHead head)
    {
        _fresh.Clear();
        _head = head;
        _state = new BlockState(head.State);
        foreach (var submission in _underWay)
        {
            // A block is published before its acts are answered, so the index alone says what the state has already. Whether it was answered is asked
            // first: else an act that becomes final between the two questions would be neither in the index nor open.
            var isAnswered = submission.Answer.IsCompleted;
            var isOpen = store.FindTransaction(submission.TransactionId) is { } place ? place.Height > head.Head.Height : !isAnswered;
            if (isOpen)
            {
                CarryOut(submission);
            }
        }
    }

    /// <summary>An act that will be refused, or makes its contract throw, changes nothing.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "An outlook: what goes wrong with another act is told to whoever waits for that one.")]
    private void CarryOut(Submission submission)
    {
        if (submission.Admitted!.Command is IRestartsHeight)
        {
            return;
        }

        try
        {
            var context = ContextOf(submission, _head!);
            foreach (var happened in Decide(submission, _state!, _head!).Events)
            {
                contracts.RouteOf(happened).Contract.Apply(_state!, happened, context, _writes);
                _state!.Take(_writes);
            }
        }
        catch (Exception)
        {
            _writes.Items.Clear();
        }
    }

    private void Forget()
    {
        _fresh.Clear();
        (_head, _state) = (null, null);
    }

    /// <summary>Acts become final in the order in which they were handed on, or nearly so.</summary>
    private void DropFinished()
    {
        while (_underWay.TryPeek(out var oldest) && oldest.Answer.IsCompleted)
        {
            _underWay.Dequeue();
            if (oldest.Maker?.Member is { } member && --_makers[member] is var left && left == 0)
            {
                _makers.Remove(member);
            }
        }

        if (_underWay.Count == 0 && _state is not null)
        {
            Forget();
        }
    }
}
