namespace Mingjian.Storage.RocksDb;

/// <summary>Names within a store's directory.</summary>
internal static class StoreFiles
{
    /// <summary>RocksDB's own directory.</summary>
    public const string Database = "db";

    /// <summary>The rollback detector (<see cref="HeadFile"/>).</summary>
    public const string Head = "head";

    /// <summary>The list of digests (<see cref="FileSeal"/>).</summary>
    public const string Files = "files";

    /// <summary>Held open without sharing while a process writes.</summary>
    public const string Lock = "lock";
}
