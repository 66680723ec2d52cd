using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Interop.Tests;

/// <summary>The openssl command.</summary>
internal static class OpenSsl
{
    public static Task<(int Code, string Output)> RunAsync(params IReadOnlyList<string> arguments) =>
        OtherProgram.RunAsync("openssl", "openssl", arguments);

    /// <summary>Checks an es256 signature: the key as the ledger holds it, r||s turned into DER.</summary>
    public static Task<(int Code, string Output)> VerifyAsync(string folder, PublicKeyValue key, byte[] signature, byte[] message) => RunAsync(
        "dgst", "-sha256", "-verify", Write(folder, "key.pem", Pem("3039301306072a8648ce3d020106082a8648ce3d030107032200", key.Point)),
        "-signature", Write(folder, "signature", EcdsaFormat.ToDer(signature)), Write(folder, "message", message));

    /// <summary>SubjectPublicKeyInfo: a fixed head and the key's bytes.</summary>
    public static byte[] Pem(string head, ReadOnlySpan<byte> key) =>
        Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", [.. Convert.FromHexString(head), .. key]));

    public static string Write(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
