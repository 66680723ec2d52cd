using System.Text;

namespace Mingjian.Primitives.Tests;

/// <summary>The reader and the writer of known shapes: one spelling each, the one that canonical JSON has.</summary>
public sealed class CanonicalReaderTests
{
    private delegate T Reading<T>(ref CanonicalReader reader);

    private const string Whole =
        """{"amount":"48.00","born":"1949-12-31","bytes":"AAEC","count":-7,"is":true,"not":false,"time":253402300799999,"very":-9007199254740991}""";

    [Fact]
    public void What_is_written_is_canonical_and_read_back()
    {
        var writer = new CanonicalWriter();
        writer.Begin();
        writer.Name(",\"amount\":"u8.ToArray());
        writer.Text(new Amount(4800));
        writer.Name(",\"born\":"u8.ToArray());
        writer.Date(new DateOnly(1949, 12, 31));
        writer.Raw(",\"bytes\":\"AAEC\""u8);
        writer.Name(",\"count\":"u8.ToArray());
        writer.Number(-7);
        writer.Name(",\"is\":"u8.ToArray());
        writer.Boolean(true);
        writer.Name(",\"not\":"u8.ToArray());
        writer.Boolean(false);
        writer.Name(",\"time\":"u8.ToArray());
        writer.Time(new LedgerTime(253402300799999));
        writer.Name(",\"very\":"u8.ToArray());
        writer.Number(-9007199254740991);
        writer.End();
        Assert.Equal(Whole, Encoding.UTF8.GetString(writer.Written));
        Assert.Equal(Whole, Encoding.UTF8.GetString(CanonicalJson.Canonicalize(writer.Written)));

        var reader = new CanonicalReader(writer.Written);
        reader.Begin();
        Assert.False(reader.TryName(",\"absent\":"u8.ToArray()));
        reader.Name(",\"amount\":"u8.ToArray());
        Assert.Equal(new Amount(4800), reader.ReadText<Amount>());
        Assert.True(reader.TryName(",\"born\":"u8.ToArray()));
        Assert.Equal(new DateOnly(1949, 12, 31), reader.ReadDate());
        reader.Name(",\"bytes\":"u8.ToArray());
        Assert.Equal([0, 1, 2], reader.ReadBase64());
        reader.Name(",\"count\":"u8.ToArray());
        Assert.Equal(-7, reader.ReadInt32());
        reader.Name(",\"is\":"u8.ToArray());
        Assert.True(reader.ReadBoolean());
        reader.Name(",\"not\":"u8.ToArray());
        Assert.False(reader.ReadBoolean());
        reader.Name(",\"time\":"u8.ToArray());
        Assert.Equal(new LedgerTime(253402300799999), reader.ReadTime());
        reader.Name(",\"very\":"u8.ToArray());
        Assert.False(reader.IsComplete);
        Assert.Equal(-9007199254740991, reader.ReadInt64());
        reader.End();
        Assert.True(reader.IsComplete);
        Assert.False(reader.Failed);
    }

    [Fact]
    public void A_name_after_an_inner_object_has_its_comma_and_the_first_of_each_has_none()
    {
        var reader = new CanonicalReader("""{"a":{},"b":{"c":1}}"""u8);
        reader.Begin();
        reader.Name(",\"a\":"u8.ToArray());
        reader.Begin();
        reader.End();
        reader.Name(",\"b\":"u8.ToArray());
        reader.Begin();
        reader.Name(",\"c\":"u8.ToArray());
        Assert.Equal(1, reader.ReadInt64());
        reader.End();
        reader.End();
        Assert.True(reader.IsComplete);
    }

    [Fact]
    public void After_a_failure_nothing_is_read_any_more()
    {
        var reader = new CanonicalReader("""{"a":1}"""u8);
        reader.Begin();
        reader.Name(",\"b\":"u8.ToArray());
        Assert.True(reader.Failed);
        Assert.False(reader.Take("\"a\""u8));
        Assert.Equal((0, false, default), (reader.ReadInt64(), reader.ReadBoolean(), reader.ReadDate()));
        Assert.False(reader.IsComplete);
    }

    // Up to eighteen digits; RFC 8259: no leading zero, no plus; -0 has another spelling.
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("9", 9L)]
    [InlineData("10", 10L)]
    [InlineData("-1", -1L)]
    [InlineData("999999999999999999", 999999999999999999L)]
    [InlineData("-999999999999999999", -999999999999999999L)]
    [InlineData("1000000000000000000", null)] // may be a number: the general decoder says so
    [InlineData("00", null)]
    [InlineData("01", null)]
    [InlineData("-0", null)]
    [InlineData("-01", null)]
    [InlineData("+1", null)]
    [InlineData("-", null)]
    [InlineData("", null)]
    [InlineData("a", null)]
    [InlineData("/", null)] // beside '0'
    [InlineData(":", null)] // beside '9'
    public void An_integer_has_one_spelling(string json, long? value) => AssertReads(json, value, (ref CanonicalReader r) => r.ReadInt64());

    [Theory]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("2147483648", null)]
    [InlineData("-2147483649", null)]
    public void A_small_integer_has_32_bits(string json, int? value) => AssertReads(json, value, (ref CanonicalReader r) => r.ReadInt32());

    // To the year 10000, as LedgerTime.
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("253402300799999", 253402300799999L)]
    [InlineData("253402300800000", null)]
    [InlineData("-1", null)]
    public void A_time_is_a_number_before_the_year_10000(string json, long? value) =>
        AssertReads(json, value is { } known ? new LedgerTime(known) : null, (ref CanonicalReader r) => r.ReadTime());

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("True", null)]
    [InlineData("1", null)]
    public void A_truth_value_has_two_spellings(string json, bool? value) => AssertReads(json, value, (ref CanonicalReader r) => r.ReadBoolean());

    // The Gregorian calendar: 2024 and 2000 have a 29 February, 2023 and 1900 have none.
    [Theory]
    [InlineData("\"0001-01-01\"", "0001-01-01")]
    [InlineData("\"9999-12-31\"", "9999-12-31")]
    [InlineData("\"2024-02-29\"", "2024-02-29")]
    [InlineData("\"2000-02-29\"", "2000-02-29")]
    [InlineData("\"2026-11-30\"", "2026-11-30")]
    [InlineData("\"2023-02-29\"", null)]
    [InlineData("\"1900-02-29\"", null)]
    [InlineData("\"2026-11-31\"", null)]
    [InlineData("\"2026-11-00\"", null)]
    [InlineData("\"2026-00-01\"", null)]
    [InlineData("\"2026-13-01\"", null)]
    [InlineData("\"0000-01-01\"", null)]
    [InlineData("\"2026/11-01\"", null)]
    [InlineData("\"2026-11/01\"", null)]
    [InlineData("\"2026-1-011\"", null)]
    [InlineData("\"2026-11-1\"", null)]
    [InlineData("\"2026-11-011\"", null)]
    [InlineData("\"20a6-11-01\"", null)]
    [InlineData("\"2026-1a-01\"", null)]
    [InlineData("\"2026-11-0a\"", null)]
    [InlineData("\"2026-11-01", null)]
    [InlineData("2026-11-01", null)]
    public void A_date_has_one_spelling(string json, string? value) => AssertReads(
        json, value is null ? null : DateOnly.ParseExact(value, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), (ref CanonicalReader r) => r.ReadDate());

    // RFC 4648: the alphabet of section 4, padded, spare bits zero.
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"AA==\"", "00")]
    [InlineData("\"AAE=\"", "0001")]
    [InlineData("\"AAEC\"", "000102")]
    [InlineData("\"AAECAw==\"", "00010203")]
    [InlineData("\"+/+/\"", "FBFFBF")]
    [InlineData("\"AB==\"", null)]
    [InlineData("\"AAF=\"", null)]
    [InlineData("\"AAECAx==\"", null)]
    [InlineData("\"-_-_\"", null)]
    [InlineData("\"AA\"", null)]
    [InlineData("\"AAA\"", null)]
    [InlineData("\"A===\"", null)]
    [InlineData("\"====\"", null)]
    [InlineData("\"AA=A\"", null)]
    [InlineData("\"AA==AAEC\"", null)]
    [InlineData("\"AAEC AAE\"", null)]
    [InlineData("\"    \"", null)]
    [InlineData("\"AAEC", null)]
    public void Base64_has_one_spelling(string json, string? hexadecimal)
    {
        var reader = new CanonicalReader(Encoding.UTF8.GetBytes(json));
        var bytes = reader.ReadBase64();
        Assert.Equal(hexadecimal is not null, reader.IsComplete);
        if (hexadecimal is not null)
        {
            Assert.Equal(hexadecimal, Convert.ToHexString(bytes));
        }
    }

    [Theory]
    [InlineData("\"0.05\"", 5L)]
    [InlineData("\"0.5\"", null)]
    [InlineData("\"0.05", null)]
    [InlineData("0.05", null)]
    [InlineData("\"0.05\"x", null)]
    public void A_text_is_what_its_type_reads(string json, long? fen) =>
        AssertReads(json, fen is { } known ? new Amount(known) : null, (ref CanonicalReader r) => r.ReadText<Amount>());

    // 4096 bytes at first, doubled as needed; more than 128 KiB are given back when it is cleared.
    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(200_000)]
    public void A_writer_grows_and_keeps_what_it_has(int length)
    {
        var writer = new CanonicalWriter();
        for (var round = 0; round < 2; round++)
        {
            writer.Raw("0123456789"u8);
            writer.Raw(Encoding.ASCII.GetBytes(new string('x', length)));
            writer.Number(long.MinValue);
            Assert.Equal("0123456789" + new string('x', length) + "-9223372036854775808", Encoding.ASCII.GetString(writer.Written));
            writer.Clear();
            Assert.True(writer.Written.IsEmpty);
        }
    }

    [Fact]
    public void A_writer_that_failed_says_so_until_it_is_cleared()
    {
        var writer = new CanonicalWriter();
        Assert.False(writer.Failed);
        writer.Fail();
        Assert.True(writer.Failed);
        writer.Clear();
        Assert.False(writer.Failed);
    }

    private static void AssertReads<T>(string json, T? expected, Reading<T> read)
        where T : struct
    {
        var reader = new CanonicalReader(Encoding.UTF8.GetBytes(json));
        var value = read(ref reader);
        Assert.Equal(expected is not null, reader.IsComplete);
        Assert.Equal(expected ?? value, value);
    }
}
