using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Vault;

/// <summary>AES-256-GCM with a fresh random nonce: <c>nonce(12) ‖ ciphertext ‖ tag(16)</c>. The context is bound as associated data.</summary>
/// <remarks>The context names person, field and version, so a value that is moved to another person or field does not open.</remarks>
internal static class Sealed
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static byte[] Seal(byte[] key, string context, ReadOnlySpan<byte> value)
    {
        var output = new byte[NonceLength + value.Length + TagLength];
        var nonce = output.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, value, output.AsSpan(NonceLength, value.Length), output.AsSpan(NonceLength + value.Length), Encoding.ASCII.GetBytes(context));
        return output;
    }

    /// <exception cref="VaultException"><see cref="VaultFault.Tampered"/>.</exception>
    public static byte[] Open(byte[] key, string context, byte[] value)
    {
        if (value.Length < NonceLength + TagLength)
        {
            throw Tampered(context);
        }

        var output = new byte[value.Length - NonceLength - TagLength];
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(
                value.AsSpan(0, NonceLength), value.AsSpan(NonceLength, output.Length), value.AsSpan(NonceLength + output.Length), output,
                Encoding.ASCII.GetBytes(context));
            return output;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Tampered(context, e);
        }
    }

    private static VaultException Tampered(string context, Exception? inner = null) =>
        new(VaultFault.Tampered, $"The stored value of {context} does not open: it was altered or moved.", inner);
}
