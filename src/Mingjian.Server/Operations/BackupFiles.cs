using System.Security.Cryptography;
using System.Text.Json;
using Mingjian.Engine.Agreement;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Server.Operations;

/// <summary>What a backup holds; the file <c>backup.json</c> in it.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Network">The ledger's name.</param>
/// <param name="Taken">When it was begun.</param>
/// <param name="Height">Blocks in it.</param>
/// <param name="Size">Log entries in it.</param>
/// <param name="Root">Log root over them; null before the first block.</param>
/// <param name="Files">Every other file.</param>
/// <param name="LeftOut">What must be kept otherwise, or is made anew.</param>
public sealed record BackupManifest(
    string Format, string Network, DateTimeOffset Taken, long Height, long Size, string? Root, IReadOnlyList<BackupFile> Files,
    IReadOnlyList<string> LeftOut)
{
    public const string CurrentFormat = "mingjian-backup@v1";
}

/// <param name="Name">Relative, with slashes.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Base64.</param>
public sealed record BackupFile(string Name, long Length, string Sha256);

/// <summary>A directory that is no whole backup, or cannot be restored to where it should go.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable code at the beginning of the message when another version of the program has written the backup.</summary>
    public const string UnknownVersion = "backup/unknown-version";
}

/// <summary>Checks and restores backups, with no server running.</summary>
public static class BackupFiles
{
    internal const string ManifestName = "backup.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads the manifest and compares every file with it.</summary>
    /// <exception cref="BackupException">No backup, or a file is missing, altered or not listed.</exception>
    public static async Task<BackupManifest> VerifyAsync(string backup, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(backup, cancellationToken);
        var found = (await ListAsync(backup, cancellationToken)).ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            if (!found.Remove(file.Name, out var now))
            {
                throw new BackupException($"备份缺少文件 {file.Name}。");
            }

            if (now != file)
            {
                throw new BackupException($"备份中的文件 {file.Name} 已被改动或损坏。");
            }
        }

        return found.Count == 0 ? manifest : throw new BackupException($"备份中多了清单以外的文件 {found.Keys.First()}。");
    }

    /// <summary>Restores into the network's directory below a data directory, which must not hold anything.</summary>
    /// <returns>That directory, and what is in it.</returns>
    /// <exception cref="BackupException">Not a whole backup, or the target is in use.</exception>
    /// <exception cref="Mingjian.Engine.Store.StoreCorruptException">The ledger in the backup cannot be opened.</exception>
    public static async Task<(string NetworkDirectory, BackupManifest Manifest)> RestoreAsync(
        string backup, string dataDirectory, CancellationToken cancellationToken)
    {
        var manifest = await VerifyAsync(backup, cancellationToken);
        var isDemo = manifest.Files.Any(f => f.Name == "demo.json");
        var target = Path.Combine(Path.GetFullPath(dataDirectory), isDemo ? "demo" : "network");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new BackupException($"{target} 不是空的。恢复只写入空目录，请先把原来的目录移走。");
        }

        // Moved into place when whole, so that no server ever starts on a half.
        var draft = target + ".restoring";
        DeleteIfThere(draft);
        PrivateFiles.CreateDirectory(draft);
        foreach (var file in manifest.Files)
        {
            var copy = Path.Combine(draft, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            Copy(Path.Combine(backup, file.Name), copy);
        }

        // The node may have voted and been frozen since the backup: it must not vote again for what was ordered before it comes back.
        var ledger = Path.Combine(draft, "ledger");
        if (Directory.Exists(ledger))
        {
            using var store = RocksDbBlockStore.Open(ledger);
            NodeRepair.MarkRestored(store);
        }

        // However the backup has travelled: some ways leave files that everybody may read.
        PrivateFiles.NarrowAll(draft);
        DeleteIfThere(target);
        Directory.Move(draft, target);
        return (target, manifest);
    }

    /// <summary>Every file but the manifest, ascending by name.</summary>
    internal static async Task<IReadOnlyList<BackupFile>> ListAsync(string directory, CancellationToken cancellationToken)
    {
        var files = new List<BackupFile>();
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(directory, path).Replace('\\', '/');
            if (name != ManifestName)
            {
                await using var file = File.OpenRead(path);
                files.Add(new BackupFile(name, file.Length, Convert.ToBase64String(await SHA256.HashDataAsync(file, cancellationToken))));
            }
        }

        return files;
    }

    /// <summary>Written last: without it a directory is no backup.</summary>
    internal static void WriteManifest(string directory, BackupManifest manifest)
    {
        using var file = PrivateFiles.Create(Path.Combine(directory, ManifestName));
        JsonSerializer.Serialize(file, manifest, Json);
        file.Flush(flushToDisk: true);
    }

    internal static void CopyDirectory(string source, string target)
    {
        PrivateFiles.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    /// <summary>A copy that is on the disk when this returns.</summary>
    internal static void Copy(string source, string target)
    {
        File.Copy(source, target);
        Flush(target);
    }

    /// <summary>Waits until a file is on the disk.</summary>
    internal static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    internal static void DeleteIfThere(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>What a backup says of itself; its files are not looked at.</summary>
    /// <exception cref="BackupException">No backup, or one of another version of the program.</exception>
    internal static async Task<BackupManifest> ReadManifestAsync(string backup, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(backup, ManifestName), cancellationToken);
            using (var document = JsonDocument.Parse(bytes))
            {
                // First, because another version's manifest need not have this one's members.
                var format = document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("format", out var stated) ? stated.ToString() : null;
                if (format is not BackupManifest.CurrentFormat)
                {
                    throw new BackupException(
                        $"{BackupException.UnknownVersion}：{backup} 的 {ManifestName} 格式是“{format}”，本程序只认识“{BackupManifest.CurrentFormat}”。请用写它的程序恢复。");
                }
            }

            return JsonSerializer.Deserialize<BackupManifest>(bytes, Json) is { Files: not null } manifest && manifest.Files.All(f => IsInside(f.Name))
                ? manifest
                : throw new BackupException($"{backup} 的 {ManifestName} 不是完整的备份清单。");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BackupException($"{backup} 不是完整的备份：{e.Message}", e);
        }
    }

    private static bool IsInside(string name) =>
        name.Length > 0 && name.Split('/').All(part => part is not ("" or "." or "..")) && !Path.IsPathRooted(name);
}
