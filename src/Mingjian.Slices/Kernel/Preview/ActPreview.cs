using Mingjian.Acts.Messages;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Views.Preview;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Kernel.Preview;

/// <summary>What would come of an act: its events, or the refusal in the contract's own words.</summary>
internal sealed record ActOutcome(IReadOnlyList<IEvent> Events, RejectionMessage? Refusal);

/// <summary>The ledger's dry run: what the contracts would decide of an act on the newest state. Nothing is written, signed or ordered.</summary>
/// <remarks>Whoever is asked about must be allowed to hear of it: a refusal tells what the state holds.</remarks>
internal sealed class ActPreview(ILedger ledger, IKeyDirectory keys, ContractSet contracts, LedgerAccess access)
{
    /// <summary>Before the ledger names nodes, no act asks for them but those on nodes themselves, which have no page.</summary>
    private static readonly NodeSet Unnamed = new([new Node(StandIn(1), StandIn(2), 1, StandIn(3))]);

    private readonly Dictionary<Type, IContract> _routes =
        contracts.Contracts.SelectMany(c => c.Commands.Select(m => (m.Type, Contract: c))).ToDictionary(r => r.Type, r => r.Contract);

    /// <summary>What would come of an act if these people signed it now.</summary>
    /// <param name="command">Of a contract of this network.</param>
    /// <param name="actors">At least one, in the order of the signatures.</param>
    public ActOutcome Preview(ICommand command, params IReadOnlyList<CurrentUser> actors)
    {
        var state = ledger.ReadState();
        var head = ledger.Head;
        var height = head.Height + 1;
        var now = access.Now;
        var context = new DecisionContext(
            now > head.Time ? now : head.Time, height, ledger.Network,
            [.. actors.Select(a => new Actor(a.Key, state.KeyRecord(a.Key)?.Key ?? default, a.Member))],
            keys.FindNodes(state)?.At(height) ?? Unnamed, 1, keys.FindProtocol(state, height));
        var decision = _routes[command.GetType()].Decide(state, command, context);
        return new ActOutcome(decision.Events, decision.Rejection is { } refusal ? RejectionMessages.For(refusal.Code) : null);
    }

    /// <summary>Acts of the signed-in person, ready to sign.</summary>
    /// <param name="commands">Each stands for itself.</param>
    /// <param name="about">Whom an act is about, where there are several.</param>
    /// <param name="awaiting">A refusal that a further signature takes away, which the act is then kept for; null = none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ActRefusedException">One of them would be refused.</exception>
    public async Task<ActsToSign> PrepareAsync(
        IReadOnlyList<ICommand> commands, Func<ICommand, string?>? about = null, Rejection? awaiting = null, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var held = false;
        foreach (var command in commands)
        {
            if (Preview(command, user).Refusal is not { } refusal)
            {
                continue;
            }

            held = refusal.Code == awaiting?.Code;
            if (!held)
            {
                throw new ActRefusedException(refusal, about?.Invoke(command));
            }
        }

        return ActsToSign.Create(commands) with { Held = held };
    }

    private static Ed25519PublicKey StandIn(byte use) => new(Hash32.Of([use]).ToArray());
}
