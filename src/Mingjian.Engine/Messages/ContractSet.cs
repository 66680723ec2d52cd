using System.Collections.Frozen;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Engine.Messages;

/// <summary>The contracts of a ledger with their messages by name. The host registers them; the engine knows none by itself.</summary>
public sealed class ContractSet
{
    private readonly FrozenDictionary<string, CommandRoute> _commands;
    private readonly FrozenDictionary<Type, EventRoute> _events;
    private readonly FrozenDictionary<string, EventRoute> _eventsByName;

    /// <param name="contracts">Every contract of the network.</param>
    /// <exception cref="ArgumentException">Two contracts or messages share a name, or a message's name lacks its contract's.</exception>
    public ContractSet(params IReadOnlyList<IContract> contracts)
        : this(contracts, contracts.Max(c => c.Protocol))
    {
    }

    /// <summary>A program that pretends to be older: it knows no message of a later protocol. For roll-outs in steps, and for tests of mixed networks.</summary>
    /// <param name="contracts">Every contract of the network.</param>
    /// <param name="highest">The newest protocol that it carries; at most what the contracts have.</param>
    /// <exception cref="ArgumentException">See above, or the contracts have no such protocol.</exception>
    public ContractSet(IReadOnlyList<IContract> contracts, int highest)
    {
        Contracts = contracts;
        Highest = highest >= 1 && highest <= contracts.Max(c => c.Protocol)
            ? highest
            : throw new ArgumentException($"These contracts have no protocol {highest}.", nameof(highest));
        var commands = new Dictionary<string, CommandRoute>(StringComparer.Ordinal);
        var events = new Dictionary<Type, EventRoute>();
        var eventNames = new Dictionary<string, EventRoute>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var contract in contracts)
        {
            if (!names.Add(contract.Name))
            {
                throw new ArgumentException($"Two contracts are named {contract.Name}.", nameof(contracts));
            }

            foreach (var command in contract.Commands.Where(c => c.Since <= highest))
            {
                RequireOwnName(contract, command);
                commands.Add(command.Name, new CommandRoute(contract, command));
            }

            foreach (var happened in contract.Events.Where(e => e.Since <= highest))
            {
                RequireOwnName(contract, happened);
                var route = new EventRoute(contract, happened);
                events.Add(happened.Type, route);
                eventNames.Add(happened.Name, route);
            }
        }

        _commands = commands.ToFrozenDictionary(StringComparer.Ordinal);
        _events = events.ToFrozenDictionary();
        _eventsByName = eventNames.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyList<IContract> Contracts { get; }

    /// <summary>The newest protocol that this program carries. A block of a later one is not for it to execute.</summary>
    public int Highest { get; }

    /// <summary>Null for a name that no contract declares.</summary>
    public CommandRoute? FindCommand(string name) => _commands.GetValueOrDefault(name);

    /// <summary>Null for a name that no contract declares.</summary>
    public EventRoute? FindEvent(string name) => _eventsByName.GetValueOrDefault(name);

    /// <exception cref="InvalidOperationException">A contract decided an event that it does not declare: a bug.</exception>
    public EventRoute RouteOf(IEvent happened) => _events.GetValueOrDefault(happened.GetType())
        ?? throw new InvalidOperationException($"No contract declares the event {happened.GetType().FullName}.");

    private static void RequireOwnName(IContract contract, MessageType message)
    {
        if (!message.Name.StartsWith(contract.Name + ".", StringComparison.Ordinal))
        {
            throw new ArgumentException($"The message {message.Name} is not named after its contract {contract.Name}.", nameof(message));
        }
    }
}

/// <summary>A command and the contract that decides it.</summary>
public sealed record CommandRoute(IContract Contract, MessageType Message);

/// <summary>An event and the contract that applies it.</summary>
public sealed record EventRoute(IContract Contract, MessageType Message)
{
    /// <summary>The name's bytes: ASCII, no escapes.</summary>
    internal byte[] Name { get; } = System.Text.Encoding.ASCII.GetBytes(Message.Name);
}
