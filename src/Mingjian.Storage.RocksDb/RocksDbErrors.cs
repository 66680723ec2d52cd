using System.Text.RegularExpressions;
using Mingjian.Engine.Store;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>Says what a fault of RocksDB or of the disk means: damage, with the name of the file; another process; or no space.</summary>
internal static partial class RocksDbErrors
{
    public static Exception Translate(RocksDbException error) => Translate(error.Message, error);

    /// <summary>Runs a call into RocksDB or a file of the store; what they throw comes out as the store's own fault.</summary>
    public static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (RocksDbException e)
        {
            throw Translate(e);
        }
        catch (IOException e) when (IsFull(e.Message))
        {
            throw Full(e.Message, e);
        }
    }

    public static void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    /// <summary>Whether an operating system's words are those of a disk or quota that is used up.</summary>
    public static bool IsFull(string message) =>
        message.Contains("No space left on device", StringComparison.OrdinalIgnoreCase) || message.Contains("Disk quota exceeded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether RocksDB's words are those for a file that is not there.</summary>
    public static bool IsMissing(string message) => message.Contains("No such file or directory", StringComparison.Ordinal);

    private static StoreFullException Full(string message, Exception? inner) => new($"The ledger's disk is full: {message}", inner);

    public static Exception Translate(string message, Exception? inner)
    {
        if (message.Contains("LOCK", StringComparison.Ordinal) && message.Contains("lock", StringComparison.Ordinal))
        {
            return new StoreInUseException(message, inner);
        }

        if (IsFull(message))
        {
            return Full(message, inner);
        }

        var file = FileName().Match(message);
        return new StoreCorruptException(file.Success ? $"{StoreFiles.Database}/{file.Value}" : StoreFiles.Database, message, inner);
    }

    [GeneratedRegex(@"\d{6}\.(sst|log|blob)|MANIFEST-\d{6}|CURRENT|OPTIONS-\d{6}|IDENTITY", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
