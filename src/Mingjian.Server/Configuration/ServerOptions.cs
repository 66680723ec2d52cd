using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Mingjian.Server.Configuration;

/// <summary>How an empty data directory is filled at the first start.</summary>
public enum StartMode
{
    /// <summary>Nothing: the setup page founds a network with the first officer's key.</summary>
    Empty = 1,

    /// <summary>A demo network with invented people; marked on every page and in the data directory.</summary>
    Demo = 2,
}

/// <summary>What one process does.</summary>
public enum ServerRole
{
    /// <summary>Ledger, node and web pages in this one process.</summary>
    All = 1,

    /// <summary>Ledger and node alone: no pages, no personal data; web processes of the same organisation hand it their users' acts.</summary>
    Node = 2,

    /// <summary>Web pages alone, with a copy of the ledger of the node that <see cref="WebOptions"/> names; no vote and no key of a node.</summary>
    Web = 3,
}

/// <summary>Settings of the server, section <c>Mingjian</c>; documented for operators in docs/operating/configuration.md.</summary>
public sealed class ServerOptions
{
    public const string Section = "Mingjian";

    /// <summary>Where everything is stored; relative to the working directory. Default <c>data</c>. Never empty.</summary>
    /// <remarks>The network lives in the subdirectory <c>demo</c> or <c>network</c>, by <see cref="Start"/>.</remarks>
    [Required]
    public string DataDirectory { get; set; } = "data";

    /// <summary>How to start. Default <see cref="StartMode.Empty"/>; <c>./run</c> asks for the demo.</summary>
    [EnumDataType(typeof(StartMode))]
    public StartMode Start { get; set; } = StartMode.Empty;

    /// <summary>What this process does. Default <see cref="ServerRole.All"/>.</summary>
    [EnumDataType(typeof(ServerRole))]
    public ServerRole Role { get; set; } = ServerRole.All;

    /// <summary>
    /// Pretends that the program carries no protocol after this one. Default null = all that it has. For roll-outs in steps: the new program is installed
    /// everywhere first. Where the ledger has gone on by a newer protocol, the server then only reads.
    /// </summary>
    [Range(1, 10_000)]
    public int? Protocol { get; set; }

    /// <summary>TCP port on the loopback addresses. Default 5180; 0 = any free port. Ignored where Kestrel:Endpoints or URLs are configured.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 5180;

    /// <summary>First part of a new network's id, to which <c>/</c> and eight random hex digits are added. Only read at the first start.</summary>
    [RegularExpression("^[a-z0-9.-]{3,60}$")]
    public string NetworkName { get; set; } = "local.mingjian.invalid";

    /// <summary>Proxies before this server: IP addresses, or networks in CIDR form. Default none: nobody's forwarded headers are believed.</summary>
    [Required]
    [MaxLength(62)]
    public IReadOnlyList<string> Proxies { get; set; } = [];

    /// <summary>Where backups go. Default null = <c>backups</c> below the data directory.</summary>
    public string? BackupDirectory { get; set; }

    /// <summary>This server as a node of a network; null (the default) = alone with its ledger.</summary>
    [ValidateObjectMembers]
    public NodeOptions? Node { get; set; }

    /// <summary>The node of a web process; needed by <see cref="ServerRole.Web"/>, and read there alone.</summary>
    [ValidateObjectMembers]
    public WebOptions? Web { get; set; }

    [Required]
    [ValidateObjectMembers]
    public LimitOptions Limits { get; set; } = new();

    [Required]
    [ValidateObjectMembers]
    public SessionOptions Sessions { get; set; } = new();

    [Required]
    [ValidateObjectMembers]
    public AccessOptions Access { get; set; } = new();

    /// <summary>Outside parties that are asked to cosign checkpoints. Default none.</summary>
    [Required]
    [ValidateObjectMembers]
    public WitnessOptions Witnesses { get; set; } = new();

    /// <summary>The full path of <see cref="BackupDirectory"/>.</summary>
    public string BackupPath => Path.GetFullPath(BackupDirectory ?? Path.Combine(DataDirectory, "backups"));

    /// <summary>The directory of this network's data.</summary>
    public string NetworkDirectory => Path.GetFullPath(Path.Combine(DataDirectory, Start == StartMode.Demo ? "demo" : "network"));
}

/// <summary>Bounds on what one request may ask, section <c>Mingjian:Limits</c>. None can be switched off.</summary>
public sealed class LimitOptions
{
    /// <summary>Largest request body in bytes, except where an endpoint says otherwise. Default 1 MiB.</summary>
    [Range(1024, 1 << 30)]
    public long RequestBytes { get; set; } = 1 << 20;

    /// <summary>Most envelopes in one request to <c>/api/v1/transactions</c>. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int EnvelopesPerRequest { get; set; } = 1000;

    /// <summary>Largest body of that request in bytes. Default 32 MiB.</summary>
    [Range(50_000, 1 << 30)]
    public long TransactionBytes { get; set; } = 32 << 20;

    /// <summary>Bytes of acts that this node takes into the order from one member without a post, a day (Beijing). Default 256 KiB.</summary>
    [Range(50_000, 1L << 40)]
    public long MemberBytesPerDay { get; set; } = 256L << 10;

    /// <summary>The same for a member with a post. Default 64 MiB.</summary>
    [Range(50_000, 1L << 40)]
    public long PostBytesPerDay { get; set; } = 64L << 20;

    /// <summary>The same for the network key of an organisation. Default 4 MiB.</summary>
    [Range(50_000, 1L << 40)]
    public long OrganizationBytesPerDay { get; set; } = 4L << 20;

    /// <summary>The same for all keys together that nobody has yet: invitations being redeemed, founding. Default 16 MiB.</summary>
    [Range(50_000, 1L << 40)]
    public long UnboundBytesPerDay { get; set; } = 16L << 20;

    /// <summary>How long a request waits for its acts to become final before it is answered with how far they have come. Default 15 s; 0.1 s to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan FinalWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Requests that lead to a session, per address (of IPv6: per /64) and minute: a whole office shares it. Default 600.</summary>
    [Range(1, 10_000)]
    public int SignInsPerMinute { get; set; } = 600;

    /// <summary>The same for a browser in which somebody has signed in before; it does not share the address's. Default 60.</summary>
    [Range(1, 10_000)]
    public int SignInsPerBrowser { get; set; } = 60;

    /// <summary>Wrong answers to sign-in challenges, per account and address (or browser) and minute; a right one is never refused for them. Default 10.</summary>
    [Range(1, 10_000)]
    public int WrongSignInsPerMinute { get; set; } = 10;

    /// <summary>Other API requests per session (or browser, or address) and minute. Default 600.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Live update streams at once, all users together. Default 200.</summary>
    [Range(1, 100_000)]
    public int Streams { get; set; } = 200;

    /// <summary>Of these, for one person. Default 6.</summary>
    [Range(1, 1000)]
    public int StreamsPerPerson { get; set; } = 6;

    /// <summary>Blocks that the lists may be behind the ledger while <c>/health/ready</c> still says ready. Default 100; 0 = none.</summary>
    [Range(0, 1_000_000)]
    public int ReadyLag { get; set; } = 100;
}

/// <summary>Who reads entries over HTTP, section <c>Mingjian:Access</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>How far the clock of a node that asks for entries may be from this one's, transit included. Default 2 minutes; 1 s to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan NodeClock { get; set; } = TimeSpan.FromMinutes(2);
}

/// <summary>How long a sign-in lasts, section <c>Mingjian:Sessions</c>.</summary>
public sealed class SessionOptions
{
    /// <summary>Ends after this long without a request. Default 30 minutes; at least 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "24:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Ends this long after sign-in, used or not. Default 12 hours; at least 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "7.00:00:00")]
    public TimeSpan Absolute { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a sign-in challenge can be answered. Default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:10:00")]
    public TimeSpan Challenge { get; set; } = TimeSpan.FromMinutes(2);
}
