using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>What Mingjian checks of a WebAuthn assertion (W3C WebAuthn section 7.2): every byte of it is fixed, or has a meaning that is checked.</summary>
/// <remarks>
/// Client data is compared byte for byte with what today's browsers write (section 5.8.1.2): Chromium and Firefox with <c>crossOrigin</c>, Safari without,
/// and in a fifth of the cases Chromium adds one member of a fixed text. So nobody can carry a text of his own to the ledger in it. A browser that
/// writes something else cannot sign with a passkey here; a device key can. Whether an origin is a site of the network is the ledger's question.
/// </remarks>
public static class WebAuthn
{
    private const int FlagsOffset = 32;
    private const int CounterOffset = 33;
    private const int ChallengeLength = 43;

    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte BackupEligible = 0x08;
    private const byte BackedUp = 0x10;

    private static ReadOnlySpan<byte> Start => "{\"type\":\"webauthn.get\",\"challenge\":\""u8;

    private static ReadOnlySpan<byte> Middle => "\",\"origin\":\""u8;

    private static ReadOnlySpan<byte> NotCrossOrigin => ",\"crossOrigin\":false"u8;

    /// <summary>Chromium's reminder that members may come; client_data_json.cc adds exactly this, at random.</summary>
    private static ReadOnlySpan<byte> Reminder =>
        ",\"other_keys_can_be_added_here\":\"do not compare clientDataJSON against a template. See https://goo.gl/yabPex\""u8;

    /// <summary>Checks all but the challenge and the signature.</summary>
    /// <param name="assertion">Never trusted.</param>
    public static SignatureFault CheckForm(WebAuthnAssertion assertion) => Check(assertion, out _);

    /// <summary>Checks all but the signature.</summary>
    /// <param name="assertion">Never trusted.</param>
    /// <param name="challenge">SHA-256 of the signed message.</param>
    public static SignatureFault Check(WebAuthnAssertion assertion, Hash32 challenge)
    {
        var fault = Check(assertion, out var given);
        if (fault != SignatureFault.None)
        {
            return fault;
        }

        Span<byte> hash = stackalloc byte[Hash32.Size];
        challenge.CopyTo(hash);
        Span<byte> expected = stackalloc byte[ChallengeLength];
        Base64Url.EncodeToUtf8(hash, expected);
        return given.SequenceEqual(expected) ? SignatureFault.None : SignatureFault.Challenge;
    }

    /// <summary>The page on which an assertion was made.</summary>
    /// <returns>False when the assertion has not the one form.</returns>
    public static bool TryReadOrigin(WebAuthnAssertion assertion, [NotNullWhen(true)] out SiteOrigin? origin) =>
        TryReadClientData(assertion.ClientDataJson, out _, out origin);

    /// <summary>The authenticator's signature counter; 0 where it does not count.</summary>
    /// <param name="assertion">Well formed.</param>
    public static uint CounterOf(WebAuthnAssertion assertion) => BinaryPrimitives.ReadUInt32BigEndian(assertion.AuthenticatorData.AsSpan(CounterOffset));

    /// <summary>What the authenticator signed: its data, then SHA-256 of the client data.</summary>
    public static byte[] SignedBytes(WebAuthnAssertion assertion) =>
        [.. assertion.AuthenticatorData, .. SHA256.HashData(assertion.ClientDataJson)];

    private static SignatureFault Check(WebAuthnAssertion assertion, out ReadOnlySpan<byte> challenge)
    {
        if (!TryReadClientData(assertion.ClientDataJson, out challenge, out var origin))
        {
            return SignatureFault.ClientData;
        }

        var data = assertion.AuthenticatorData.AsSpan();
        if (data.Length != WebAuthnAssertion.DataLength || !origin.Covers(data[..FlagsOffset]) || !AreKnown(data[FlagsOffset]))
        {
            return SignatureFault.AuthenticatorData;
        }

        if ((data[FlagsOffset] & UserPresent) == 0)
        {
            return SignatureFault.UserNotPresent;
        }

        return (data[FlagsOffset] & UserVerified) == 0 ? SignatureFault.UserNotVerified : SignatureFault.None;
    }

    /// <summary>No reserved bit, no attested key, no extensions; a key that is backed up is one that can be.</summary>
    private static bool AreKnown(byte flags) =>
        (flags & ~(UserPresent | UserVerified | BackupEligible | BackedUp)) == 0 && (flags & (BackupEligible | BackedUp)) != BackedUp;

    private static bool TryReadClientData(byte[] json, out ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out SiteOrigin? origin)
    {
        challenge = default;
        origin = null;
        var rest = json.AsSpan();
        if (json.Length > WebAuthnAssertion.MaxClientDataLength || !Take(ref rest, Start) || rest.Length < ChallengeLength)
        {
            return false;
        }

        challenge = rest[..ChallengeLength];
        rest = rest[ChallengeLength..];
        if (!IsChallenge(challenge) || !Take(ref rest, Middle))
        {
            return false;
        }

        var end = rest.IndexOf((byte)'"');
        if (end < 0 || !Ascii.IsValid(rest[..end]) || !SiteOrigin.TryParse(Encoding.ASCII.GetString(rest[..end]), out origin))
        {
            return false;
        }

        rest = rest[(end + 1)..];
        _ = Take(ref rest, NotCrossOrigin);
        _ = Take(ref rest, Reminder);
        return rest.SequenceEqual("}"u8);
    }

    private static bool Take(ref Span<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }

        rest = rest[expected.Length..];
        return true;
    }

    /// <summary>Base64url of 32 bytes in its one spelling: the last character has two spare bits, which are 0.</summary>
    private static bool IsChallenge(ReadOnlySpan<byte> text)
    {
        Span<byte> decoded = stackalloc byte[Hash32.Size + 1];
        Span<byte> again = stackalloc byte[ChallengeLength];
        return Base64Url.IsValid(text, out var length) && length == Hash32.Size
            && Base64Url.TryDecodeFromUtf8(text, decoded, out _)
            && Base64Url.TryEncodeToUtf8(decoded[..length], again, out _) && again.SequenceEqual(text);
    }
}
