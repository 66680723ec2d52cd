using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Engine.Audit;

/// <summary>How a node shows itself to a peer when it asks for entries (docs/reference/formats.md, "Reading entries").</summary>
/// <remarks>
/// <c>Authorization: Mingjian-Node &lt;base64 of the statement's canonical JSON&gt;.&lt;base64 of 64 bytes of Ed25519&gt;</c>. The signature is by the
/// node's batch key over the DSSE PAE of <see cref="PayloadType"/> and the statement: a batch begins with other bytes, so neither can stand for the other.
/// </remarks>
/// <param name="Network">The ledger that is asked for.</param>
/// <param name="Node">Number of the node that asks.</param>
/// <param name="To">Number of the node that is asked: no other one takes the statement, so whoever is asked can show it nowhere else.</param>
/// <param name="Path">What is asked for, below the log's prefix: <c>tile/entries/000</c>. A signature opens this path and no other.</param>
/// <param name="Time">The asking node's clock.</param>
public sealed record LedgerRequest(NetworkId Network, int Node, int To, string Path, LedgerTime Time)
{
    /// <summary>Scheme of the header.</summary>
    public const string Scheme = "Mingjian-Node";

    /// <summary>Type in the PAE.</summary>
    public const string PayloadType = "application/vnd.mingjian.ledger-read.v1+json";

    /// <summary>Longest parameter of the header that is looked at, in characters.</summary>
    public const int MaxLength = 1024;

    /// <summary>The header for one path.</summary>
    /// <param name="sign">Ed25519 with the node's batch key.</param>
    public AuthenticationHeaderValue Sign(Func<ReadOnlyMemory<byte>, byte[]> sign)
    {
        var statement = CanonicalJson.Encode(this, LedgerRequestJson.Canonical);
        return new(Scheme, $"{Convert.ToBase64String(statement)}.{Convert.ToBase64String(sign(Pae.Encode(PayloadType, statement)))}");
    }

    /// <summary>The number of the node that a header shows, or null when it shows none.</summary>
    /// <param name="parameter">What stands behind the scheme; never trusted.</param>
    /// <param name="network">This ledger.</param>
    /// <param name="self">This node's number.</param>
    /// <param name="path">What was asked for.</param>
    /// <param name="now">This machine's clock.</param>
    /// <param name="tolerance">How far the two clocks may be apart, transit included.</param>
    /// <param name="find">The nodes with a number that may read: those of the present and of the next node set.</param>
    public static int? Check(
        string parameter, NetworkId network, int self, TilePath path, LedgerTime now, TimeSpan tolerance, Func<int, IEnumerable<Node>> find)
    {
        var dot = parameter.IndexOf('.', StringComparison.Ordinal);
        if (parameter.Length > MaxLength || dot < 0 || Bytes(parameter[..dot]) is not { } statement
            || Bytes(parameter[(dot + 1)..]) is not { Length: Ed25519.SignatureLength } signature || Read(statement) is not { } request)
        {
            return null;
        }

        var apart = Int128.Abs((Int128)now.Milliseconds - request.Time.Milliseconds);
        return request.Network == network && request.To == self && string.Equals(request.Path, path.ToString(), StringComparison.Ordinal)
            && apart <= tolerance.Ticks / TimeSpan.TicksPerMillisecond
            && find(request.Node).Any(n => Ed25519.Verify(n.BatchKey.ToArray(), Pae.Encode(PayloadType, statement), signature))
            ? request.Node
            : null;
    }

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static LedgerRequest? Read(byte[] statement)
    {
        try
        {
            return CanonicalJson.Decode(statement, LedgerRequestJson.Canonical);
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}

/// <summary>Serialisation of statements.</summary>
[JsonSerializable(typeof(LedgerRequest))]
internal sealed partial class LedgerRequestJson : JsonSerializerContext
{
    public static JsonTypeInfo<LedgerRequest> Canonical { get; } =
        (JsonTypeInfo<LedgerRequest>)CanonicalJson.CreateOptions(new LedgerRequestJson()).GetTypeInfo(typeof(LedgerRequest));
}
