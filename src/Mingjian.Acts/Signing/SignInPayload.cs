using System.Buffers.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Signing;

/// <summary>What a key signs to open a session; its own payload type, so it can never pass for an act, nor an act for it.</summary>
/// <remarks>Signed bytes: PAE(<see cref="Type"/>, canonical JSON); a passkey's challenge is SHA-256 of them, exactly as for an act.</remarks>
/// <param name="Challenge">The one-time value's name: 256 random bits, base64url.</param>
/// <param name="Expires">The challenge's end, milliseconds.</param>
/// <param name="Network">This ledger.</param>
/// <param name="Origin">Scheme, host and port that the server was addressed by.</param>
public sealed record SignInPayload(string Challenge, LedgerTime Expires, NetworkId Network, string Origin)
{
    /// <summary>The payload type.</summary>
    public const string Type = "application/vnd.mingjian.sign-in.v1+json";

    /// <summary>How far a challenge's end may lie from the signer's clock, before or behind: clocks of phones are minutes off, not hours.</summary>
    public const long MaxDistanceMilliseconds = 3_600_000;

    private const int MaxSize = 1_000;
    private const int ChallengeLength = 43;

    /// <summary>Reads what a server asks a key to sign and gives it only when it is a sign-in on this very page, for this ledger, now.</summary>
    /// <param name="payloadType">As the server says; never trusted.</param>
    /// <param name="payload">Never trusted.</param>
    /// <param name="network">The ledger that the key belongs to.</param>
    /// <param name="origin">Where the signer really is.</param>
    /// <param name="now">The signer's clock.</param>
    /// <exception cref="SignInRefusedException">Anything else than that: nothing may be signed.</exception>
    public static SignInPayload ReadOwn(string payloadType, byte[] payload, NetworkId network, string origin, LedgerTime now)
    {
        if (!string.Equals(payloadType, Type, StringComparison.Ordinal))
        {
            throw new SignInRefusedException("服务器要求签名的不是登录请求，没有签名。", "payload-type");
        }

        SignInPayload read;
        try
        {
            read = payload.Length <= MaxSize ? CanonicalJson.Decode(payload, SignInJson.Canonical) : throw new CanonicalJsonException("Too long.");
        }
        catch (CanonicalJsonException e)
        {
            throw new SignInRefusedException("服务器的登录请求格式不对，没有签名。", "format", e);
        }

        if (read.Challenge.Length != ChallengeLength || !Base64Url.IsValid(read.Challenge))
        {
            throw new SignInRefusedException("服务器的登录请求格式不对，没有签名。", "challenge");
        }

        if (!string.Equals(read.Origin, origin, StringComparison.Ordinal))
        {
            throw new SignInRefusedException("网址与服务器不一致，没有签名。", "origin");
        }

        if (read.Network != network)
        {
            throw new SignInRefusedException("服务器的登录请求属于另一个账本，没有签名。", "network");
        }

        return Math.Abs(read.Expires.Milliseconds - now.Milliseconds) <= MaxDistanceMilliseconds
            ? read
            : throw new SignInRefusedException("服务器的登录请求不在有效期内，没有签名。请检查本机时间是否准确。", "time");
    }

    /// <summary>The one byte form.</summary>
    public byte[] Encode() => CanonicalJson.Encode(this, SignInJson.Canonical);

    /// <summary>The bytes to sign.</summary>
    public byte[] ToPae() => Pae.Encode(Type, Encode());

    /// <summary>Signs with a key at hand (command line, bench).</summary>
    public KeySignature SignWith(ISigner signer) => signer.Sign(ToPae());
}

/// <summary>A server asked for a signature that is no sign-in here and now. The message is for people (Simplified Chinese).</summary>
/// <param name="reason">For programs: <c>payload-type</c>, <c>format</c>, <c>challenge</c>, <c>origin</c>, <c>network</c>, <c>time</c>.</param>
public sealed class SignInRefusedException(string message, string reason, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}

[JsonSerializable(typeof(SignInPayload))]
internal sealed partial class SignInJson : JsonSerializerContext
{
    public static JsonTypeInfo<SignInPayload> Canonical { get; } =
        (JsonTypeInfo<SignInPayload>)CanonicalJson.CreateOptions(new SignInJson()).GetTypeInfo(typeof(SignInPayload));
}
