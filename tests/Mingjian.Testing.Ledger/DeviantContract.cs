using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Testing.Ledger;

/// <summary>The toy's rules but for one amount.</summary>
public sealed class DeviantContract : IContract
{
    public static Amount Refused { get; } = new(13);

    public string Name => LedgerFixture.Toy.Name;

    public int Protocol => LedgerFixture.Toy.Protocol;

    public IReadOnlyList<MessageType> Commands => LedgerFixture.Toy.Commands;

    public IReadOnlyList<MessageType> Events => LedgerFixture.Toy.Events;

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) => command is Deposit deposit && deposit.Amount == Refused
        ? Decision.Reject("toy", ToyRejection.NotPositive)
        : LedgerFixture.Toy.Decide(state, command, context);

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        LedgerFixture.Toy.Apply(state, happened, context, writes);
}
