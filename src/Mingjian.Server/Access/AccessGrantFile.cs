using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mingjian.Primitives;

namespace Mingjian.Server.Access;

/// <summary>What an outside party was let in for. Both open the same; the record of uses says which.</summary>
public enum AccessPurpose
{
    /// <summary>Replays the whole ledger.</summary>
    Audit = 1,

    /// <summary>A witness that also looks at what it cosigns. To cosign alone no token is needed.</summary>
    Witness = 2,
}

/// <summary>One party outside the network that the organisation lets read the ledger's entries.</summary>
/// <param name="Name">As the operator named it, 1 to <see cref="AccessGrantFile.MaxName"/> characters. Of all in force no two have one name.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Hash">SHA-256 of the token's text; the token itself is kept nowhere.</param>
/// <param name="Granted">When.</param>
/// <param name="Until">Refused from this time on.</param>
/// <param name="Revoked">Null = not taken back.</param>
public sealed record AccessGrant(string Name, AccessPurpose Purpose, Hash32 Hash, DateTimeOffset Granted, DateTimeOffset Until, DateTimeOffset? Revoked)
{
    /// <summary>Opens entries now.</summary>
    public bool IsInForce(DateTimeOffset now) => Revoked is null && now < Until;
}

/// <summary>The grants of a process: a file in the network's data directory, which the operator's command writes and the running server reads anew.</summary>
/// <remarks>Not in backups: who got in before a restore has to be let in again.</remarks>
public static class AccessGrantFile
{
    /// <summary>In the network's data directory, readable by its owner alone.</summary>
    public const string FileName = "access.json";

    /// <summary>The version mark that is written.</summary>
    public const string CurrentFormat = "mingjian-access@v1";

    /// <summary>Stable code at the beginning of the message when another version of the program has written the file.</summary>
    public const string UnknownVersion = "access/unknown-version";

    /// <summary>Most grants that are kept, taken back and expired ones included; the oldest of these go first.</summary>
    public const int Most = 200;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxName = 60;

    /// <summary>Begins every token, so that one that got lost is known for what it is.</summary>
    public const string TokenPrefix = "mj-access-";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private const int SecretLength = 32;
    private const int MaxSize = 1 << 20;

    /// <summary>The hash that a token is known by, or null for text that is no token.</summary>
    public static Hash32? HashOf(string token) =>
        token.Length == TokenPrefix.Length + (2 * SecretLength) && token.StartsWith(TokenPrefix, StringComparison.Ordinal)
        && token.AsSpan(TokenPrefix.Length).IndexOfAnyExcept(Digits) < 0
            ? Hash32.Of(Encoding.ASCII.GetBytes(token))
            : null;

    /// <summary>All grants, in the order in which they were made; empty where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is not one of grants.</exception>
    public static IReadOnlyList<AccessGrant> Read(string directory)
    {
        var file = new FileInfo(Path.Combine(directory, FileName));
        if (!file.Exists)
        {
            return [];
        }

        try
        {
            if (file.Length > MaxSize)
            {
                throw new InvalidDataException($"{file.FullName} is larger than any file of grants.");
            }

            var bytes = File.ReadAllBytes(file.FullName);
            using var document = JsonDocument.Parse(bytes);

            // The first releases wrote the bare list.
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                return JsonSerializer.Deserialize(bytes, AccessJson.Default.IReadOnlyListAccessGrant) ?? [];
            }

            var format = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("format", out var stated) ? stated.ToString() : null;
            return format == CurrentFormat
                ? JsonSerializer.Deserialize(bytes, AccessJson.Default.AccessGrantList)!.Grants
                : throw new InvalidDataException(
                    $"{UnknownVersion}：{file.FullName} 的格式是“{format}”，本程序只认识“{CurrentFormat}”。在换回写它的程序以前，谁也不能凭令牌读取；文件没有改动。");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            throw new InvalidDataException($"{file.FullName} is not a file of grants: {e.Message}", e);
        }
    }

    /// <summary>Lets a party in.</summary>
    /// <returns>The token. It cannot be shown again.</returns>
    /// <exception cref="ArgumentException">The name is not one, or somebody of that name is in.</exception>
    /// <exception cref="IOException">Another command is writing the file, or it cannot be written.</exception>
    public static string Grant(string directory, string name, AccessPurpose purpose, DateTimeOffset now, TimeSpan lasts)
    {
        if (name.Length is 0 or > MaxName || name.Trim() != name || name.Any(char.IsControl))
        {
            throw new ArgumentException("A name has 1 to 60 characters, no control characters, and no space at its ends.", nameof(name));
        }

        var token = TokenPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretLength));
        Change(directory, grants =>
        {
            if (grants.Any(g => g.Name == name && g.IsInForce(now)))
            {
                throw new ArgumentException("A grant of that name is in force.", nameof(name));
            }

            while (grants.Count >= Most)
            {
                var over = grants.FindIndex(g => !g.IsInForce(now));
                if (over < 0)
                {
                    throw new ArgumentException("Too many grants are in force.", nameof(name));
                }

                grants.RemoveAt(over);
            }

            grants.Add(new AccessGrant(name, purpose, HashOf(token)!.Value, now, now + lasts, null));
            return true;
        });
        return token;
    }

    /// <summary>Takes a grant back; the running server refuses its token from then on.</summary>
    /// <returns>False when nobody of that name is in.</returns>
    public static bool Revoke(string directory, string name, DateTimeOffset now)
    {
        var found = false;
        Change(directory, grants =>
        {
            for (var i = 0; i < grants.Count; i++)
            {
                if (grants[i].Name == name && grants[i].IsInForce(now))
                {
                    grants[i] = grants[i] with { Revoked = now };
                    found = true;
                }
            }

            return found;
        });
        return found;
    }

    // One command at a time; the file is whole at every moment, and its owner's alone.
    private static void Change(string directory, Func<List<AccessGrant>, bool> change)
    {
        var path = Path.Combine(directory, FileName);
        using var gate = new FileStream(path + ".lock", Private(FileMode.OpenOrCreate));
        var grants = Read(directory).ToList();
        if (!change(grants))
        {
            return;
        }

        File.Delete(path + ".new");
        using (var stream = new FileStream(path + ".new", Private(FileMode.CreateNew)))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(new AccessGrantList(CurrentFormat, grants), AccessJson.Default.AccessGrantList));
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    internal static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}

/// <summary>The file's content.</summary>
/// <param name="Format">Always <see cref="AccessGrantFile.CurrentFormat"/>.</param>
internal sealed record AccessGrantList(string Format, IReadOnlyList<AccessGrant> Grants);

/// <summary>Serialisation of grants and of their uses.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessGrantList))]
[JsonSerializable(typeof(IReadOnlyList<AccessGrant>))]
[JsonSerializable(typeof(AccessUse))]
internal sealed partial class AccessJson : JsonSerializerContext;
