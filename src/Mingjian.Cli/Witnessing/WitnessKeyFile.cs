using System.Text;
using Mingjian.Cli.Kit;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;

namespace Mingjian.Cli.Witnessing;

/// <summary>A witness's private key: <c>PRIVATE+KEY+name+base64(seed)</c>, in a file that only its owner may read.</summary>
internal static class WitnessKeyFile
{
    private const string Prefix = "PRIVATE+KEY+";
    private const int MaxSize = 4 * 1024;

    /// <exception cref="CommandException">The name is none, or the file exists or cannot be written.</exception>
    public static NoteSigner Create(FileInfo file, string name)
    {
        var key = Ed25519Signer.Create();
        var signer = Signer(name, key);
        PrivateFile.Write(file.FullName, $"{Prefix}{name}+{Convert.ToBase64String(key.ExportSeed())}");
        return signer;
    }

    /// <exception cref="CommandException">Not such a file.</exception>
    public static NoteSigner Read(FileInfo file)
    {
        var text = Encoding.UTF8.GetString(Files.Read(file, MaxSize)).TrimEnd('\n');
        var seed = new byte[64];

        // Base64 may hold a plus sign itself: the name never does.
        var end = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.IndexOf('+', Prefix.Length) : -1;
        return end > 0 && Convert.TryFromBase64String(text[(end + 1)..], seed, out var length) && length == Ed25519.SeedLength
            ? Signer(text[Prefix.Length..end], new Ed25519Signer(seed.AsSpan(0, Ed25519.SeedLength)))
            : throw new CommandException($"{file.Name} 不是见证人密钥文件（mingjian witness new 生成的）。");
    }

    private static NoteSigner Signer(string name, Ed25519Signer key)
    {
        try
        {
            return new NoteSigner(name, NoteKeyType.Cosignature, key);
        }
        catch (ArgumentException e)
        {
            throw new CommandException("见证人的名称不能为空，不能有空格和加号。", e);
        }
    }
}
