using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>What was planted in attacks or must be kept secret, by kind, and the search for it in whatever a server has written down or said.</summary>
/// <remarks>
/// Each needle is looked for as UTF-8, UTF-16 (both orders), escaped as JSON and HTML do, percent-encoded, in hexadecimal, and in base64 and base64url
/// at each of its three alignments, whatever the case of letters. What looks like base64 or hexadecimal is also decoded and searched, and what comes
/// out again, so that a text in a payload in an envelope in an answer is found.
/// </remarks>
internal sealed partial class Needles
{
    /// <summary>Fewer bytes occur by chance.</summary>
    private const int Shortest = 6;

    /// <summary>An assertion's text in an envelope in an entry in an answer, and one to spare.</summary>
    private const int Deepest = 5;

    private readonly Dictionary<string, string> _kinds = new(StringComparer.OrdinalIgnoreCase);
    private SearchValues<string>? _search;

    /// <summary>Something that is a text wherever it stands.</summary>
    public Needles Add(string kind, string text)
    {
        Assert.True(Encoding.UTF8.GetByteCount(text) >= Shortest, text);
        var utf8 = Encoding.UTF8.GetBytes(text);
        AddBytes(kind, utf8);
        AddForm(kind, Encoding.Unicode.GetBytes(text));
        AddForm(kind, Encoding.BigEndianUnicode.GetBytes(text));
        foreach (var format in new[] { "\\u{0:x4}", "&#x{0:x};", "&#{0};" })
        {
            AddForm(kind, string.Concat(text.Select(c => char.IsAscii(c) ? $"{c}" : string.Format(CultureInfo.InvariantCulture, format, (int)c))));
            AddForm(kind, string.Concat(text.Select(c => string.Format(CultureInfo.InvariantCulture, format, (int)c))));
        }

        AddForm(kind, Uri.EscapeDataString(text));
        AddForm(kind, string.Concat(utf8.Select(b => $"%{b:x2}")));
        return this;
    }

    /// <summary>Something that is bytes: a key, a code.</summary>
    public Needles AddBytes(string kind, byte[] bytes)
    {
        Assert.True(bytes.Length >= Shortest);
        AddForm(kind, bytes);
        AddForm(kind, Convert.ToHexString(bytes));
        AddForm(kind, Convert.ToHexString(bytes).Chunk(2).Aggregate(string.Empty, (all, two) => all + (all.Length > 0 ? "-" : string.Empty) + new string(two)));
        for (var before = 0; before < 3; before++)
        {
            // The characters that depend on these bytes alone; a short one leaves too few to be told from chance.
            var whole = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
            var first = (before * 8 + 5) / 6;
            var last = (before + bytes.Length) * 8 / 6;
            var inner = whole[first..Math.Min(last, whole.Length)];
            if (inner.Length >= 8)
            {
                AddForm(kind, inner);
                AddForm(kind, inner.Replace('+', '-').Replace('/', '_'));
                AddForm(kind, inner.Replace("+", "\\u002B", StringComparison.Ordinal));
            }
        }

        return this;
    }

    /// <summary>The kinds of the needles that bytes have in them, however they are written there.</summary>
    public IReadOnlySet<string> In(ReadOnlySpan<byte> bytes)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Search(Encoding.Latin1.GetString(bytes), 0, found);
        return found;
    }

    public IReadOnlySet<string> In(string text) => In(Encoding.UTF8.GetBytes(text));

    private void Search(string text, int depth, HashSet<string> found)
    {
        _search ??= SearchValues.Create([.. _kinds.Keys], StringComparison.OrdinalIgnoreCase);
        for (var at = text.AsSpan().IndexOfAny(_search); at >= 0;)
        {
            var rest = text.AsSpan(at);
            foreach (var (form, kind) in _kinds)
            {
                if (rest.StartsWith(form, StringComparison.OrdinalIgnoreCase))
                {
                    found.Add(kind);
                }
            }

            var next = rest[1..].IndexOfAny(_search);
            at = next < 0 ? -1 : at + 1 + next;
        }

        if (depth == Deepest)
        {
            return;
        }

        foreach (Match run in Encoded.Matches(text))
        {
            foreach (var inner in Decoded(run.Value))
            {
                Search(Encoding.Latin1.GetString(inner), depth + 1, found);
            }
        }
    }

    private static IEnumerable<byte[]> Decoded(string run)
    {
        if (run.Length % 2 == 0 && run.All(char.IsAsciiHexDigit))
        {
            yield return Convert.FromHexString(run);
        }

        var base64 = run.Replace('-', '+').Replace('_', '/').Replace("\\u002B", "+", StringComparison.OrdinalIgnoreCase).TrimEnd('=');
        base64 = base64[..(base64.Length % 4 == 1 ? base64.Length - 1 : base64.Length)];
        var bytes = new byte[base64.Length];
        if (Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var length))
        {
            yield return bytes[..length];
        }
    }

    private void AddForm(string kind, byte[] bytes) => AddForm(kind, Encoding.Latin1.GetString(bytes));

    private void AddForm(string kind, string form)
    {
        _kinds.TryAdd(form, kind);
        _search = null;
    }

    [GeneratedRegex(@"(?:[A-Za-z0-9+/_-]|\\u002B){12,}={0,2}", RegexOptions.IgnoreCase, 60_000)]
    private static partial Regex Encoded { get; }
}
