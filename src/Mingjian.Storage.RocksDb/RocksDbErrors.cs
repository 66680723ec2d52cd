using System.Text.RegularExpressions;
using Mingjian.Engine.Store;
using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>Turns RocksDB's messages into <see cref="StoreCorruptException"/> with the name of the damaged file.</summary>
internal static partial class RocksDbErrors
{
    public static Exception Translate(RocksDbException error) => Translate(error.Message, error);

    public static Exception Translate(string message, Exception? inner)
    {
        if (message.Contains("LOCK", StringComparison.Ordinal) && message.Contains("lock", StringComparison.Ordinal))
        {
            return new StoreInUseException(message, inner);
        }

        var file = FileName().Match(message);
        return new StoreCorruptException(file.Success ? $"{StoreFiles.Database}/{file.Value}" : StoreFiles.Database, message, inner);
    }

    [GeneratedRegex(@"\d{6}\.(sst|log|blob)|MANIFEST-\d{6}|CURRENT|OPTIONS-\d{6}|IDENTITY", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
