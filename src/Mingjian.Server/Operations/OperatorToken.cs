using System.Security.Cryptography;
using System.Text;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Operations;

/// <summary>Proves that a request comes from whoever may read the data directory: a random value in <see cref="FileName"/>, made anew at each start.</summary>
/// <remarks>No right on the ledger, and no session, opens what the operator's token opens, and the reverse.</remarks>
public sealed class OperatorToken
{
    /// <summary>In the network's data directory, readable by its owner alone.</summary>
    public const string FileName = "operator.token";

    private const string Scheme = "Bearer ";
    private readonly byte[] _value;

    private OperatorToken(byte[] value) => _value = value;

    internal static OperatorToken Create(ServerOptions options)
    {
        var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var path = Path.Combine(Directory.CreateDirectory(options.NetworkDirectory).FullName, FileName);
        File.Delete(path);
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, file);
        stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        return new OperatorToken(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Whether an <c>Authorization</c> header carries the token.</summary>
    internal bool Check(string? header) => header is not null && header.StartsWith(Scheme, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..]), _value);
}
