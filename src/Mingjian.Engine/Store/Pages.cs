using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Mingjian.Engine.Store;

/// <summary>Works through a scan on all cores: while some pages are worked on, the next is being read.</summary>
internal static class Pages
{
    private const int Size = 4096;

    /// <summary>Calls <paramref name="work"/> for every page, in no particular order and on any thread.</summary>
    public static void ForEach<T>(IEnumerable<T> records, Action<T[]> work)
    {
        try
        {
            Parallel.ForEach(Partitioner.Create(records.Chunk(Size), EnumerablePartitionerOptions.NoBuffering), work);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
