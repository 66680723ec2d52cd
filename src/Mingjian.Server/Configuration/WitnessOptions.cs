using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Mingjian.Server.Configuration;

/// <summary>Witnesses by C2SP tlog-witness, section <c>Mingjian:Witnesses</c>.</summary>
public sealed class WitnessOptions
{
    /// <summary>Who is asked. Default none: nothing leaves this machine.</summary>
    [Required]
    [ValidateEnumeratedItems]
#pragma warning disable CA1002, CA2227 // Bound from the configuration.
    public List<WitnessAddress> Ask { get; set; } = [];
#pragma warning restore CA1002, CA2227

    /// <summary>A checkpoint is served at <c>/ledger/witnessed</c> once this many have cosigned it. Default 1.</summary>
    [Range(1, 64)]
    public int Quorum { get; set; } = 1;

    /// <summary>Pause between two checkpoints that are sent. Default 10 s; at least 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "24:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>One witness.</summary>
public sealed class WitnessAddress
{
    /// <summary>Its submission prefix: <c>https://witness.example.org/1</c>.</summary>
    [Required]
    public Uri Url { get; set; } = null!;

    /// <summary>Its public key: a vkey of type cosignature (0x04).</summary>
    [Required]
    public string Key { get; set; } = string.Empty;
}
