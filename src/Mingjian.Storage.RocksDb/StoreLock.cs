using Mingjian.Engine.Store;

namespace Mingjian.Storage.RocksDb;

/// <summary>One writing process a store; who only reads can tell from the lock whether a writer is at work.</summary>
internal static class StoreLock
{
    private const int Attempts = 10;

    /// <exception cref="StoreInUseException">Another process has it.</exception>
    public static FileStream Take(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, StoreFiles.Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StoreInUseException($"Another process has the ledger in {directory} open.", e);
        }
    }

    /// <summary>Reads again while the writer's compaction takes tables away that were just listed: what they held stands in newer ones.</summary>
    public static T ReadBesideWriter<T>(string directory, Func<T> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return read();
            }
            catch (StoreCorruptException e) when (attempt < Attempts && IsReplaced(directory, e))
            {
                // Once more, from the newest list.
            }
        }
    }

    /// <summary>Whether a missing file may be one that a running writer needs no more.</summary>
    public static bool IsReplaced(string directory, StoreCorruptException error) => RocksDbErrors.IsMissing(error.Message) && IsHeld(directory);

    /// <summary>Whether a process has the store open for writing. Nothing is created.</summary>
    public static bool IsHeld(string directory)
    {
        try
        {
            new FileStream(Path.Combine(directory, StoreFiles.Lock), FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
