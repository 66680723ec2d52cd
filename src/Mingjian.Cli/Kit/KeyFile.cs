using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;

namespace Mingjian.Cli.Kit;

/// <summary>Private keys in PKCS#8 PEM files.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "The signer owns the key.")]
internal static class KeyFile
{
    private const int MaxSize = 16 * 1024;

    /// <exception cref="CommandException">The file exists or cannot be written.</exception>
    public static void Write(FileInfo file, Es256Signer signer) =>
        PrivateFile.Write(file.FullName, PemEncoding.WriteString("PRIVATE KEY", signer.ExportPkcs8()));

    /// <exception cref="CommandException">Not a P-256 private key in PEM.</exception>
    public static Es256Signer Read(FileInfo file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(Files.Read(file, MaxSize)));
            return new Es256Signer(key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new CommandException($"{file.Name} 不是 P-256 私钥文件（PEM）。", e);
        }
    }
}
