using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>Why bytes are not an acceptable transaction payload. Numbers are stable.</summary>
public enum PayloadFault
{
    None = 0,

    /// <summary>Not the canonical form of a payload with its six members.</summary>
    Malformed = 1,

    /// <summary>The command is not spelt like <c>dues.RecordPayment</c>.</summary>
    CommandName = 2,
}

/// <summary>What is signed: one command for one network, valid until an instant, made unique by a nonce.</summary>
/// <param name="Command">Contract name, a dot, the record's name; at most <see cref="MaxNameLength"/> characters.</param>
/// <param name="Network">The only ledger it is meant for.</param>
/// <param name="Expires">Refused in blocks at or after this time.</param>
/// <param name="Nonce">128 random bits.</param>
/// <param name="Signer">The key of whoever makes the act. An envelope without a signature by it is no envelope of this act, so nobody else can use up its id.</param>
/// <param name="Body">JSON object of the command; well formed, but canonical only once its type has decoded it.</param>
public sealed record TransactionPayload(
    string Command, NetworkId Network, LedgerTime Expires, Nonce Nonce, KeyId Signer, ReadOnlyMemory<byte> Body)
{
    /// <summary>Longest command name.</summary>
    public const int MaxNameLength = 64;

    private const long EndOfTime = 253402300800000;

    /// <summary>Canonical bytes of a payload.</summary>
    /// <param name="command">The name that <paramref name="json"/>'s type is registered under.</param>
    /// <param name="body">The command record.</param>
    /// <param name="json">Its canonical metadata (<see cref="CanonicalJson.CreateOptions"/>).</param>
    /// <param name="network">The only ledger it is meant for.</param>
    /// <param name="expires">End of its validity.</param>
    /// <param name="nonce">Fresh.</param>
    /// <param name="signer">Who signs first.</param>
    public static byte[] Encode(
        string command, object body, JsonTypeInfo json, NetworkId network, LedgerTime expires, Nonce nonce, KeyId signer) =>
        new TransactionPayload(command, network, expires, nonce, signer, CanonicalJson.Encode(body, json)).Encode();

    /// <summary>Canonical bytes, given a canonical <see cref="Body"/>.</summary>
    public byte[] Encode()
    {
        var tail = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $",\"command\":\"{Command}\",\"expires\":{Expires.Milliseconds},\"network\":\"{Network}\",\"nonce\":\"{Nonce}\",\"signer\":\"{Signer}\"}}"));
        return [.. "{\"body\":"u8, .. Body.Span, .. tail];
    }

    /// <summary>Reads a payload; every byte around the body is checked against the one valid spelling.</summary>
    /// <param name="bytes">Never trusted. <see cref="Body"/> is a slice of it.</param>
    /// <param name="payload">Null unless the result is <see cref="PayloadFault.None"/>.</param>
    public static PayloadFault TryDecode(ReadOnlyMemory<byte> bytes, out TransactionPayload? payload)
    {
        payload = null;
        var rest = bytes.Span;
        if (!Take(ref rest, "{\"body\":"u8) || !TryMeasureObject(rest, out var length))
        {
            return PayloadFault.Malformed;
        }

        var body = bytes.Slice(bytes.Length - rest.Length, length);
        rest = rest[length..];
        if (!Take(ref rest, ",\"command\":\""u8) || !TakeText(ref rest, MaxNameLength, out var command)
            || !Take(ref rest, ",\"expires\":"u8) || !TakeTime(ref rest, out var expires)
            || !Take(ref rest, ",\"network\":\""u8) || !TakeText(ref rest, 80, out var networkText)
            || !Take(ref rest, ",\"nonce\":\""u8) || !TakeText(ref rest, 34, out var nonceText)
            || !Take(ref rest, ",\"signer\":\""u8) || !TakeText(ref rest, 34, out var signerText)
            || !rest.SequenceEqual("}"u8)
            || !NetworkId.TryParse(networkText, out var network) || !Primitives.Nonce.TryParse(nonceText, out var nonce)
            || !KeyId.TryParse(signerText, out var signer))
        {
            return PayloadFault.Malformed;
        }

        if (!IsName(command))
        {
            return PayloadFault.CommandName;
        }

        payload = new TransactionPayload(command, network, expires, nonce, signer, body);
        return PayloadFault.None;
    }

    /// <summary>Whether an envelope around this payload carries a signature by <see cref="Signer"/>; whether it holds is not looked at.</summary>
    public bool IsSignedIn(Envelope envelope)
    {
        foreach (var signature in envelope.Signatures)
        {
            if (signature.Keyid == Signer)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryMeasureObject(ReadOnlySpan<byte> json, out int length)
    {
        length = 0;
        if (json.IsEmpty || json[0] != '{')
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth });
            if (!reader.Read() || !reader.TrySkip())
            {
                return false;
            }

            length = (int)reader.BytesConsumed;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }

        rest = rest[expected.Length..];
        return true;
    }

    /// <summary>Printable ASCII without quote or backslash, up to the closing quote.</summary>
    private static bool TakeText(ref ReadOnlySpan<byte> rest, int limit, out string text)
    {
        var end = rest.IndexOf((byte)'"');
        text = string.Empty;
        if (end is < 1 || end > limit || rest[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~') || rest[..end].Contains((byte)'\\'))
        {
            return false;
        }

        text = Encoding.ASCII.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TakeTime(ref ReadOnlySpan<byte> rest, out LedgerTime time)
    {
        time = default;
        if (rest.IsEmpty || !char.IsAsciiDigit((char)rest[0])
            || !Utf8Parser.TryParse(rest, out long value, out var used) || value >= EndOfTime || (rest[0] == '0' && used > 1))
        {
            return false;
        }

        time = new LedgerTime(value);
        rest = rest[used..];
        return true;
    }

    private static bool IsName(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || dot == name.Length - 1 || !char.IsAsciiLetterLower(name[0]) || !char.IsAsciiLetterUpper(name[dot + 1]))
        {
            return false;
        }

        foreach (var c in name.AsSpan(0, dot))
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        foreach (var c in name.AsSpan(dot + 1))
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
