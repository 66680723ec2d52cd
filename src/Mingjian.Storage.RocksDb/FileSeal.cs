using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Engine.Store;
using Mingjian.Primitives;

namespace Mingjian.Storage.RocksDb;

/// <summary>The file <c>files</c>: length and SHA-256 of the files that RocksDB itself does not checksum as a whole.</summary>
/// <remarks>
/// After a clean stop it lists every file except tables (whose whole-file checksum stands in the MANIFEST, which is listed) and the
/// information log. While the store is open it lists what does not change, and the MANIFEST as a prefix, because RocksDB appends to it.
/// While a store is being opened it lists nothing.
/// </remarks>
internal static class FileSeal
{
    /// <summary>
    /// The version mark of the whole store, not of the list alone: it is read before anything else is opened, so it is raised with every change of columns, keys or
    /// values that an older program would misread. A store without the list is one that was never opened to the end; it is read as version 1.
    /// </summary>
    public const string Version = "mingjian-files@v1";

    private const string Kind = "mingjian-files@v";

    public enum Mode
    {
        Opening = 1,
        Running = 2,
        Closed = 3,
    }

    private sealed record Line(string Name, long Length, string Digest);

    public static void Write(string directory, Mode mode)
    {
        var text = new StringBuilder().Append(Version).Append('\n').Append(ModeName(mode)).Append('\n');
        foreach (var name in Listed(directory, mode))
        {
            var (length, digest) = Hash(Path.Combine(directory, name), null);
            text.Append(CultureInfo.InvariantCulture, $"{digest} {length} {name}\n");
        }

        text.Append(Hash32.Of(Encoding.ASCII.GetBytes(text.ToString()))).Append('\n');
        var path = Path.Combine(directory, StoreFiles.Files);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.ASCII.GetBytes(text.ToString()));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Checks the files against the list.</summary>
    /// <exception cref="StoreVersionException">Another version of the program has written the store.</exception>
    /// <exception cref="StoreCorruptException">Names the first file that differs.</exception>
    public static Mode? Verify(string directory)
    {
        var path = Path.Combine(directory, StoreFiles.Files);
        if (!File.Exists(path))
        {
            return null;
        }

        var (mode, lines) = Parse(File.ReadAllBytes(path));
        foreach (var line in lines)
        {
            var file = Path.Combine(directory, line.Name);
            if (!File.Exists(file))
            {
                throw new StoreCorruptException(line.Name, "the file is missing.");
            }

            var (length, digest) = Hash(file, line.Length);
            if (length < line.Length || (mode == Mode.Closed && new FileInfo(file).Length != line.Length))
            {
                throw new StoreCorruptException(line.Name, "the file's length is not the recorded one.");
            }

            if (!string.Equals(digest, line.Digest, StringComparison.Ordinal))
            {
                throw new StoreCorruptException(line.Name, "the file's content is not the recorded one.");
            }
        }

        if (mode == Mode.Closed)
        {
            RefuseUnlisted(directory, lines);
        }

        return mode;
    }

    private static void RefuseUnlisted(string directory, List<Line> lines)
    {
        var known = lines.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        var extra = Listed(directory, Mode.Closed).FirstOrDefault(name => !known.Contains(name));
        if (extra is not null)
        {
            throw new StoreCorruptException(extra, "the file was added after the store was closed.");
        }
    }

    private static (Mode Mode, List<Line> Lines) Parse(byte[] bytes)
    {
        // The last line is the digest of all before it: 44 characters and a newline.
        const int tail = 45;
        if (bytes.Length <= tail || bytes[^1] != '\n'
            || !string.Equals(Hash32.Of(bytes.AsSpan(0, bytes.Length - tail)).ToString(), Encoding.ASCII.GetString(bytes.AsSpan(bytes.Length - tail, 44)), StringComparison.Ordinal))
        {
            throw new StoreCorruptException(StoreFiles.Files, "the list's own digest is wrong.");
        }

        var text = Encoding.ASCII.GetString(bytes, 0, bytes.Length - tail).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (text.Length > 0 && text[0] != Version && text[0].StartsWith(Kind, StringComparison.Ordinal))
        {
            throw new StoreVersionException(StoreFiles.Files, text[0], Version);
        }

        var mode = text.Length > 1 && string.Equals(text[0], Version, StringComparison.Ordinal)
            ? Enum.GetValues<Mode>().FirstOrDefault(m => string.Equals(ModeName(m), text[1], StringComparison.Ordinal))
            : default;
        if (mode == default)
        {
            throw new StoreCorruptException(StoreFiles.Files, "not a list of files.");
        }

        var lines = text.Skip(2).Select(line => line.Split(' ', 3))
            .Select(p => new Line(p[2], long.Parse(p[1], CultureInfo.InvariantCulture), p[0])).ToList();
        return (mode, lines);
    }

    private static string ModeName(Mode mode) => mode switch
    {
        Mode.Opening => "opening",
        Mode.Running => "running",
        _ => "closed",
    };

    private static List<string> Listed(string directory, Mode mode)
    {
        var database = Path.Combine(directory, StoreFiles.Database);
        if (mode == Mode.Opening || !Directory.Exists(database))
        {
            return [];
        }

        var names = Directory.EnumerateFiles(database).Select(Path.GetFileName).OfType<string>();
        var current = Path.Combine(database, "CURRENT");
        var manifest = File.Exists(current) ? File.ReadAllText(current).Trim() : string.Empty;
        var chosen = mode == Mode.Running
            ? names.Where(n => n is "CURRENT" or "IDENTITY" || string.Equals(n, manifest, StringComparison.Ordinal) || n.StartsWith("OPTIONS-", StringComparison.Ordinal))
            : names.Where(n => n is not "LOCK" && !n.StartsWith("LOG", StringComparison.Ordinal) && !n.EndsWith(".sst", StringComparison.Ordinal));
        var inDatabase = chosen.Select(n => $"{StoreFiles.Database}/{n}");
        return (mode == Mode.Closed && File.Exists(Path.Combine(directory, StoreFiles.Head)) ? inDatabase.Append(StoreFiles.Head) : inDatabase)
            .Order(StringComparer.Ordinal).ToList();
    }

    private static (long Length, string Digest) Hash(string path, long? limit)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long total = 0;
        while (total < (limit ?? long.MaxValue))
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, (limit ?? long.MaxValue) - total));
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            total += read;
        }

        return (total, Convert.ToBase64String(hash.GetHashAndReset()));
    }
}
