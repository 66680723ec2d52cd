using System.Text;
using Mingjian.Engine.Store;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>The node's own records, in the default column family under <c>node/</c>.</summary>
internal sealed class NodeRecords(StoreDatabase database) : INodeRecords
{
    private const string Prefix = "node/";

    public byte[]? Read(string name) => database.Get(Key(name), database.Default);

    public void Write(string name, byte[]? value)
    {
        using var batch = new WriteBatch();
        if (value is null)
        {
            batch.Delete(Key(name));
        }
        else
        {
            batch.Put(Key(name), value);
        }

        database.Write(batch, isSynced: true);
    }

    public void Write(IReadOnlyList<KeyValuePair<string, byte[]>> records)
    {
        using var batch = new WriteBatch();
        foreach (var (name, value) in records)
        {
            batch.Put(Key(name), value);
        }

        database.Write(batch, isSynced: true);
    }

    public IReadOnlyList<KeyValuePair<string, byte[]>> ReadAll(string prefix)
    {
        var found = new List<KeyValuePair<string, byte[]>>();
        foreach (var (key, value) in database.Iterate(database.Default))
        {
            var name = Encoding.ASCII.GetString(key);
            if (name.StartsWith(Prefix + prefix, StringComparison.Ordinal))
            {
                found.Add(KeyValuePair.Create(name[Prefix.Length..], value));
            }
        }

        return found;
    }

    private static byte[] Key(string name) => Encoding.ASCII.GetBytes(Prefix + name);
}
