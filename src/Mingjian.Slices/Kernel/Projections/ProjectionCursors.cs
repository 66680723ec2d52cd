namespace Mingjian.Slices.Kernel.Projections;

/// <summary>How far each slice's projection has come: the last block that is in its tables; 0 = none.</summary>
internal sealed class ProjectionCursors(IReadOnlyDictionary<string, long> heights)
{
    public static ProjectionCursors None { get; } = new(new Dictionary<string, long>(StringComparer.Ordinal));

    public IReadOnlyDictionary<string, long> Heights => heights;

    /// <summary>Of the slice that has come furthest.</summary>
    public long Front { get; } = heights.Values.DefaultIfEmpty().Max();

    /// <summary>Of the slice that is furthest behind.</summary>
    public long Lowest { get; } = heights.Values.DefaultIfEmpty().Min();

    public bool AreLevel => Front == Lowest;

    /// <summary>The last block that is in the tables of all these slices.</summary>
    public long Of(IEnumerable<string> slices) => slices.Min(s => heights.GetValueOrDefault(s));

    /// <summary>The same, after slices have come to a block.</summary>
    public ProjectionCursors With(IEnumerable<Projection> slices, long height)
    {
        var moved = new Dictionary<string, long>(heights, StringComparer.Ordinal);
        foreach (var slice in slices)
        {
            moved[slice.Name] = height;
        }

        return new ProjectionCursors(moved);
    }
}
