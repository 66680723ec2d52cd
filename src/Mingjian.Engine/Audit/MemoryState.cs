using Mingjian.Contracts.Sdk;
using Mingjian.Engine.State;

namespace Mingjian.Engine.Audit;

/// <summary>The whole state as typed records in memory, as an audit builds it up from nothing.</summary>
internal sealed class MemoryState : IStateReader
{
    private readonly Dictionary<string, object> _records = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object> Records => _records;

    /// <inheritdoc/>
    public T? Get<T>(StateKey<T> key)
        where T : class => (T?)_records.GetValueOrDefault(key.Path);

    public void Take(BlockState block)
    {
        foreach (var (path, write) in block.Writes)
        {
            if (write.Value is null)
            {
                _records.Remove(path);
            }
            else
            {
                _records[path] = write.Value;
            }
        }
    }
}
