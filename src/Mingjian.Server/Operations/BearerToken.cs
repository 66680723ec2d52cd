using System.Security.Cryptography;
using System.Text;

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
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, file);
        stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
        return new BearerToken(text);
    }

    /// <summary>The value of the file; a new one where there is none, or a torn one.</summary>
    public static BearerToken LoadOrCreate(string path) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is { Length: Characters } text && text.All(char.IsAsciiHexDigitLower)
            ? new BearerToken(text)
            : CreateAnew(path);

    /// <summary>Whether an <c>Authorization</c> header carries the token.</summary>
    public bool Check(string? header) => header is not null && header.StartsWith(Scheme, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..]), _value);
}
