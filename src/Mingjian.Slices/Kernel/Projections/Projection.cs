using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>What one slice makes of the ledger: its own tables, their version, and what each event means for them.</summary>
/// <remarks>
/// Its tables are written from the ledger alone, each projection's apart from all others': a table belongs to one, and no statement reads another's,
/// so a slice can be made anew while the others go on. Queries may join them all.
/// </remarks>
internal abstract class Projection
{
    private readonly Dictionary<Type, Action<ProjectionRows, IEvent>> _events = [];
    private readonly HashSet<Type> _notShown = [];

    /// <param name="name">Lower-case letters; for ever.</param>
    /// <param name="version">Raised with every change of its rows or of what an event means for them; its tables are then dropped and filled anew.</param>
    /// <param name="joined">Names of other slices whose tables its pages join: they show a block only when all of them do.</param>
    protected Projection(string name, int version, params string[] joined) => (Name, Version, Joined) = (name, version, joined);

    public string Name { get; }

    public int Version { get; }

    public IReadOnlyList<string> Joined { get; }

    /// <summary>Types of the events that change its tables.</summary>
    public IReadOnlyCollection<Type> Events => _events.Keys;

    /// <summary>Types of events that are not in tables, because what they say is asked of the ledger's state.</summary>
    public IReadOnlyCollection<Type> NotShown => _notShown;

    /// <summary>Adds its tables to the model.</summary>
    public abstract void Map(ModelBuilder model);

    /// <summary>What an entry of whatever kind means, before its events.</summary>
    public virtual void Apply(ProjectionRows rows, LedgerItem entry)
    {
    }

    /// <summary>What an event means; nothing unless it is among <see cref="Events"/>.</summary>
    public void Apply(ProjectionRows rows, IEvent happened)
    {
        if (_events.TryGetValue(happened.GetType(), out var apply))
        {
            apply(rows, happened);
        }
    }

    /// <summary>Says what events of a type mean.</summary>
    protected void On<TEvent>(Action<ProjectionRows, TEvent> apply)
        where TEvent : IEvent => _events.Add(typeof(TEvent), (rows, happened) => apply(rows, (TEvent)happened));

    /// <summary>Says that events of a type are not in tables.</summary>
    protected void NotInTables<TEvent>()
        where TEvent : IEvent => _notShown.Add(typeof(TEvent));
}

/// <summary>Where an event stands.</summary>
internal readonly record struct EventPosition(long Height, long Index, LedgerTime Time, Hash32 Transaction);

/// <summary>Takes the rows that one entry makes.</summary>
/// <param name="rows">Takes what is to be written, in the order of the ledger.</param>
/// <param name="at">Where the entry stands: every row that it makes says so.</param>
internal readonly struct ProjectionRows(RowWriter rows, EventPosition at)
{
    public EventPosition At => at;

    /// <summary>A row that this entry makes.</summary>
    public void Put<TRow>(TRow row)
        where TRow : ProjectedRow
    {
        row.SetSource(at);
        rows.Upsert(row);
    }

    /// <summary>A row that this entry makes, and whose act it was.</summary>
    public void Put<TRow>(TRow row, MemberId signer)
        where TRow : SignedRow
    {
        row.SetSource(at, signer);
        rows.Upsert(row);
    }

    /// <summary>A part of a row that says where it is from.</summary>
    public void PutPart<TRow>(TRow row)
        where TRow : class => rows.Upsert(row);

    /// <inheritdoc cref="RowWriter.Update"/>
    public void Update<TRow>(IReadOnlyList<object> key, params IReadOnlyList<(string Property, object? Value)> set)
        where TRow : class => rows.Update<TRow>(key, set);

    /// <inheritdoc cref="RowWriter.Execute"/>
    public void Execute(FormattableString sql) => rows.Execute(sql);
}
