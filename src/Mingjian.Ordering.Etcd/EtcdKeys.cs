using System.Globalization;
using Google.Protobuf;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Etcd;

/// <summary>What a key holds.</summary>
internal enum EtcdKeyKind
{
    /// <summary>No key of ours.</summary>
    Other = 0,
    Batch = 1,
    Vote = 2,

    /// <summary>How far a node has come: <see cref="Engine.Ordering.OrderProgress"/>.</summary>
    Progress = 3,

    /// <summary>Up to where a node has removed what it had put: <see cref="Engine.Ordering.OrderProgress"/>.</summary>
    Removed = 4,

    /// <summary>Where the order begins, when it took the place of a lost one: <see cref="Engine.Agreement.OrderStart"/>. No node may write it.</summary>
    Start = 5,
}

/// <summary>The keys of one network: <c>/mingjian/&lt;network&gt;/nodes/&lt;number&gt;/...</c> (docs/reference/formats.md, "Keys in etcd").</summary>
/// <remarks>The network's name is percent-encoded, so that its slashes make no levels and no name is a prefix of another.</remarks>
internal sealed class EtcdKeys
{
    private const int MaxNameLength = 64;

    private readonly string _nodes;

    public EtcdKeys(NetworkId network)
    {
        Network = $"/mingjian/{Uri.EscapeDataString(network.ToString())}/";
        _nodes = Network + "nodes/";
        All = ByteString.CopyFromUtf8(_nodes);
        AllEnd = End(_nodes);
        Start = ByteString.CopyFromUtf8(_nodes + "start");
    }

    /// <summary>Everything of the network begins with this.</summary>
    public string Network { get; }

    /// <summary>First key of all nodes.</summary>
    public ByteString All { get; }

    /// <summary>First key after those of all nodes.</summary>
    public ByteString AllEnd { get; }

    /// <summary>Where the order begins.</summary>
    public ByteString Start { get; }

    /// <summary>The key after the last one that begins with a prefix.</summary>
    public static ByteString End(string prefix)
    {
        var end = System.Text.Encoding.UTF8.GetBytes(prefix);
        end[^1]++;
        return ByteString.CopyFrom(end);
    }

    /// <summary>All that one node may write.</summary>
    public string Node(int node) => string.Create(CultureInfo.InvariantCulture, $"{_nodes}{node}/");

    public ByteString Batch(int node, string ticket) => ByteString.CopyFromUtf8($"{Node(node)}batches/{ticket}");

    public ByteString Vote(int node, int epoch, long height) =>
        ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"{Node(node)}votes/{epoch}-{height}"));

    public ByteString Progress(int node) => ByteString.CopyFromUtf8(Node(node) + "progress");

    public ByteString Removed(int node) => ByteString.CopyFromUtf8(Node(node) + "removed");

    /// <summary>Reads a key of this network.</summary>
    /// <param name="key">Never trusted.</param>
    /// <param name="node">The number that it stands under; 0 when the result is <see cref="EtcdKeyKind.Other"/>.</param>
    /// <param name="height">Of a vote; else 0.</param>
    public EtcdKeyKind Read(ByteString key, out int node, out long height) => Read(key, out node, out height, out _);

    /// <inheritdoc cref="Read(ByteString, out int, out long)"/>
    /// <param name="epoch">Of a vote; else 0.</param>
    public EtcdKeyKind Read(ByteString key, out int node, out long height, out int epoch)
    {
        node = 0;
        height = 0;
        epoch = 0;
        if (key.Length > _nodes.Length + 11 + 8 + MaxNameLength || !key.Span.StartsWith(All.Span))
        {
            return EtcdKeyKind.Other;
        }

        if (key == Start)
        {
            return EtcdKeyKind.Start;
        }

        var rest = key.ToStringUtf8().AsSpan(_nodes.Length);
        var slash = rest.IndexOf('/');
        if (slash < 0 || !TryReadNumber(rest[..slash], out var number) || number is < 1 or > int.MaxValue)
        {
            return EtcdKeyKind.Other;
        }

        var kind = KindOf(rest[(slash + 1)..], out height, out epoch);
        node = kind == EtcdKeyKind.Other ? 0 : (int)number;
        return kind;
    }

    private static EtcdKeyKind KindOf(ReadOnlySpan<char> name, out long height, out int epoch)
    {
        height = 0;
        epoch = 0;
        if (name.StartsWith("batches/"))
        {
            return IsTicket(name["batches/".Length..]) ? EtcdKeyKind.Batch : EtcdKeyKind.Other;
        }

        if (name.StartsWith("votes/"))
        {
            name = name["votes/".Length..];
            var dash = name.IndexOf('-');
            if (dash <= 0 || !TryReadNumber(name[..dash], out var number) || number > int.MaxValue || !TryReadNumber(name[(dash + 1)..], out height))
            {
                return EtcdKeyKind.Other;
            }

            epoch = (int)number;
            return EtcdKeyKind.Vote;
        }

        return name switch
        {
            "progress" => EtcdKeyKind.Progress,
            "removed" => EtcdKeyKind.Removed,
            _ => EtcdKeyKind.Other,
        };
    }

    /// <summary>A number in its one decimal form.</summary>
    private static bool TryReadNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return text.Length is >= 1 and <= 18 && (text[0] != '0' || text.Length == 1)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsTicket(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return name.Length is >= 1 and <= MaxNameLength;
    }
}
