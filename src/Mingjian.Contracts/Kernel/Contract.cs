using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Kernel;

/// <summary>A contract is the list of its acts; its messages, its protocol and who decides what follow from the list.</summary>
public abstract class Contract : IContract
{
    private readonly Act[] _acts;

    /// <param name="name">Lower-case; its rejections are the enumeration of that name (<see cref="Refusal"/>).</param>
    /// <param name="forms">Canonical form of its messages.</param>
    /// <param name="acts">In the order in which catalogues show them.</param>
    private protected Contract(string name, Forms forms, params Act[] acts)
    {
        _acts = acts;
        Name = name;
        Commands = Array.ConvertAll(acts, a => Message(a, a.Command));
        Events = Array.ConvertAll(acts, a => Message(a, a.Happened));
        foreach (var act in acts)
        {
            Protocol = Math.Max(Protocol, act.Since);
        }

        MessageType Message(Act act, Type type) => new($"{name}.{type.Name}", type, forms.Options.GetTypeInfo(type), act.Since);
    }

    public string Name { get; }

    /// <inheritdoc/>
    public int Protocol { get; } = 1;

    public IReadOnlyList<MessageType> Commands { get; }

    public IReadOnlyList<MessageType> Events { get; }

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context)
    {
        foreach (var act in _acts)
        {
            if (act.Command == command.GetType())
            {
                return act.Decide(state, command, context);
            }
        }

        throw new ArgumentException("Not a command of this contract.", nameof(command));
    }

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes)
    {
        foreach (var act in _acts)
        {
            if (act.Happened == happened.GetType())
            {
                act.Apply(state, happened, context, writes);
                return;
            }
        }

        throw new ArgumentException("Not an event of this contract.", nameof(happened));
    }
}
