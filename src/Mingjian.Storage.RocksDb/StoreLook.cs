using Mingjian.Engine.Store;

namespace Mingjian.Storage.RocksDb;

/// <summary>What a ledger's directory says of itself, read without opening its database: nothing is created, changed or locked.</summary>
/// <param name="IsInUse">A process has it open for writing.</param>
/// <param name="Height">Of the newest acknowledged block; 0 before the first.</param>
/// <param name="Size">Log entries after it.</param>
public sealed record StoreLook(bool IsInUse, long Height, long Size)
{
    /// <summary>The version mark of stores that this program reads and writes.</summary>
    public static string Version => FileSeal.Version;

    /// <summary>Looks at a directory; null when there is no ledger in it. Tables are not read: an audit does that.</summary>
    /// <exception cref="StoreVersionException">Another version of the program has written it.</exception>
    /// <exception cref="StoreCorruptException">A file is damaged.</exception>
    public static StoreLook? Of(string directory)
    {
        if (!Directory.Exists(Path.Combine(directory, StoreFiles.Database)))
        {
            return null;
        }

        var isInUse = StoreLock.IsHeld(directory);
        FileSeal.Verify(directory);
        var newest = HeadFile.Read(Path.Combine(directory, StoreFiles.Head))?.Newest;
        return new StoreLook(isInUse, newest?.Height ?? 0, newest?.Size ?? 0);
    }
}
