using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Mingjian.Server.Configuration;

/// <summary>This server as a node of a network, section <c>Mingjian:Node</c>. Without the section the server is alone with its ledger.</summary>
public sealed class NodeOptions
{
    /// <summary>The node's number in its network, from 1. No default.</summary>
    [Range(1, 1_000_000)]
    public int Number { get; set; }

    /// <summary>The network file of the founding (<c>network.mjnet.json</c>): the ledger's name and the nodes that make block 1 final. No default.</summary>
    [Required]
    public string Network { get; set; } = string.Empty;

    /// <summary>Directory of the node's three private keys. Default null = <c>keys</c> in the network's data. Never made here: <c>mingjian network init</c>.</summary>
    public string? Keys { get; set; }

    internal static readonly IReadOnlyDictionary<int, Uri> NoPeers = new Dictionary<int, Uri>();

    /// <summary>
    /// Other nodes' servers by their numbers, from which this one catches up: <c>https://host[:port]/</c>. None by default: then it cannot. The number
    /// stands in what this node signs to read there, so that it opens no other node's entries.
    /// </summary>
    [Required]
    [MaxLength(62)]
    public IReadOnlyDictionary<int, Uri> Peers { get; set; } = NoPeers;

    /// <summary>The way to the order.</summary>
    [Required]
    [ValidateObjectMembers]
    public EtcdOptions Etcd { get; set; } = new();

    /// <summary>A block further ahead of this machine's clock gets no vote until the clock has caught up. Default 10 s; 1 s to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaxTimeAhead { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping node waits for its own acts to become final. Default 5 s; 0 = not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:15")]
    public TimeSpan StopWait { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>How a node reaches etcd, section <c>Mingjian:Node:Etcd</c>. The etcd user is the client certificate's common name, <c>node-&lt;number&gt;</c>.</summary>
public sealed class EtcdOptions
{
    /// <summary>Client addresses of members, the own organisation's first. <c>https</c>, or <c>http</c> on this machine's loopback. No default.</summary>
    [Required]
    [MinLength(1)]
    [MaxLength(62)]
    public IReadOnlyList<Uri> Endpoints { get; set; } = [];

    /// <summary>PEM file of the authority that members' certificates come from; with <see cref="Certificate"/> and <see cref="Key"/>, or all three null for loopback <c>http</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>PEM file of this node's client certificate.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file of its private key, readable by the owner only.</summary>
    public string? Key { get; set; }

    /// <summary>Newest blocks whose batches stay in etcd even when every node has them. Default 100.</summary>
    [Range(0, 1_000_000)]
    public int KeptBlocks { get; set; } = 100;

    /// <summary>A node that is further behind, in blocks, is not waited for before batches are removed: it mirrors the log. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxLag { get; set; } = 1_000;
}
