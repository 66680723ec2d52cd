using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cryptography;
using Mingjian.Engine.Keys;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Recording;

/// <summary>Ids, keys and salts of the recorded ledger. All follow from names, so that a recording is the same bytes every time.</summary>
/// <remarks>Every private key in it can be computed by anybody: none of them may ever stand for anything else.</remarks>
internal static class Cast
{
    public static readonly NetworkId Network = NetworkId.Parse("vectors.mingjian.invalid/1");

    public static UInt128 Bits(string name) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(Digest(name));

    public static MemberId Member(string name) => new(Bits($"member {name}"));

    public static OrganizationId Organization(string name) => new(Bits($"organization {name}"));

    public static PaymentId Payment(string name) => new(Bits($"payment {name}"));

    public static ImportId Import(string name) => new(Bits($"import {name}"));

    public static Salt Salt(string name) => new(Bits($"salt {name}"));

    public static Hash32 Hash(string name) => Hash32.Of(Digest(name));

    /// <summary>A device key, deterministic (RFC 6979); derived as the key behind an invitation's code is, for want of another such signer.</summary>
    public static InvitationCode Key(string name) =>
        InvitationCode.TryParse(Base64Url.EncodeToString(Digest($"key {name}").AsSpan(0, InvitationCode.Length)), out var code)
            ? code
            : throw new InvalidOperationException();

    /// <summary>The key with which an organisation decides about the network.</summary>
    public static InvitationCode OrganizationKey(int node, int generation) => Key($"organization {node}/{generation}");

    /// <summary>A node's keys, written as a node keeps them and read by the product's own code.</summary>
    public static NodeKeys Node(string directory, int number, int generation)
    {
        var folder = Path.Combine(directory, $"node{number}-{generation}");
        Directory.CreateDirectory(folder);
        foreach (var use in new[] { "log", "vote", "batch" })
        {
            File.WriteAllText(
                Path.Combine(folder, use + ".key"),
                $"PRIVATE+KEY+{Network}/node/{number}/{use}+{Convert.ToBase64String(Digest($"node {number}/{generation} {use}"))}\n");
        }

        return NodeKeys.LoadOrCreate(folder, Network, number);
    }

    private static byte[] Digest(string name) => SHA256.HashData(Encoding.UTF8.GetBytes($"mingjian vectors: {name}"));
}

/// <summary>A passkey in memory: answers as a browser and its authenticator do together.</summary>
internal sealed class Passkey : ISigner
{
    private readonly InvitationCode _key;
    private readonly string _origin;
    private readonly byte[] _party;
    private uint _counter;

    /// <param name="name">Of the key.</param>
    /// <param name="host">Where it is used: <c>https://&lt;host&gt;</c>.</param>
    public Passkey(string name, string host)
    {
        _key = Cast.Key(name);
        _origin = $"https://{host}";
        _party = SHA256.HashData(Encoding.ASCII.GetBytes(host));
        Key = PublicKeyValue.From(SchemeNames.WebAuthnEs256, _key.Key.Point);
    }

    /// <inheritdoc/>
    public PublicKeyValue Key { get; }

    /// <inheritdoc/>
    public KeySignature Sign(ReadOnlySpan<byte> message)
    {
        _counter++;
        var clientData = Encoding.ASCII.GetBytes(
            $"{{\"type\":\"webauthn.get\",\"challenge\":\"{Base64Url.EncodeToString(SHA256.HashData(message))}\",\"origin\":\"{_origin}\"{(_counter % 2 == 0 ? string.Empty : ",\"crossOrigin\":false")}}}");
        byte[] data = [.. _party, 0x05, 0, 0, 0, (byte)_counter];
        return new KeySignature(
            Key.Id, SchemeNames.WebAuthnEs256, _key.Sign([.. data, .. SHA256.HashData(clientData)]).Sig, new WebAuthnAssertion(data, clientData));
    }
}
