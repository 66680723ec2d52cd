using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Sdk;

/// <summary>One kind of state record: a path prefix and how its values are encoded (canonical JSON).</summary>
/// <typeparam name="T">An immutable record; instances are shared by readers and must never change.</typeparam>
/// <param name="Prefix">For example <c>dues/month/</c>; unique over all contracts.</param>
/// <param name="Json">Canonical serialisation metadata.</param>
public sealed record StateTable<T>(string Prefix, JsonTypeInfo<T> Json)
    where T : class
{
    /// <summary>The key of one record; parts are joined by '/'.</summary>
    public StateKey<T> Key(string part) => new(this, string.Concat(Prefix, part));

    /// <summary>The key of what belongs to one id.</summary>
    public StateKey<T> Key<TId>(TId id)
        where TId : struct, ITextValue<TId> => new(this, TextValue.Join(Prefix, id));

    public StateKey<T> Key<TFirst, TSecond>(TFirst first, TSecond second)
        where TFirst : struct, ITextValue<TFirst>
        where TSecond : struct, ITextValue<TSecond> => new(this, TextValue.Join(Prefix, first, second));

    public StateKey<T> Key(string first, string second) => new(this, string.Concat(Prefix, first, "/", second));
}

/// <summary>The address of one state record: an ASCII path.</summary>
public readonly record struct StateKey<T>(StateTable<T> Table, string Path)
    where T : class;

/// <summary>Read access to the authenticated state as it stands before this command (or event).</summary>
public interface IStateReader
{
    /// <summary>The record, or null where there is none.</summary>
    T? Get<T>(StateKey<T> key)
        where T : class;
}

/// <summary>Collects the writes of one event.</summary>
public interface IStateWriter
{
    void Put<T>(StateKey<T> key, T value)
        where T : class;

    void Remove<T>(StateKey<T> key)
        where T : class;
}

/// <summary>A contract: pure functions over commands, events and state, plus what describes them.</summary>
/// <remarks>Implementations hold no state of their own. An exception from either function is a bug, not a refusal.</remarks>
public interface IContract
{
    /// <summary>Lower-case name, the first part of its messages' names and of its rejection codes.</summary>
    string Name { get; }

    /// <summary>The newest protocol whose rules it has; it has those of every earlier one, too.</summary>
    int Protocol => 1;

    IReadOnlyList<MessageType> Commands { get; }

    IReadOnlyList<MessageType> Events { get; }

    /// <summary>Decides; reads only.</summary>
    Decision Decide(IStateReader state, ICommand command, DecisionContext context);

    /// <summary>Carries an event out. Total: never refuses what Decide accepted.</summary>
    void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes);
}

/// <summary>How the engine finds the people behind keys, and the nodes, without knowing any contract.</summary>
public interface IKeyDirectory
{
    /// <summary>Which nodes sign the next blocks, or null while the ledger says nothing of it: then its founding nodes do.</summary>
    NodePlan? FindNodes(IStateReader state) => null;

    /// <summary>The nodes that made the block of a past height final, or null while the ledger says nothing of it.</summary>
    NodeSet? FindNodesAt(IStateReader state, long height) => null;

    /// <summary>The protocol by whose rules the block of a height is made; 1 while the ledger says nothing of it.</summary>
    int FindProtocol(IStateReader state, long height) => 1;

    /// <summary>Whether the state already says that this is the newest protocol which a node's program carries, or has no need to be told.</summary>
    /// <param name="nodes">Whose quorum makes the block final.</param>
    bool IsStated(IStateReader state, NodeSet nodes, ProtocolStatement statement) => true;

    /// <summary>Writes a statement down that is not; called after the acts of the proposer's block.</summary>
    /// <param name="height">Of that block.</param>
    void State(IStateReader state, NodeSet nodes, long height, ProtocolStatement statement, IStateWriter writes)
    {
    }

    /// <summary>Whether people may sign with passkeys on a page of this origin.</summary>
    /// <param name="command">What is signed; the founding act may name its own site.</param>
    /// <param name="site">SHA-256 of the origin. Pages of the signer's own machine are not asked about.</param>
    bool IsSite(IStateReader state, ICommand command, Hash32 site) => false;

    /// <summary>The bound key that is valid now, or null when unknown, not yet valid or revoked.</summary>
    Actor? Find(IStateReader state, KeyId key);

    /// <summary>The key that may sign a certain command, or null. Some keys may sign one kind only, for example those of invitations.</summary>
    Actor? Find(IStateReader state, KeyId key, ICommand command) => Find(state, key);

    /// <summary>Whether keys that the command introduces or brings may sign it alone: only what founds a ledger that is not founded.</summary>
    bool MayFound(IStateReader state, ICommand command) => false;
}

/// <summary>What a node says with each of its batches, under its batch key; stands in the seal of the block that the batch becomes.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Carries">The newest protocol that its program has the rules of.</param>
public readonly record struct ProtocolStatement(int Node, int Carries);

/// <summary>Which nodes sign which blocks.</summary>
/// <param name="Current">Until <paramref name="NextFrom"/>.</param>
/// <param name="Next">From that height on; null when no change is due.</param>
/// <param name="NextFrom">First height that <paramref name="Next"/> signs.</param>
/// <param name="Epoch">1, and more after restarts of stalled heights.</param>
public sealed record NodePlan(NodeSet Current, NodeSet? Next = null, long NextFrom = 0, int Epoch = 1)
{
    /// <summary>The nodes whose quorum makes the block of a height final.</summary>
    public NodeSet At(long height) => Next is { } next && height >= NextFrom ? next : Current;
}
