using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CsCheck;

namespace Mingjian.Primitives.Tests;

public sealed record Sample(Amount Amount, MemberId Member, Month Month, int Number, IReadOnlyList<Hash32> Path, SampleInner? Inner = null);

public sealed record SampleInner(string Text, IReadOnlyList<SampleInner> Children, byte[] Bytes);

[JsonSerializable(typeof(Sample))]
internal sealed partial class SampleJson : JsonSerializerContext;

public sealed class CanonicalJsonTests
{
    private const string Good =
        """{"amount":"48.00","inner":{"bytes":"nullnull","children":[],"text":"a"},"member":"m-00000000000000000000000000000001","month":"2026-11","number":7,"path":[]}""";

    // Each test makes its own, so that what a mutant changes in the making of options is seen.
    private readonly JsonTypeInfo<Sample> _type =
        (JsonTypeInfo<Sample>)CanonicalJson.CreateOptions(new SampleJson()).GetTypeInfo(typeof(Sample));

    [Fact]
    public void A_value_is_written_with_sorted_members_and_read_back()
    {
        var value = CanonicalJson.Decode(Encoding.UTF8.GetBytes(Good), _type);
        Assert.Equal(4800, value.Amount.Fen);
        Assert.Equal(Good, Encoding.UTF8.GetString(CanonicalJson.Encode(value, _type)));
        var without = CanonicalJson.Encode(value with { Inner = null }, _type);
        Assert.Equal("""{"amount":"48.00","member":"m-00000000000000000000000000000001","month":"2026-11","number":7,"path":[]}""", Encoding.UTF8.GetString(without));
    }

    [Theory]
    [InlineData("{\"amount\"", " {\"amount\"")]
    [InlineData("\"path\":[]}", "\"path\":[]} ")]
    [InlineData("\"path\":[]}", "\"path\":[]}{}")]
    [InlineData("\"path\":[]}", "\"path\":[ ]}")]
    [InlineData("\"path\":[]}", "\"path\":[],}")]
    [InlineData("\"path\":[]}", "\"path\":[null]}")]
    [InlineData("\"path\":[]}", "\"path\":null}")]
    [InlineData("\"path\":[]}", "\"path\":[],\"unknown\":1}")]
    [InlineData("\"path\":[]}", "\"path\":[],\"path\":[]}")]
    [InlineData(",\"path\":[]}", "}")]
    [InlineData("\"number\":7", "\"number\":07")]
    [InlineData("\"number\":7", "\"number\":7.0")]
    [InlineData("\"number\":7", "\"number\":7e0")]
    [InlineData("\"number\":7", "\"number\":-0")]
    [InlineData("\"number\":7", "\"number\":+7")]
    [InlineData("\"number\":7", "\"number\":\"7\"")]
    [InlineData("\"number\":7", "\"number\":4294967296")]
    [InlineData("\"number\":7", "\"Number\":7")]
    [InlineData("\"number\":7", "\"number\":7/*x*/")]
    [InlineData("\"number\"", "\"\\u006eumber\"")]
    [InlineData("\"text\":\"a\"", "\"text\":\"\\u0061\"")]
    [InlineData("\"text\":\"a\"", "\"text\":\"\\/\"")]
    [InlineData("\"text\":\"a\"", "\"text\":null")]
    [InlineData("\"children\":[]", "\"children\":[null]")]
    [InlineData("\"bytes\":\"nullnull\"", "\"bytes\":\"nullnul\"")]
    [InlineData("\"bytes\":\"nullnull\"", "\"bytes\":\"nullnull====\"")]
    [InlineData("\"bytes\":\"nullnull\"", "\"bytes\":\"nullnu==\"")]
    [InlineData("\"bytes\":\"nullnull\"", "\"bytes\":\"null null\"")]
    [InlineData("\"48.00\"", "\"48.0\"")]
    [InlineData("\"48.00\"", "48.00")]
    [InlineData("\"2026-11\"", "\"2026-13\"")]
    [InlineData("\"inner\":{", "\"inner\":null,\"x\":{")]
    public void Every_other_spelling_is_refused(string what, string with)
    {
        var text = Good.Replace(what, with, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(text), _type));
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(text), (JsonTypeInfo)_type));
    }

    [Fact]
    public void A_type_known_only_at_run_time_is_read_the_same_way() =>
        Assert.Equal(Good, Encoding.UTF8.GetString(CanonicalJson.Encode(CanonicalJson.Decode(Encoding.UTF8.GetBytes(Good), (JsonTypeInfo)_type), (JsonTypeInfo)_type)));

    [Fact]
    public void Members_in_another_order_are_refused()
    {
        var swapped = Good.Replace("\"month\":\"2026-11\",\"number\":7", "\"number\":7,\"month\":\"2026-11\"", StringComparison.Ordinal);
        Assert.NotEqual(Good, swapped);
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(swapped), _type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("\u0000")]
    public void Other_shapes_are_refused(string text) =>
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(text), _type));

    [Fact]
    public void A_byte_order_mark_and_broken_utf_8_are_refused()
    {
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode([0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Good)], _type));
        var broken = Encoding.UTF8.GetBytes(Good);
        broken[Good.IndexOf("\"a\"", StringComparison.Ordinal) + 1] = 0xff;
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(broken, _type));
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused()
    {
        var inner = string.Concat(Enumerable.Repeat("{\"bytes\":\"\",\"children\":[", 9)) + string.Concat(Enumerable.Repeat("],\"text\":\"\"}", 9));
        var text = Good.Replace("\"children\":[]", $"\"children\":[{inner}]", StringComparison.Ordinal);
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(text), _type));
    }

    [Fact]
    public void Any_altered_byte_is_refused_or_is_the_one_form_of_another_value()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample(
            (position, change) =>
            {
                var altered = (byte[])bytes.Clone();
                altered[position] ^= change;
                try
                {
                    Assert.Equal(altered, CanonicalJson.Encode(CanonicalJson.Decode(altered, _type), _type));
                }
                catch (CanonicalJsonException)
                {
                    // The usual answer.
                }
            },
            iter: 3000);
    }

    // RFC 8785 section 3.2.3 (without the numbers, which are integers here) and its sorting example.
    [Theory]
    [InlineData("""{ "b" : 1 , "a" : [ true , false , null , "x" ] }""", """{"a":[true,false,null,"x"],"b":1}""")]
    [InlineData("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"", "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")]
    [InlineData("\"\\b\\t\\n\\f\\r\\u007f\\u2028\"", "\"\\b\\t\\n\\f\\r\u007f\u2028\"")]
    [InlineData("\"\\ud83d\\ude02\"", "\"\ud83d\ude02\"")]
    [InlineData("-0", "0")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740991", "-9007199254740991")]
    public void Any_json_text_is_brought_into_the_form_of_rfc_8785(string json, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void Members_are_sorted_by_utf_16_code_units_as_rfc_8785_shows()
    {
        const string Json = """{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""";
        const string Expected = "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\ud83d\ude00\":5,\"\ufb33\":3}";
        Assert.Equal(Expected, Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(Json))));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"\\u0061\":1}")]
    [InlineData("[1] [2]")]
    [InlineData("[1,]")]
    [InlineData("NaN")]
    [InlineData("\"\\ud800\"")]
    [InlineData("")]
    [InlineData("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]")]
    public void What_has_no_canonical_form_is_refused(string json) =>
        Assert.Throws<CanonicalJsonException>(() => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Typed_and_untyped_writing_agree_for_every_text() =>
        Gen.Char[(char)0, '\uffff'].Array[0, 12].Select(c => new string(c)).Where(IsUnicode).Sample(
            text =>
            {
                var value = CanonicalJson.Decode(Encoding.UTF8.GetBytes(Good), _type);
                var typed = CanonicalJson.Encode(value with { Inner = new SampleInner(text, [], []) }, _type);
                Assert.Equal(Encoding.UTF8.GetString(CanonicalJson.Canonicalize(typed)), Encoding.UTF8.GetString(typed));
            },
            iter: 3000);

    [Theory]
    [InlineData("\u0001\u001f\u007f\u0080\u2028\u2029\ufeff\uffff")]
    [InlineData("\ud83d\ude02 \u515a\u5458 <>&'+`/")]
    public void Awkward_texts_are_written_as_rfc_8785_says(string text)
    {
        var value = CanonicalJson.Decode(Encoding.UTF8.GetBytes(Good), _type);
        var typed = CanonicalJson.Encode(value with { Inner = new SampleInner(text, [], []) }, _type);
        Assert.Equal(Encoding.UTF8.GetString(CanonicalJson.Canonicalize(typed)), Encoding.UTF8.GetString(typed));
    }

    // RFC 8785 section 3.2.2.2: seven short escapes, the other control characters in lower-case hexadecimal, and nothing else.
    [Fact]
    public void Every_character_that_must_be_escaped_is_and_no_other()
    {
        var encoder = CanonicalJson.CreateOptions(new SampleJson()).Encoder!;
        var shorts = new Dictionary<char, string> { ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r" };
        for (var c = '\0'; c <= '\u0100'; c++)
        {
            var expected = shorts.TryGetValue(c, out var known) ? known : c < ' ' ? $"\\u{(int)c:x4}" : $"{c}";
            Assert.Equal(expected, encoder.Encode($"{c}"));
            Assert.Equal(expected != $"{c}", encoder.WillEncode(c));
        }
    }

    [Fact]
    public void Options_cannot_be_changed_afterwards() => Assert.True(CanonicalJson.CreateOptions(new SampleJson()).IsReadOnly);

    private static bool IsUnicode(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
