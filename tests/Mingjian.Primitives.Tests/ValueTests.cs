using System.Text;
using System.Text.Json;
using CsCheck;

namespace Mingjian.Primitives.Tests;

public sealed class ValueTests
{
    [Theory]
    [InlineData("0.00", 0)]
    [InlineData("48.00", 4800)]
    [InlineData("-0.20", -20)]
    [InlineData("0.05", 5)]
    [InlineData("92233720368547758.07", long.MaxValue)]
    [InlineData("-92233720368547758.08", long.MinValue)]
    public void An_amount_has_one_spelling(string text, long fen)
    {
        Assert.True(Amount.TryParse(text, out var amount));
        Assert.Equal(fen, amount.Fen);
        Assert.Equal(text, amount.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("48")]
    [InlineData("48.0")]
    [InlineData("48.000")]
    [InlineData("048.00")]
    [InlineData("+48.00")]
    [InlineData("-0.00")]
    [InlineData(".50")]
    [InlineData("-.50")]
    [InlineData(" 1.00")]
    [InlineData("1.00 ")]
    [InlineData("1,00")]
    [InlineData("1.-5")]
    [InlineData("1. 5")]
    [InlineData("1,000.00")]
    [InlineData("\uff11.00")]
    [InlineData("92233720368547758.08")]
    [InlineData("1e2.00")]
    public void Other_spellings_of_an_amount_are_refused(string? text) => Assert.False(Amount.TryParse(text, out _));

    /// <summary>An identifier says what it is of: the same letter twice would let one be taken for another.</summary>
    [Fact]
    public void Every_kind_of_identifier_has_a_letter_of_its_own()
    {
        var kinds = typeof(LedgerId).Assembly.GetExportedTypes().Where(t => t.IsValueType && t.GetProperty(nameof(MemberId.Kind)) is not null).ToList();
        Assert.True(kinds.Count >= 6);
        Assert.Distinct(kinds.Select(k => (char)k.GetProperty(nameof(MemberId.Kind))!.GetValue(null)!));
    }

    [Fact]
    public void Amounts_overflow_loudly_and_count_in_fen()
    {
        Assert.Throws<OverflowException>(() => new Amount(long.MaxValue) + new Amount(1));
        Assert.Throws<OverflowException>(() => new Amount(long.MinValue) - new Amount(1));
        Assert.Throws<OverflowException>(() => -new Amount(long.MinValue));
        Assert.Throws<ArgumentException>(() => Amount.FromYuan(0.001m));
        Assert.Equal(new Amount(4805), Amount.FromYuan(48.05m));
        Assert.Equal(48.05m, new Amount(4805).Yuan);
        Assert.True(new Amount(1) < new Amount(2));
    }

    [Fact]
    public void Any_amount_is_read_back() => Gen.Long.Sample(fen =>
        Assert.True(Amount.TryParse(new Amount(fen).ToString(), out var back) && back.Fen == fen));

    [Theory]
    [InlineData("2026-11", true)]
    [InlineData("1900-01", true)]
    [InlineData("2999-12", true)]
    [InlineData("1899-12", false)]
    [InlineData("3000-01", false)]
    [InlineData("2026-00", false)]
    [InlineData("2026-13", false)]
    [InlineData("2026-1", false)]
    [InlineData("2026/11", false)]
    [InlineData("2026-1 ", false)]
    [InlineData("+026-11", false)]
    [InlineData("\uff12026-11", false)]
    [InlineData(null, false)]
    public void A_month_has_one_spelling(string? text, bool good)
    {
        Assert.Equal(good, Month.TryParse(text, out var month));
        if (good)
        {
            Assert.Equal(text, month.ToString());
        }
    }

    [Fact]
    public void Months_are_counted_over_the_turn_of_the_year()
    {
        var december = new Month(2026, 12);
        Assert.Equal(new Month(2027, 1), december.AddMonths(1));
        Assert.Equal(new Month(2025, 12), december.AddMonths(-12));
        Assert.Equal(1, new Month(2027, 1).Index - december.Index);
        Assert.Equal(new DateOnly(2026, 12, 1), december.FirstDay);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Month(2026, 0));
    }

    [Theory]
    [InlineData("m-00000000000000000000000000000001", true)]
    [InlineData("m-ffffffffffffffffffffffffffffffff", true)]
    [InlineData("m-FFffffffffffffffffffffffffffffff", false)]
    [InlineData("o-00000000000000000000000000000001", false)]
    [InlineData("m_00000000000000000000000000000001", false)]
    [InlineData("m-0000000000000000000000000000000", false)]
    [InlineData("m-000000000000000000000000000000011", false)]
    [InlineData("m- 0000000000000000000000000000001", false)]
    [InlineData("m-0000000000000000000000000000000g", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_identifier_has_one_spelling(string? text, bool good)
    {
        Assert.Equal(good, MemberId.TryParse(text, out var id));
        if (good)
        {
            Assert.Equal(text, id.ToString());
        }
    }

    [Fact]
    public void Fresh_identifiers_differ_and_are_read_back()
    {
        var first = LedgerId.New<PaymentId>();
        Assert.NotEqual(first, LedgerId.New<PaymentId>());
        Assert.Equal(first, LedgerId.Parse<PaymentId>(first.ToString()));
        Assert.Throws<FormatException>(() => LedgerId.Parse<MemberId>(first.ToString()));
    }

    [Fact]
    public void A_hash_is_the_same_as_bytes_as_text_and_bit_by_bit() =>
        Gen.Byte.Array[32].Sample(bytes =>
        {
            var hash = new Hash32(bytes);
            Assert.Equal(bytes, hash.ToArray());
            Assert.Equal(Convert.ToBase64String(bytes), hash.ToString());
            Assert.True(Hash32.TryParse(hash.ToString(), out var back));
            Assert.Equal(hash, back);
            for (var i = 0; i < 256; i++)
            {
                Assert.Equal((bytes[i / 8] >> (7 - (i % 8)) & 1) == 1, hash.Bit(i));
            }
        });

    [Fact]
    public void Hashes_sort_as_their_bytes_do() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32], Gen.Int[0, 31]).Sample((a, b, same) =>
        {
            a.AsSpan(0, same).CopyTo(b);
            Assert.Equal(Math.Sign(a.AsSpan().SequenceCompareTo(b)), Math.Sign(new Hash32(a).CompareTo(new Hash32(b))));
        });

    [Theory]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", true)]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", false)] // spare bits set
    [InlineData("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", false)] // base64url
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", false)]
    [InlineData("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==", false)]
    [InlineData(" 7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", false)]
    [InlineData(null, false)]
    public void A_hash_has_one_spelling(string? text, bool good) => Assert.Equal(good, Hash32.TryParse(text, out _));

    [Fact]
    public void A_hash_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Hash32(new byte[31]));
        Assert.Throws<ArgumentException>(() => new Hash32(new byte[33]));
        Assert.Equal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Hash32.Of([]).ToString());
    }

    [Theory]
    [InlineData("demo.mingjian.invalid/3f2a9c01", true)]
    [InlineData("a.b", true)]
    [InlineData("ab", false)]
    [InlineData("Demo.mingjian", false)]
    [InlineData("demo mingjian", false)]
    [InlineData("demo+mingjian", false)]
    [InlineData("demo\nmingjian", false)]
    [InlineData("d\u00e9mo", false)]
    [InlineData(null, false)]
    public void A_network_has_a_plain_name(string? text, bool good) => Assert.Equal(good, NetworkId.TryParse(text, out _));

    [Fact]
    public void A_network_name_has_at_most_80_characters()
    {
        Assert.True(NetworkId.TryParse(new string('a', 80), out _));
        Assert.False(NetworkId.TryParse(new string('a', 81), out _));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("1795430400000", true)]
    [InlineData("253402300799999", true)]
    [InlineData("253402300800000", false)]
    [InlineData("-1", false)]
    [InlineData("1.5", false)]
    [InlineData("\"0\"", false)]
    [InlineData("null", false)]
    public void Ledger_time_is_a_whole_number_of_milliseconds(string json, bool good)
    {
        if (good)
        {
            Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<LedgerTime>(json)));
        }
        else
        {
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<LedgerTime>(json));
        }
    }

    [Fact]
    public void The_day_begins_at_midnight_in_beijing()
    {
        var midnight = LedgerTime.From(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(8)));
        Assert.Equal(new DateOnly(2026, 11, 22), midnight.BeijingDate);
        Assert.Equal(new DateOnly(2026, 11, 21), midnight.AddMilliseconds(-1).BeijingDate);
        Assert.Equal("2026-11-22 00:00:00", midnight.ToString());
    }

    [Fact]
    public void A_commitment_binds_context_salt_and_value_and_cannot_be_shifted_between_them()
    {
        var salt = new Salt(7);
        var member = new MemberId(1);
        var expected = Commitment.Compute(Commitment.Context(member, "name"), salt, "\u5f20\u4e09");
        byte[] input =
        [
            .. "mingjian.commitment/v1\0"u8, 0, 41, .. Encoding.ASCII.GetBytes("m-00000000000000000000000000000001/name/1"),
            .. new byte[15], 7, .. Encoding.UTF8.GetBytes("\u5f20\u4e09"),
        ];
        Assert.Equal(Hash32.Of(input), expected);
        Assert.NotEqual(expected, Commitment.Compute(Commitment.Context(member, "name"), new Salt(8), "\u5f20\u4e09"));
        Assert.NotEqual(expected, Commitment.Compute(Commitment.Context(new MemberId(2), "name"), salt, "\u5f20\u4e09"));
        Assert.NotEqual(expected, Commitment.Compute(Commitment.Context(member, "name"), salt, "\u5f20\u4e09 "));
    }

    [Fact]
    public void A_salt_is_16_bytes_of_base64_in_one_spelling()
    {
        Assert.True(Salt.TryParse("AAAAAAAAAAAAAAAAAAAABw==", out var salt));
        Assert.Equal(new Salt(7), salt);
        Assert.False(Salt.TryParse("AAAAAAAAAAAAAAAAAAAABx==", out _));
        Assert.False(Salt.TryParse("AAAAAAAAAAAAAAAAAAAAB===", out _));
        Assert.False(Salt.TryParse(null, out _));
        Assert.NotEqual(Salt.New(), Salt.New());
    }

    [Fact]
    public void A_key_names_its_scheme_and_is_never_guessed()
    {
        byte[] point = [2, .. new byte[32]];
        var key = PublicKeyValue.From("es256", point);
        Assert.Equal("es256", key.Scheme);
        Assert.Equal(point, key.Point);
        var passkey = PublicKeyValue.From("webauthn-es256", point);
        Assert.NotEqual(key.Id, passkey.Id);
        var digest = Hash32.Of([.. "es256\0"u8, .. point]).ToArray();
        Assert.Equal(Convert.ToHexStringLower(digest.AsSpan(0, 16)), key.Id.ToString()[2..]);
        Assert.Throws<FormatException>(() => PublicKeyValue.From("sm2", point));
        Assert.Throws<FormatException>(() => PublicKeyValue.From("ES256", point));
        Assert.Throws<FormatException>(() => PublicKeyValue.From("es256", [4, .. new byte[32]]));
        Assert.Throws<FormatException>(() => PublicKeyValue.From("es256", new byte[32]));
        Assert.False(PublicKeyValue.TryParse("es256:" + Convert.ToBase64String(point).Replace('A', ' '), out _));
    }
}
