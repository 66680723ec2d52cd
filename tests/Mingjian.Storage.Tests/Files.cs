using RocksDbSharp;

namespace Mingjian.Storage.Tests;

internal static class Files
{
    /// <summary>A copy of a store's directory beside it; begun again when the running database replaces a file meanwhile.</summary>
    public static string Copy(string directory)
    {
        while (true)
        {
            try
            {
                return CopyOnce(directory);
            }
            catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
            }
        }
    }

    private static string CopyOnce(string directory)
    {
        var copy = Path.Combine(Path.GetDirectoryName(directory)!, "copy-" + Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("lock" or "LOCK")))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    /// <summary>Changes a record through RocksDB itself, as somebody with access to the machine could, and removes the file list.</summary>
    public static void Forge(string directory, string column, byte[] key, Func<byte[], byte[]> change)
    {
        var families = new ColumnFamilies();
        var path = Path.Combine(directory, "db");
        foreach (var name in RocksDbSharp.RocksDb.ListColumnFamilies(new DbOptions(), path).Where(n => n != "default"))
        {
            families.Add(name, new ColumnFamilyOptions());
        }

        using var database = RocksDbSharp.RocksDb.Open(new DbOptions(), path, families);
        var family = database.GetColumnFamily(column);
        var before = database.Get(key, family) ?? [];
        var after = change(before);
        Assert.NotEqual(before, after);
        database.Put(key, after, family);
        File.Delete(Path.Combine(directory, "files"));
    }
}
