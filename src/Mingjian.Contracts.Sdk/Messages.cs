using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Sdk;

/// <summary>What somebody asks for; an imperative, signed by one or more keys.</summary>
/// <remarks>No property may be a <see cref="string"/>: free text can then not reach the ledger. A test holds this.</remarks>
public interface ICommand;

/// <summary>A command that introduces a key which is not yet on the ledger. A key that is must sign, too, unless it founds the ledger.</summary>
public interface IIntroducesKey : ICommand
{
    /// <summary>The key being introduced; the transaction must carry its signature.</summary>
    PublicKeyValue Key { get; }
}

/// <summary>A command that lists keys which may sign it although the ledger does not know them yet; which of them must, its contract says.</summary>
/// <remarks>A key that the ledger knows must sign, too, unless the command founds the ledger.</remarks>
public interface IBringsKeys : ICommand
{
    /// <summary>At most a few dozen.</summary>
    IReadOnlyList<PublicKeyValue> BroughtKeys();
}

/// <summary>Asks for a height that gets no quorum to be voted on again in a new epoch. Nodes act on it as soon as the order delivers it.</summary>
public interface IRestartsHeight : ICommand
{
    /// <summary>The epoch that begins.</summary>
    int Epoch { get; }

    /// <summary>The block that gets no quorum.</summary>
    long Height { get; }

    /// <summary>Positions of the order that are never executed, ascending; empty = the batch is voted on again.</summary>
    IReadOnlyList<long> Skip { get; }
}

/// <summary>What happened; a past participle, stored for ever: fields are added, never renamed.</summary>
public interface IEvent;

/// <summary>The restart that a command asked for is allowed.</summary>
public interface IHeightRestarted : IEvent
{
    /// <summary>The only log root that an honest node may vote for at that height in the new epoch; null = what it comes to.</summary>
    Hash32? Root { get; }
}

/// <summary>A command or event type as the ledger names it, for example <c>dues.RecordPayment</c>.</summary>
/// <param name="Name">Contract name, a dot, the record's name.</param>
/// <param name="Type">The CLR record.</param>
/// <param name="Json">Canonical serialisation metadata.</param>
/// <param name="Since">First protocol that has it; 1 = every ledger has it from genesis on. A changed form is a new name, so a name has one form for ever.</param>
/// <param name="Until">Last protocol that accepts it; what was accepted stays readable.</param>
public sealed record MessageType(string Name, Type Type, JsonTypeInfo Json, int Since = 1, int Until = int.MaxValue)
{
    /// <summary>Whether blocks of a protocol may carry it.</summary>
    public bool IsIn(int protocol) => protocol >= Since && protocol <= Until;
}

/// <summary>A reason for refusing a command: the contract's name and its number, never reused.</summary>
/// <param name="Contract">For example <c>dues</c>.</param>
/// <param name="Number">Stable within the contract.</param>
/// <param name="Name">The enum member, for example <c>PayerNotAMember</c>.</param>
public readonly record struct Rejection(string Contract, int Number, string Name)
{
    /// <summary>The stable code that programs see: <c>dues/1203</c>.</summary>
    public string Code => $"{Contract}/{Number}";
}

/// <summary>Events, or one rejection.</summary>
public sealed class Decision
{
    private Decision(IReadOnlyList<IEvent> events, Rejection? rejection)
    {
        Events = events;
        Rejection = rejection;
    }

    /// <summary>Empty when refused.</summary>
    public IReadOnlyList<IEvent> Events { get; }

    /// <summary>Null when accepted.</summary>
    public Rejection? Rejection { get; }

    public static Decision Accept(params IReadOnlyList<IEvent> events) => new(events, null);

    /// <summary>Refuses with a contract's enum member, whose numeric value is the stable number.</summary>
    public static Decision Reject<TReason>(string contract, TReason reason)
        where TReason : struct, Enum =>
        new([], new Rejection(contract, Convert.ToInt32(reason, System.Globalization.CultureInfo.InvariantCulture), reason.ToString()));
}

/// <summary>A key that signed the transaction, as the engine resolved it.</summary>
/// <param name="Key">The key's id.</param>
/// <param name="PublicKey">Scheme and bytes.</param>
/// <param name="Member">The member the key is bound to; null for a key the command introduces and for the network key of an organisation.</param>
public sealed record Actor(KeyId Key, PublicKeyValue PublicKey, MemberId? Member);

/// <summary>All that a contract knows besides state and command.</summary>
/// <param name="Time">The block's time; contracts know no other clock.</param>
/// <param name="Height">The block's height, from 1.</param>
/// <param name="Network">The ledger's name.</param>
/// <param name="Actors">The signers, in the envelope's order; never empty.</param>
/// <param name="Nodes">The nodes whose quorum makes the block final; before the agreement those of every node's configuration.</param>
/// <param name="Proposer">Number of the node whose batch the block is made of; its batch key has signed that batch.</param>
/// <param name="Protocol">By whose rules the block is made, from 1. A rule that changes asks it, and keeps the old rule beside the new one for ever.</param>
public sealed record DecisionContext(
    LedgerTime Time, long Height, NetworkId Network, IReadOnlyList<Actor> Actors, NodeSet Nodes, int Proposer, int Protocol)
{
    /// <summary>The civil date in Beijing of the block.</summary>
    public DateOnly Today => Time.BeijingDate;
}
