using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>The first transaction of a ledger: its top committee, its first officer and that officer's key.</summary>
/// <param name="Committee">The top Party committee.</param>
/// <param name="Name">Commitment to the committee's name, context <c>o-…/name/1</c>.</param>
/// <param name="Officer">The first organisation officer; becomes a member record of this network.</param>
/// <param name="Key">The officer's key; the transaction carries its signature.</param>
/// <param name="Site">The first site on which passkeys sign: SHA-256 of its origin; null = none yet.</param>
public sealed record FoundNetwork(OrganizationId Committee, Hash32 Name, MemberId Officer, PublicKeyValue Key, Hash32? Site = null)
    : OrganizationsCommand, IIntroducesKey;

/// <summary>The ledger begins: the top committee, its first officer (a member record and an appointment) and the officer's key.</summary>
/// <param name="Site">The first site; null = none yet.</param>
public sealed record NetworkFounded(OrganizationId Committee, Hash32 Name, MemberId Officer, PublicKeyValue Key, Hash32? Site = null) : OrganizationsEvent;

internal static class FoundNetworkRules
{
    public static Decision Decide(IStateReader state, FoundNetwork command, DecisionContext context)
    {
        if (state.Get(OrganizationsState.TopKey) is not null)
        {
            return Reject(OrganizationsRejection.AlreadyFounded);
        }

        if (!context.IsSignedBy(command.Key))
        {
            return Reject(OrganizationsRejection.KeyDidNotSign);
        }

        // In a network any node's operator could bring a key; the agreement says whose it is to do: the first organisation's, through its node.
        if (context.Nodes.Seats is not null)
        {
            if (state.Nodes() is not { } nodes)
            {
                return Reject(OrganizationsRejection.AgreementMissing);
            }

            if (nodes.At(context.Height).Seats[0].Node.Number != context.Proposer)
            {
                return Reject(OrganizationsRejection.NotTheFirstNode);
            }
        }

        return Decision.Accept(new NetworkFounded(command.Committee, command.Name, command.Officer, command.Key, command.Site));
    }

    public static void Apply(NetworkFounded founded, DecisionContext context, IStateWriter writes, IPeople people)
    {
        var today = context.Today;
        writes.Put(OrganizationsState.TopKey, new NetworkRecord(founded.Committee, today));
        writes.Put(new OrganizationRecord(founded.Committee, null, OrganizationKind.PrimaryPartyCommittee, 0, founded.Name));
        if (founded.Site is { } site)
        {
            Sites.Put(writes, [site]);
        }

        writes.Put(founded.Officer, [new Appointment(founded.Committee, Post.OrganizationOfficer, today, null)]);

        // The first officer has no roster row: the first transaction makes the member record and binds the key.
        people.Found(founded, context, writes);
    }
}
