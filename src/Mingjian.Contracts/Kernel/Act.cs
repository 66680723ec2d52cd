using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Kernel;

/// <summary>One act: what is asked for, the rule that decides it, and the event that comes of it with what that changes.</summary>
internal abstract class Act(Type command, Type happened, int since)
{
    public Type Command => command;

    public Type Happened => happened;

    /// <summary>First protocol that has it.</summary>
    public int Since => since;

    public abstract Decision Decide(IStateReader state, ICommand command, DecisionContext context);

    public abstract void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes);
}

/// <inheritdoc/>
internal sealed class Act<TCommand, TEvent>(
    Func<IStateReader, TCommand, DecisionContext, Decision> decide,
    Action<IStateReader, TEvent, DecisionContext, IStateWriter> apply,
    int since = 1)
    : Act(typeof(TCommand), typeof(TEvent), since)
    where TCommand : ICommand
    where TEvent : IEvent
{
    public override Decision Decide(IStateReader state, ICommand command, DecisionContext context) => decide(state, (TCommand)command, context);

    public override void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes) =>
        apply(state, (TEvent)happened, context, writes);
}
