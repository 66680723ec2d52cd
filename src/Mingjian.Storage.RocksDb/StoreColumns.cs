using RocksDbSharp;

namespace Mingjian.Storage.RocksDb;

/// <summary>The column families and how each is tuned.</summary>
internal static class StoreColumns
{
    /// <summary>Block records: height (8 bytes, big-endian) to canonical JSON.</summary>
    public const string Blocks = "blocks";

    /// <summary>Log entries: index (8 bytes, big-endian) to the entry.</summary>
    public const string Entries = "entries";

    /// <summary>Hash tiles: level (1 byte), number (8 bytes, big-endian) to as many hashes as there are.</summary>
    public const string Tiles = "tiles";

    /// <summary>Flat state: ASCII path to canonical JSON.</summary>
    public const string State = "state";

    /// <summary>Transaction id (32 bytes) to height and index (8 bytes each, big-endian).</summary>
    public const string Transactions = "transactions";

    // Keeps opening short, after a crash and for an audit: at most this much write-ahead log is read again, some tenths of a second of one core.
    private const ulong MaxWalBytes = 64UL << 20;

    public static IReadOnlyList<string> All { get; } = [Blocks, Entries, Tiles, State, Transactions];

    public static DbOptions Database()
    {
        var options = new DbOptions()
            .SetCreateIfMissing(true)
            .SetCreateMissingColumnFamilies(true)
            .SetParanoidChecks(true)
            .SetMaxOpenFiles(-1)
            .SetMaxTotalWalSize(MaxWalBytes)
            .SetKeepLogFileNum(4)
            .SetMaxLogFileSize(4 << 20)
            .SetStatsDumpPeriodSec(0)
            .SetMaxBackgroundCompactions(1)
            .SetMaxBackgroundFlushes(1)

            // A torn last record after a crash is normal and must not stop the start; that nothing acknowledged went with it is
            // what HeadFile decides. (Absolute consistency would refuse every start after a kill; tolerating only truncated tails
            // would refuse a tail that a power cut left as garbage, and would still accept one that a flipped length bit cut off.)
            .SetWalRecoveryMode(Recovery.PointInTime);
        var native = Native.Instance;
        native.rocksdb_options_set_track_and_verify_wals_in_manifest(options.Handle, 1);
        native.rocksdb_options_set_stats_persist_period_sec(options.Handle, 0);

        // A CRC-32C over each whole table file, kept in the MANIFEST, so that a flip even in unread bytes is found.
        var factory = native.rocksdb_file_checksum_gen_crc32c_factory_create();
        native.rocksdb_options_set_file_checksum_gen_factory(options.Handle, factory);
        native.rocksdb_file_checksum_gen_factory_destroy(factory);
        return options;
    }

    // Records of the state are read singly, at random, hundreds of thousands of times in a row: small blocks, no decompression.
    public static ColumnFamilies Families(Cache cache)
    {
        var families = new ColumnFamilies();
        families.Add(Blocks, Family(cache, Compression.Lz4, writeBuffer: 8, bloom: false));
        families.Add(Entries, Family(cache, Compression.Lz4, writeBuffer: 64, bloom: false));
        families.Add(Tiles, Family(cache, Compression.No, writeBuffer: 16, bloom: false));
        families.Add(State, Family(cache, Compression.No, writeBuffer: 64, bloom: true, blockSize: 4 << 10));
        families.Add(Transactions, Family(cache, Compression.No, writeBuffer: 32, bloom: true));
        return families;
    }

    private static ColumnFamilyOptions Family(Cache cache, Compression compression, int writeBuffer, bool bloom, ulong blockSize = 16 << 10)
    {
        var table = new BlockBasedTableOptions().SetBlockCache(cache).SetBlockSize(blockSize).SetFormatVersion(5);
        if (bloom)
        {
            table.SetFilterPolicy(BloomFilterPolicy.Create(10, false));
        }

        var family = new ColumnFamilyOptions()
            .SetBlockBasedTableFactory(table)
            .SetCompression(compression)
            .SetLevelCompactionDynamicLevelBytes(true)
            .SetWriteBufferSize((ulong)writeBuffer << 20);
        if (bloom)
        {
            // Every act asks for keys that are not there (its id, its new record); without this each walks the write buffer's skip list.
            Native.Instance.rocksdb_options_set_memtable_prefix_bloom_size_ratio(family.Handle, 0.05);
            Native.Instance.rocksdb_options_set_memtable_whole_key_filtering(family.Handle, 1);
        }

        return family;
    }
}
