using System.ComponentModel.DataAnnotations;

namespace Mingjian.Server.Configuration;

/// <summary>A web process and the node that it belongs to, section <c>Mingjian:Web</c>.</summary>
public sealed class WebOptions
{
    /// <summary>Address of the organisation's own node: <c>https</c>, or <c>http</c> on this machine's loopback. No default.</summary>
    [Required]
    public Uri Node { get; set; } = null!;

    /// <summary>The network file of the founding (<c>/ledger/network?anchor=genesis</c>): what every block is judged by. No default.</summary>
    [Required]
    public string Network { get; set; } = string.Empty;

    /// <summary>A copy of the node's file <c>web.token</c>, readable by its owner alone. No default.</summary>
    [Required]
    public string TokenFile { get; set; } = string.Empty;

    /// <summary>PEM file of the authority that the node's TLS certificate comes from. Default null = whom this machine trusts.</summary>
    public string? Authority { get; set; }
}
