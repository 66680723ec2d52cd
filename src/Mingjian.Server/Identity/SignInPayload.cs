using System.Text.Json.Serialization;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Identity;

/// <summary>What a device key signs to open a session; its own payload type, so it can never pass for an act.</summary>
/// <remarks>Signed bytes: PAE(<see cref="Type"/>, canonical JSON). The page refuses to sign for another origin than its own.</remarks>
/// <param name="Challenge">The one-time value's name.</param>
/// <param name="Expires">The challenge's end, milliseconds.</param>
/// <param name="Network">This ledger.</param>
/// <param name="Origin">Scheme, host and port that the server was addressed by.</param>
internal sealed record SignInPayload(string Challenge, LedgerTime Expires, NetworkId Network, string Origin)
{
    public const string Type = "application/vnd.mingjian.sign-in.v1+json";

    public byte[] Encode() => CanonicalJson.Encode(this, SignInJson.Canonical);

    public byte[] ToPae() => Pae.Encode(Type, Encode());
}

[JsonSerializable(typeof(SignInPayload))]
internal sealed partial class SignInJson : JsonSerializerContext
{
    public static System.Text.Json.Serialization.Metadata.JsonTypeInfo<SignInPayload> Canonical { get; } =
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<SignInPayload>)CanonicalJson.CreateOptions(new SignInJson())
            .GetTypeInfo(typeof(SignInPayload));
}
