using System.Text;

namespace Mingjian.Acts.Receipts;

/// <summary>Base45 of RFC 9285: bytes in the alphabet of a QR code's alphanumeric mode.</summary>
internal static class Base45
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 3 / 2) + 2);
        for (var i = 0; i < bytes.Length; i += 2)
        {
            var two = i + 1 < bytes.Length;
            var value = two ? (bytes[i] << 8) | bytes[i + 1] : bytes[i];
            text.Append(Alphabet[value % 45]).Append(Alphabet[value / 45 % 45]);
            if (two)
            {
                text.Append(Alphabet[value / (45 * 45)]);
            }
        }

        return text.ToString();
    }

    /// <summary>Null unless the text is the one encoding of some bytes.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 3 == 1)
        {
            return null;
        }

        var bytes = new List<byte>(text.Length * 2 / 3);
        for (var i = 0; i < text.Length; i += 3)
        {
            var three = i + 2 < text.Length;
            var value = 0;
            for (var digit = three ? 2 : 1; digit >= 0; digit--)
            {
                var index = Alphabet.IndexOf(text[i + digit], StringComparison.Ordinal);
                if (index < 0)
                {
                    return null;
                }

                value = (value * 45) + index;
            }

            if (value > (three ? ushort.MaxValue : byte.MaxValue))
            {
                return null;
            }

            if (three)
            {
                bytes.Add((byte)(value >> 8));
            }

            bytes.Add((byte)value);
        }

        return [.. bytes];
    }
}
