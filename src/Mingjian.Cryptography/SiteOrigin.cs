using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Cryptography;

/// <summary>The origin of a page on which passkeys can sign: scheme, host and port in the one spelling that browsers give it.</summary>
/// <remarks>
/// <c>https://</c> and a host name (lower case, ASCII, no trailing dot, no address in digits: WebAuthn knows domains only), or <c>http://localhost</c>;
/// then <c>:</c> and a port from 1 to 65,535 without leading zero, left out where it is the scheme's own. Nothing follows.
/// </remarks>
public sealed record SiteOrigin
{
    /// <summary>Longest accepted text: <c>https://</c>, a name of 253 characters, <c>:65535</c>.</summary>
    public const int MaxLength = 267;

    private const string Local = "http://localhost";
    private const string Secure = "https://";
    private const int MaxHostLength = 253;
    private const int MaxLabelLength = 63;

    private SiteOrigin(string text, string host, bool isLocal)
    {
        Text = text;
        Host = host;
        IsLocal = isLocal;
    }

    /// <summary>For example <c>https://mingjian.example</c>.</summary>
    public string Text { get; }

    /// <summary>The host name alone.</summary>
    public string Host { get; }

    /// <summary>A page of this very machine: it needs no registration.</summary>
    public bool IsLocal { get; }

    /// <summary>SHA-256 of <see cref="Text"/>: how the ledger registers a site.</summary>
    public Hash32 Hash => Hash32.Of(Encoding.ASCII.GetBytes(Text));

    /// <summary>Accepts the one spelling and nothing else.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SiteOrigin? origin)
    {
        origin = null;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }

        var isLocal = text.StartsWith(Local, StringComparison.Ordinal);
        if (!isLocal && !text.StartsWith(Secure, StringComparison.Ordinal))
        {
            return false;
        }

        var start = isLocal ? Local.Length - "localhost".Length : Secure.Length;
        var colon = text.IndexOf(':', start);
        var host = colon < 0 ? text[start..] : text[start..colon];
        if (isLocal ? host != "localhost" : !IsHost(host))
        {
            return false;
        }

        if (colon >= 0 && !IsPort(text.AsSpan(colon + 1), isLocal ? 80 : 443))
        {
            return false;
        }

        origin = new SiteOrigin(text, host, isLocal);
        return true;
    }

    /// <summary>Whether an authenticator may answer on this origin for a relying party: the host, or a domain of two labels or more above it.</summary>
    /// <param name="relyingPartyHash">SHA-256 of the relying party's id.</param>
    public bool Covers(ReadOnlySpan<byte> relyingPartyHash)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        for (var name = Host.AsSpan(); ;)
        {
            Sha256.Hash(Encoding.ASCII.GetBytes(name.ToString()), hash);
            if (relyingPartyHash.SequenceEqual(hash))
            {
                return true;
            }

            var dot = name.IndexOf('.');
            if (dot < 0 || name[(dot + 1)..].IndexOf('.') < 0)
            {
                return false;
            }

            name = name[(dot + 1)..];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool IsHost(string host)
    {
        if (host.Length is 0 or > MaxHostLength)
        {
            return false;
        }

        var last = string.Empty;
        foreach (var label in host.Split('.'))
        {
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var c in label)
            {
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                {
                    return false;
                }
            }

            last = label;
        }

        // A last label that begins with a digit is, or may be taken for, an address.
        return char.IsAsciiLetterLower(last[0]);
    }

    private static bool IsPort(ReadOnlySpan<char> text, int own) =>
        text.Length is > 0 and <= 5 && text[0] != '0'
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65_535 && port != own;
}
