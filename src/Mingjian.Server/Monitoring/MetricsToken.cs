using Mingjian.Server.Configuration;
using Mingjian.Server.Operations;

namespace Mingjian.Server.Monitoring;

/// <summary>Opens <c>/metrics</c> and nothing else; stays the same, so that a monitor can be given it once.</summary>
internal sealed class MetricsToken
{
    /// <summary>In the network's data directory, readable by its owner alone. Deleted, it is made anew at the next start.</summary>
    public const string FileName = "metrics.token";

    private readonly BearerToken _token;

    public MetricsToken(ServerOptions options) =>
        _token = BearerToken.OfNetwork(options, FileName);

    public bool Check(string? header) => _token.Check(header);
}
