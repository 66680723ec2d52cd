using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Vault;

/// <summary>The master keys of a vault by version; the highest version wraps new data keys.</summary>
/// <remarks>
/// Text form, in a file or an environment variable, never in a database: one <c>version:base64 of 32 bytes</c> a line or separated by
/// commas; lines beginning with # are remarks. Lost keys cannot be replaced: all personal data is lost with them.
/// </remarks>
public sealed class MasterKeys
{
    internal const int KeyLength = 32;
    private const int MaxFileLength = 64 * 1024;

    private readonly SortedDictionary<int, byte[]> _keys;

    private MasterKeys(SortedDictionary<int, byte[]> keys) => _keys = keys;

    /// <summary>The version that wraps new data keys.</summary>
    public int Current => _keys.Last().Key;

    /// <summary>A ring with one fresh key, version 1.</summary>
    public static MasterKeys Create() => new(new SortedDictionary<int, byte[]> { [1] = RandomNumberGenerator.GetBytes(KeyLength) });

    /// <summary>The same ring with a fresh current key; see <see cref="PersonVault.RotateAsync"/>.</summary>
    public MasterKeys WithNewKey() =>
        new(new SortedDictionary<int, byte[]>(_keys) { [checked(Current + 1)] = RandomNumberGenerator.GetBytes(KeyLength) });

    /// <summary>The ring with its current key alone; only once everything is wrapped by it.</summary>
    public MasterKeys OnlyCurrent() => new(new SortedDictionary<int, byte[]> { [Current] = _keys[Current] });

    /// <summary>Reads the text form.</summary>
    /// <exception cref="VaultException"><see cref="VaultFault.MasterKeyMalformed"/>.</exception>
    public static MasterKeys Parse(string text)
    {
        var keys = new SortedDictionary<int, byte[]>();
        var lines = text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith('#'));
        foreach (var line in lines.SelectMany(l => l.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var key = new byte[KeyLength];
            if (colon < 1 || !int.TryParse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1
                || !Convert.TryFromBase64String(line[(colon + 1)..], key, out var length) || length != KeyLength || !keys.TryAdd(version, key))
            {
                throw new VaultException(VaultFault.MasterKeyMalformed, "vault/key-malformed：保险库主密钥每行应当是“版本号:32 字节的 base64”，本程序不认识别的格式。文件没有改动；请从备份取回。");
            }
        }

        return keys.Count > 0 ? new MasterKeys(keys) : throw new VaultException(VaultFault.MasterKeyMalformed, "vault/key-malformed：保险库主密钥里一把钥匙也没有。请从备份取回。");
    }

    /// <summary>The ring of a file, or null when there is no file.</summary>
    public static MasterKeys? Read(string file) => !File.Exists(file) ? null
        : new FileInfo(file).Length > MaxFileLength ? throw new VaultException(VaultFault.MasterKeyMalformed, "vault/key-malformed：保险库主密钥文件太长。请从备份取回。")
        : Parse(File.ReadAllText(file));

    /// <summary>Writes the file anew, readable by its owner alone from the first moment; the old one is replaced in one step.</summary>
    public void Write(string file)
    {
        var text = new StringBuilder(
            "# 明鉴保险库主密钥。丢失后，所有人员的姓名、身份证号、电话等将永远无法恢复。\n"
            + "# 请立即把本文件备份到离线介质，由专人保管，并与数据库的备份分开存放。不要发送给任何人。\n"
            + "# Master key of the vault. Back it up offline, apart from the database's backups. Without it all personal data is lost.\n");
        foreach (var (version, key) in _keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"{version}:{Convert.ToBase64String(key)}\n");
        }

        var path = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>A key for one purpose, so that wrapping and indexing never share one.</summary>
    internal byte[] Derive(int version, string purpose) => _keys.TryGetValue(version, out var key)
        ? HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyLength, info: Encoding.ASCII.GetBytes(purpose))
        : throw new VaultException(VaultFault.WrongMasterKey, $"Master key version {version} is needed but not given.");
}
