using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>What Mingjian checks of a WebAuthn assertion (W3C WebAuthn section 7.2, as far as a ledger can).</summary>
/// <remarks>
/// <see cref="Check"/> leaves relying party and origin alone: a ledger has no list of sites, an assertion exists only for a credential that
/// the network bound, and its challenge is tied to the act's bytes. The server that receives an act from a browser asks <see cref="IsFrom"/>.
/// </remarks>
public static class WebAuthn
{
    private const int FlagsOffset = 32;
    private const byte UserPresent = 0x01;

    /// <summary>Checks client data and flags, not the signature.</summary>
    /// <param name="assertion">Of bounded size (<see cref="Envelope.TryDecode"/>).</param>
    /// <param name="challenge">SHA-256 of the signed message.</param>
    public static SignatureFault Check(WebAuthnAssertion assertion, Hash32 challenge)
    {
        if (assertion.AuthenticatorData.Length < WebAuthnAssertion.MinDataLength)
        {
            return SignatureFault.Shape;
        }

        Span<byte> hash = stackalloc byte[Hash32.Size];
        challenge.CopyTo(hash);
        Span<byte> expected = stackalloc byte[43];
        Base64Url.EncodeToUtf8(hash, expected);
        var fault = CheckClientData(assertion.ClientDataJson, expected);
        if (fault != SignatureFault.None)
        {
            return fault;
        }

        return (assertion.AuthenticatorData[FlagsOffset] & UserPresent) == 0 ? SignatureFault.UserNotPresent : SignatureFault.None;
    }

    /// <summary>Whether an assertion was made for this relying party, on a page of exactly this origin, and not inside another site's page.</summary>
    /// <param name="assertion">Of bounded size. Says nothing about the signature: verify that, too.</param>
    /// <param name="relyingParty">A host name, as the site's passkey options give it.</param>
    /// <param name="origin">Scheme, host and port, as browsers write it; compared byte for byte.</param>
    public static bool IsFrom(WebAuthnAssertion assertion, string relyingParty, string origin)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty), hash);
        if (assertion.AuthenticatorData.Length < WebAuthnAssertion.MinDataLength
            || !assertion.AuthenticatorData.AsSpan(0, hash.Length).SequenceEqual(hash))
        {
            return false;
        }

        try
        {
            var client = JsonElement.Parse(assertion.ClientDataJson, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return client.ValueKind == JsonValueKind.Object
                && client.TryGetProperty("origin", out var from) && from.ValueKind == JsonValueKind.String && from.ValueEquals(origin)
                && !client.TryGetProperty("topOrigin", out _)
                && (!client.TryGetProperty("crossOrigin", out var cross) || cross.ValueKind == JsonValueKind.False);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What the authenticator signed: its data, then SHA-256 of the client data.</summary>
    public static byte[] SignedBytes(WebAuthnAssertion assertion) =>
        [.. assertion.AuthenticatorData, .. SHA256.HashData(assertion.ClientDataJson)];

    private static SignatureFault CheckClientData(ReadOnlySpan<byte> json, ReadOnlySpan<byte> challenge)
    {
        var members = default(ClientData);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !members.TryRead(ref reader, challenge) || reader.Read())
            {
                return SignatureFault.ClientData;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return SignatureFault.ClientData;
        }

        return (members.Type, members.Challenge) switch
        {
            (null, _) or (_, null) => SignatureFault.ClientData,
            (false, _) => SignatureFault.ClientDataType,
            (_, false) => SignatureFault.Challenge,
            _ => SignatureFault.None,
        };
    }

    /// <summary>Whether the two members that matter were there (not null) and right (true).</summary>
    private ref struct ClientData
    {
        public bool? Type { get; private set; }

        public bool? Challenge { get; private set; }

        /// <summary>Reads to the end of the object; false for a repeated or non-string member.</summary>
        public bool TryRead(ref Utf8JsonReader reader, ReadOnlySpan<byte> challenge)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isType = reader.ValueTextEquals("type"u8);
                var isChallenge = reader.ValueTextEquals("challenge"u8);
                reader.Read();
                if (!isType && !isChallenge)
                {
                    reader.Skip();
                    continue;
                }

                if (reader.TokenType != JsonTokenType.String || (isType ? Type : Challenge) is not null)
                {
                    return false;
                }

                if (isType)
                {
                    Type = reader.ValueTextEquals("webauthn.get"u8);
                }
                else
                {
                    Challenge = reader.ValueTextEquals(challenge);
                }
            }

            return true;
        }
    }
}
