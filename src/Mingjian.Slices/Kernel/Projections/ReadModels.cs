using System.Collections.Frozen;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>The projections of all slices of a program.</summary>
internal sealed class ReadModels
{
    private readonly FrozenDictionary<string, FrozenSet<string>> _needs;

    public ReadModels(IEnumerable<Projection> projections)
    {
        All = [.. projections.OrderBy(p => p.Name, StringComparer.Ordinal)];
        _needs = All.ToFrozenDictionary(p => p.Name, p => p.Joined.Append(p.Name).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
        if (All.SelectMany(p => p.Joined).FirstOrDefault(j => !_needs.ContainsKey(j)) is { } unknown)
        {
            throw new ArgumentException($"No slice is called {unknown}.", nameof(projections));
        }
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<Projection> All { get; }

    /// <summary>The slice itself and those whose tables its pages join.</summary>
    public IReadOnlySet<string> NeedsOf(string slice) =>
        _needs.TryGetValue(slice, out var needs) ? needs : throw new ArgumentException($"No slice is called {slice}.", nameof(slice));
}
