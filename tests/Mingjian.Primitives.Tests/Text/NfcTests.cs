using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Mingjian.Primitives.Text;
using Mingjian.Testing;

namespace Mingjian.Primitives.Tests.Text;

public sealed class NfcTests
{
    private const string WholeFile = "/usr/share/unicode/NormalizationTest.txt.bz2";

    // Letters, marks of several classes, Hangul parts, compatibility ideographs, lone surrogates: what meets in hostile text.
    private static readonly Gen<string> Texts = Gen.OneOf<string>(
            "a", "e", "S", "\u0301", "\u0323", "\u0307", "\u0327", "\u0344", "\u1E69", "\u0D15", "\u1100", "\u1161", "\u11A8", "\uAC00",
            "\uF92C", "\uFA0E", "\u90CE", "\u3099", "\u304B", "\uD800", "\uDC00", "\U0002F800", "\U0001D15E", "\u00B7", "\uFE0F", " ")
        .List[0, 12].Select(string.Concat);

    [Theory]
    [InlineData("\uF92C", "\u90CE")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uFA0E\u5F20", "\uFA0E\u5F20")]
    [InlineData("\U0002F803", "\U00020122")]
    public void Text_is_composed(string text, string expected)
    {
        Assert.Equal(expected, Nfc.Of(text));
        Assert.Equal(text == expected, Nfc.IsNormal(text));
    }

    [Fact]
    public void Lone_surrogates_and_unassigned_characters_stay()
    {
        Assert.Equal("\uD800\u1EB9", Nfc.Of("\uD800e\u0323"));
        Assert.Equal("\uDC00\uD800", Nfc.Of("\uDC00\uD800"));
        Assert.Equal("\u0378\u00E9", Nfc.Of("\u0378e\u0301"));
    }

    [Fact]
    public void Form_c_of_form_c_is_itself() => Texts.Sample(t => Nfc.IsNormal(Nfc.Of(t)));

    [Fact]
    public void A_thousand_marks_on_one_letter_take_no_time_worth_a_thought()
    {
        var hostile = "a" + string.Concat(Enumerable.Range(0, 32_766).Select(i => i % 2 == 0 ? "\u0301" : "\u0323"));
        var normal = Nfc.Of(hostile);
        Assert.StartsWith("\u1EA1\u0323", normal, StringComparison.Ordinal);
        Assert.EndsWith("\u0301", normal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sample_of_unicodes_own_test_passes() =>
        Assert.True(Check(File.ReadLines(Repository.File("tests", "Mingjian.Primitives.Tests", "Text", "NormalizationSample.txt"))) > 100);

    [Fact]
    public void The_whole_of_unicodes_own_test_passes_where_it_is_installed()
    {
        Assert.SkipUnless(File.Exists(WholeFile), "Debian's unicode-data is not installed.");
        var start = new ProcessStartInfo("bzcat", [WholeFile]) { UseShellExecute = false, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var lines = text.Split('\n');
        Assert.True(Check(lines) > 18_000);

        // Whatever part 1 does not name is its own form C.
        var first = lines.SkipWhile(l => !l.StartsWith("@Part1", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.StartsWith("@Part2", StringComparison.Ordinal)).Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => int.Parse(l[..l.IndexOf(';', StringComparison.Ordinal)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToHashSet();
        for (var point = 0; point <= 0x10FFFF; point++)
        {
            if (!first.Contains(point))
            {
                var single = point > char.MaxValue ? char.ConvertFromUtf32(point) : ((char)point).ToString();
                Assert.True(Nfc.IsNormal(single), point.ToString("X4", CultureInfo.InvariantCulture));
            }
        }
    }

    // Columns: c1 source, c2 NFC, c3 NFD. c2 = NFC(c1) = NFC(c2) = NFC(c3).
    private static int Check(IEnumerable<string> lines)
    {
        var count = 0;
        foreach (var line in lines.Where(l => l.Length > 0 && char.IsAsciiHexDigit(l[0])))
        {
            var columns = line.Split(';').Take(3).Select(Text).ToArray();
            Assert.All(columns, c => Assert.Equal(columns[1], Nfc.Of(c)));
            count++;
        }

        return count;
    }

    private static string Text(string points) => string.Concat(points.Split(' ')
        .Select(h => char.ConvertFromUtf32(int.Parse(h, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));
}
