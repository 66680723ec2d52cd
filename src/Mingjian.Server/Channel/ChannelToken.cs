using Mingjian.Server.Configuration;
using Mingjian.Server.Operations;

namespace Mingjian.Server.Channel;

/// <summary>Opens a node's channel for web processes and nothing else; the same at every start, so that it can be given to them once.</summary>
internal sealed class ChannelToken
{
    /// <summary>In the node's data directory, readable by its owner alone. Deleted, it is made anew at the next start, and the old one opens nothing.</summary>
    public const string FileName = "web.token";

    private readonly BearerToken _token;

    public ChannelToken(ServerOptions options) =>
        _token = BearerToken.OfNetwork(options, FileName);

    public bool Check(HttpContext context) => _token.Check(context.Request.Headers.Authorization);
}
