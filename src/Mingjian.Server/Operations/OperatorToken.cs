using Mingjian.Server.Configuration;

namespace Mingjian.Server.Operations;

/// <summary>Proves that a request comes from whoever may read the data directory: a random value in <see cref="FileName"/>, made anew at each start.</summary>
/// <remarks>No right on the ledger, and no session, opens what the operator's token opens, and the reverse.</remarks>
public sealed class OperatorToken
{
    /// <summary>In the network's data directory, readable by its owner alone.</summary>
    public const string FileName = "operator.token";

    private readonly BearerToken _token;

    private OperatorToken(BearerToken token) => _token = token;

    internal static OperatorToken Create(ServerOptions options) =>
        new(BearerToken.CreateAnew(Path.Combine(PrivateFiles.CreateDirectory(options.NetworkDirectory), FileName)));

    /// <summary>Whether an <c>Authorization</c> header carries the token.</summary>
    internal bool Check(string? header) => _token.Check(header);
}
