using System.Text;

namespace Mingjian.Workbooks;

/// <summary>Encodings that tables of text are read in. Names are stable: they stand in commands and remembered choices.</summary>
public static class TextEncodings
{
    public const string Utf8 = "utf-8";
    public const string Gb18030 = "gb18030";
    public const string Utf16 = "utf-16le";
    public const string Utf16BigEndian = "utf-16be";

    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<string> Names { get; } = [Utf8, Gb18030, Utf16, Utf16BigEndian];

    /// <summary>As people know them.</summary>
    public static string TitleOf(string name) => name switch
    {
        Utf8 => "UTF-8",
        Gb18030 => "GBK / GB 18030（中文 Excel 默认）",
        Utf16 => "Unicode（UTF-16）",
        _ => "Unicode（UTF-16，大端）",
    };

    /// <summary>What the bytes are most likely in: a mark decides, then what cannot be anything else.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return Utf8;
        }

        if (bytes.Length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE)
        {
            return Utf16;
        }

        if (bytes.Length >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF)
        {
            return Utf16BigEndian;
        }

        // Without a mark, digits and commas show UTF-16: every other byte of them is zero.
        var head = bytes[..(Math.Min(bytes.Length, 4096) & ~1)];
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }

        if (even + odd > head.Length / 20)
        {
            return odd >= even ? Utf16 : Utf16BigEndian;
        }

        return System.Text.Unicode.Utf8.IsValid(bytes) ? Utf8 : Gb18030;
    }

    /// <summary>The text, without a mark; and how many characters could not be read and stand as U+FFFD.</summary>
    internal static (string Text, int Unreadable) Decode(byte[] bytes, string name)
    {
        var encoding = name switch
        {
            Utf8 => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Utf16 => new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            Utf16BigEndian => new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
            Gb18030 => CodePagesEncodingProvider.Instance.GetEncoding(54936, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"))!,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not an encoding that is offered."),
        };
        var text = encoding.GetString(bytes).TrimStart('\uFEFF');
        return (text, text.Count(c => c == '\uFFFD'));
    }
}
