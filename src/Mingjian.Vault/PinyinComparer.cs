using System.Text;

namespace Mingjian.Vault;

/// <summary>Orders Chinese names nearly by pinyin, without ICU (the program runs with invariant globalisation).</summary>
/// <remarks>
/// The 3,755 characters of GB 2312 level 1 are coded in the order of their usual pinyin, which covers the surnames in use; rarer characters
/// follow by code point. A character with two readings takes its usual one (曾, 单 sort as céng, dān).
/// </remarks>
public sealed class PinyinComparer : IComparer<string>
{
    private const int FirstLevel1 = 0xB0A1;
    private const int LastLevel1 = 0xD7F9;
    private readonly ushort[] _order = MakeOrder();

    private PinyinComparer()
    {
    }

    public static PinyinComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x ?? string.Empty, y ?? string.Empty);
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            var difference = Key(left[i]).CompareTo(Key(right[i]));
            if (difference != 0)
            {
                return difference;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    // ASCII, then level 1 by pinyin, then all else by code point.
    private int Key(char c) => c < 0x80 ? c : _order[c] is var order and > 0 ? order : 0x10000 + c;

    private static ushort[] MakeOrder()
    {
        var order = new ushort[char.MaxValue + 1];
        var gb2312 = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
        for (var code = FirstLevel1; code <= LastLevel1; code++)
        {
            if ((code & 0xFF) >= 0xA1)
            {
                var text = gb2312.GetString([(byte)(code >> 8), (byte)code]);
                if (text.Length == 1 && text[0] != '\uFFFD')
                {
                    order[text[0]] = (ushort)code;
                }
            }
        }

        return order;
    }
}
