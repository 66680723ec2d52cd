using System.Globalization;
using Mingjian.Contracts.Nodes;
using Mingjian.Engine;
using Mingjian.Engine.Audit;
using Mingjian.Log;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Nodes;

namespace Mingjian.Server.Access;

/// <summary>The grants of this process, as its operator's file has them now.</summary>
internal sealed partial class AccessGrants(ServerOptions options, TimeProvider clock, ILogger<AccessGrants> logger)
{
    private readonly Lock _gate = new();
    private (DateTime Written, long Length) _seen;
    private Dictionary<Hash32, AccessGrant> _grants = [];

    /// <summary>The grant that a token opens now; null for every other text.</summary>
    public AccessGrant? Find(string token) =>
        AccessGrantFile.HashOf(token) is { } hash && Read().TryGetValue(hash, out var grant) && grant.IsInForce(clock.GetUtcNow()) ? grant : null;

    private Dictionary<Hash32, AccessGrant> Read()
    {
        var file = new FileInfo(Path.Combine(options.NetworkDirectory, AccessGrantFile.FileName));
        var now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        lock (_gate)
        {
            if (now == _seen)
            {
                return _grants;
            }

            try
            {
                _grants = AccessGrantFile.Read(options.NetworkDirectory).ToDictionary(g => g.Hash);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
            {
                // Nobody gets in by a file that cannot be read.
                LogUnreadable(e.Message);
                _grants = [];
            }

            _seen = now;
            return _grants;
        }
    }

    [LoggerMessage(EventId = 62, Level = LogLevel.Error, Message = "No access token opens anything: {Error}")]
    private partial void LogUnreadable(string error);
}

/// <summary>Who may read entry bundles over HTTP: nodes of the network, the own organisation's web processes, and whom the operator has let in.</summary>
/// <remarks>
/// Fails closed: whatever is not exactly one of these credentials opens nothing, and the answer says nothing of why. No session opens bundles, of
/// whatever post: people read in the explorer, which shows each what is theirs to see.
/// </remarks>
/// <param name="founders">Whom a ledger without agreement is run by.</param>
/// <param name="self">This node's number; null in a web process: nodes ask nodes.</param>
/// <param name="channel">Null where this process has no web processes.</param>
internal sealed class LedgerReaders(
    ILedger ledger, NodeSet founders, int? self, AccessGrants grants, ChannelToken? channel, AccessLog log, ServerOptions options, TimeProvider clock)
{
    private const string BearerScheme = "Bearer ";
    private const string NodeScheme = LedgerRequest.Scheme + " ";

    private static readonly object Key = new();

    /// <summary>Whether a request may have a bundle, whether or not there is one; looked at once for each request.</summary>
    public bool MayRead(HttpContext context, TilePath path)
    {
        if (context.Items.TryGetValue(Key, out var known))
        {
            return known is true;
        }

        var may = path is { Level: TilePath.EntryLevel, Number: >= 0 } && IsKnown(context, path);
        context.Items[Key] = may;
        return may;
    }

    /// <summary>Whether a request may have any record of the state: whoever shows a token that opens bundles. Nodes have the state themselves. Looked at once for each request.</summary>
    public bool MayProve(HttpContext context)
    {
        if (context.Items.TryGetValue(Key, out var known))
        {
            return known is true;
        }

        // The answer carries the newest block's seal, and that is the entry that is noted as read.
        var seal = Math.Max(ledger.Head.Size - 1, 0);
        var may = context.Request.Headers.Authorization is [{ } header] && header.StartsWith(BearerScheme, StringComparison.Ordinal)
            && (channel?.Check(context) == true || (grants.Find(header[BearerScheme.Length..]) is { } grant && Noted(NameOf(grant), seal, seal)));
        context.Items[Key] = may;
        return may;
    }

    private bool IsKnown(HttpContext context, TilePath path)
    {
        if (context.Request.Headers.Authorization is not [{ } header])
        {
            return false;
        }

        if (header.StartsWith(BearerScheme, StringComparison.Ordinal))
        {
            // The own organisation's web processes read every block: that is no use worth a record.
            return channel?.Check(context) == true || (grants.Find(header[BearerScheme.Length..]) is { } grant && Noted(NameOf(grant), path));
        }

        return self is { } number && header.StartsWith(NodeScheme, StringComparison.Ordinal)
            && LedgerRequest.Check(
                header[NodeScheme.Length..], ledger.Network, number, path, LedgerTime.From(clock.GetUtcNow()), options.Access.NodeClock, FindNodes) is { } node
            && Noted(string.Create(CultureInfo.InvariantCulture, $"node {node}"), path);
    }

    private static string NameOf(AccessGrant grant) => grant.Purpose == AccessPurpose.Audit ? $"audit {grant.Name}" : $"witness {grant.Name}";

    private bool Noted(string reader, TilePath path)
    {
        var first = path.Number * Tile.FullWidth;
        return Noted(reader, first, first + path.Width - 1);
    }

    private bool Noted(string reader, long first, long last)
    {
        log.Note(reader, first, last);
        return true;
    }

    /// <summary>A node that has been decided on reads before it counts, so that it has caught up by then; one that has left reads no more.</summary>
    private IEnumerable<Node> FindNodes(int number)
    {
        var next = ledger.Head.Height + 1;
        IEnumerable<NodeSet> sets = ledger.ReadState().Nodes() switch
        {
            null => [founders],
            var nodes when nodes.IsPending(next) => [nodes.At(next).ToNodeSet(), nodes.Next!.ToNodeSet()],
            var nodes => [nodes.At(next).ToNodeSet()],
        };
        return sets.Select(s => s.Find(number)).OfType<Node>();
    }
}

/// <summary>Access to entries as a slice.</summary>
internal static class AccessServices
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AccessGrants>();
        builder.Services.AddSingleton<AccessLog>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AccessLog>());
        builder.Services.AddSingleton(provider => new LedgerReaders(
            provider.GetRequiredService<ILedger>(),
            provider.GetService<WebIdentity>()?.Founders ?? provider.GetRequiredService<NodeIdentity>().Founders,
            provider.GetService<WebIdentity>() is null ? provider.GetRequiredService<NodeIdentity>().Keys.Public.Number : null,
            provider.GetRequiredService<AccessGrants>(), provider.GetService<ChannelToken>(), provider.GetRequiredService<AccessLog>(),
            provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<TimeProvider>()));
    }
}
