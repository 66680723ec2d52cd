using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>An act whose form and signatures have been checked; what depends on the block is checked again when it is executed.</summary>
/// <param name="Id">SHA-256 of the payload's PAE.</param>
/// <param name="Bytes">Canonical bytes of the envelope, as they go into the log.</param>
/// <param name="Route">The command's contract and type.</param>
/// <param name="Command">The typed command.</param>
/// <param name="Expires">Refused in blocks at or after this time.</param>
/// <param name="Signers">The keys whose signatures hold, in the envelope's order.</param>
/// <param name="NotLoggedAt">A height at which the log was seen not to have the act; -1 when nobody looked.</param>
public sealed record AdmittedTransaction(
    Hash32 Id, ReadOnlyMemory<byte> Bytes, CommandRoute Route, ICommand Command, LedgerTime Expires, IReadOnlyList<KeyId> Signers,
    long NotLoggedAt = -1)
{
    private long _position;

    /// <summary>Hashes of the origins on which passkeys signed; each must be a site in the state before the block. Empty without passkeys.</summary>
    public IReadOnlyList<Hash32> Sites { get; init; } = [];

    /// <summary>The entry that a log has for the act already; null for a new one. It is used again where executing the act gives the same bytes.</summary>
    internal LoggedEntry? Logged { get; init; }

    /// <summary>What its contract decides.</summary>
    /// <exception cref="ContractFaultException">The contract threw: a bug in a rule.</exception>
    internal Decision Decide(IStateReader state, DecisionContext context)
    {
        try
        {
            return Route.Contract.Decide(state, Command, context);
        }
        catch (Exception e)
        {
            throw new ContractFaultException(Route.Message.Name, Id, context.Height, e);
        }
    }

    /// <summary>Its place in an order that several nodes share; 0 until the order has taken it in. Set by the ordering.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }
}

/// <param name="Leaf">Its leaf hash.</param>
internal sealed record LoggedEntry(byte[] Bytes, Hash32 Leaf);
