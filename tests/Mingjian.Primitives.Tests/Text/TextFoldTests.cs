using CsCheck;
using Mingjian.Primitives.Text;

namespace Mingjian.Primitives.Tests.Text;

public sealed class TextFoldTests
{
    // NFC, width, radicals, selectors, invisible characters, brackets, dashes, dots, white space: one row each, and their neighbours that stay.
    [Theory]
    [InlineData("\uF92Ce\u0301", "\u90CE\u00E9")]
    [InlineData("ＡＢＣ１２３．％", "ABC123.%")]
    [InlineData("⽀部⼥⽅⺠", "支部女方民")]
    [InlineData("龙\uFE00葛\U000E0100", "龙葛")]
    [InlineData("张\u200B三\uFEFF\u200D\u0007\u00AD丰\u2060", "张三丰")]
    [InlineData("（一）【二】［三］〔四〕〖五〗{六}", "(一)(二)(三)(四)(五)(六)")]
    [InlineData("1—2–3‐4－5−6-7―8", "1-2-3-4-5-6-7-8")]
    [InlineData("买·买•提・艾‧力･", "买·买·提·艾·力·")]
    [InlineData(" 张 三\u3000\u00A0丰\r\n", "张三丰")]
    [InlineData("一〜二《三》ー", "一〜二《三》ー")]
    [InlineData("e\uFE00\u0301", "\u00E9")]
    [InlineData("", "")]
    public void What_people_take_for_the_same_has_one_form(string text, string expected) => Assert.Equal(expected, TextFold.Compact(text));

    [Fact]
    public void Words_keep_single_spaces_between_them() => Assert.Equal("第一 党支部 (机关)", TextFold.Words("\t第一\u3000 党支部\n（机关） "));

    [Fact]
    public void What_is_stored_is_what_was_written_but_for_its_form_and_white_space_around_it()
    {
        Assert.Equal("（一）Ａ —\uFE00 é", TextFold.Stored(" （一）Ａ —\uFE00 e\u0301\u3000"));
        Assert.Null(TextFold.Stored(null));
    }

    [Fact]
    public void Folding_twice_is_folding_once() => Gen.String.Sample(t =>
        TextFold.Compact(TextFold.Compact(t)) == TextFold.Compact(t) && TextFold.Words(TextFold.Words(t)) == TextFold.Words(t));

    [Fact]
    public void A_folded_text_is_in_form_c() => Gen.String.Sample(t => Nfc.IsNormal(TextFold.Compact(t)));

    [Fact]
    public void The_same_name_typed_in_two_ways_has_one_commitment() => Assert.Equal(
        Commitment.Compute("m/name/1", new Salt(1), "\u90CE\u00E9"), Commitment.Compute("m/name/1", new Salt(1), "\uF92Ce\u0301"));
}
