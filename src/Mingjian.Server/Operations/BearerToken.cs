using System.Security.Cryptography;
using System.Text;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Operations;

/// <summary>A random value in a file that its owner alone may read; whoever can show it may.</summary>
internal sealed class BearerToken
{
    private const string Scheme = "Bearer ";
    private const int Characters = 64;
    private readonly byte[] _value;

    private BearerToken(string value) => _value = Encoding.ASCII.GetBytes(value);

    /// <summary>A new value in place of whatever the file held.</summary>
    public static BearerToken CreateAnew(string path)
    {
        var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Characters / 2));
        File.Delete(path);
        using var stream = PrivateFiles.Create(path);
        stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        return new BearerToken(text);
    }

    /// <summary>The value of the file; a new one where there is none, or a torn one.</summary>
    public static BearerToken LoadOrCreate(string path) => TryLoad(path) ?? CreateAnew(path);

    /// <summary>The value of a file in the network's data directory, as <see cref="LoadOrCreate"/>.</summary>
    public static BearerToken OfNetwork(ServerOptions options, string fileName) =>
        LoadOrCreate(Path.Combine(PrivateFiles.CreateDirectory(options.NetworkDirectory), fileName));

    /// <summary>The value of the file; null where there is none, or a torn one.</summary>
    public static BearerToken? TryLoad(string path) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is { Length: Characters } text && text.All(char.IsAsciiHexDigitLower)
            ? new BearerToken(text)
            : null;

    /// <summary>The header that shows it.</summary>
    public System.Net.Http.Headers.AuthenticationHeaderValue ToHeader() => new(Scheme.TrimEnd(), Encoding.ASCII.GetString(_value));

    /// <summary>A value for one purpose that everybody who has the token can compute, and nobody else.</summary>
    public byte[] Derive(string purpose) => HMACSHA256.HashData(_value, Encoding.UTF8.GetBytes(purpose));

    /// <summary>Whether an <c>Authorization</c> header carries the token.</summary>
    public bool Check(string? header) => header is not null && header.StartsWith(Scheme, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..]), _value);
}
