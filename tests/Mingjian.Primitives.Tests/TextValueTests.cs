using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mingjian.Primitives.Tests;

/// <summary>Values with one text: as JSON strings, as names of members, in parts of a stream, joined into state keys; and the ones that hold nothing.</summary>
public sealed class TextValueTests
{
    [Fact]
    public void Texts_are_joined_behind_a_prefix()
    {
        var member = new MemberId(1);
        Assert.Equal("dues/m-00000000000000000000000000000001", TextValue.Join("dues/", member));
        Assert.Equal("dues/m-00000000000000000000000000000001/2026-11", TextValue.Join("dues/", member, new Month(2026, 11)));
        // The two longest that there are: 80 characters each.
        var network = NetworkId.Parse(new string('a', 80));
        Assert.Equal($"n/{network}/{network}", TextValue.Join("n/", network, network));
    }

    [Fact]
    public void A_value_can_be_a_member_s_name()
    {
        var amounts = new Dictionary<Month, Amount> { [new Month(2026, 11)] = new(4800) };
        const string Json = """{"2026-11":"48.00"}""";
        Assert.Equal(Json, JsonSerializer.Serialize(amounts));
        Assert.Equal(amounts, JsonSerializer.Deserialize<Dictionary<Month, Amount>>(Json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Dictionary<Month, Amount>>("""{"2026-13":"48.00"}"""));
    }

    // RFC 8259 section 7: an escaped character is the character. That the canonical form has no such escape is checked on the bytes.
    [Theory]
    [InlineData("\"48.00\"", 4800)]
    [InlineData("\"\\u0034\\u0038.00\"", 4800)]
    public void A_json_string_is_read_by_what_it_says(string json, long fen) => Assert.Equal(fen, JsonSerializer.Deserialize<Amount>(json).Fen);

    [Theory]
    [InlineData("48.00")]
    [InlineData("null")]
    [InlineData("\"48\"")]
    [InlineData("[\"48.00\"]")]
    public void Anything_but_a_json_string_with_the_text_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Amount>(json));

    [Fact]
    public void A_json_string_that_came_in_parts_is_read_whole()
    {
        var bytes = Encoding.UTF8.GetBytes("\"48.00\"");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var last = new Part(bytes.AsMemory(cut), cut);
            var first = new Part(bytes.AsMemory(0, cut), 0, last);
            var reader = new Utf8JsonReader(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));
            Assert.Equal(new Amount(4800), JsonSerializer.Deserialize<Amount>(ref reader));
        }
    }

    [Fact]
    public void Values_that_hold_nothing_have_no_text()
    {
        Assert.Equal(string.Empty, default(NetworkId).ToString());
        Assert.Equal(string.Empty, default(PublicKeyValue).ToString());
        Assert.Equal(string.Empty, default(ResidentId).ToString());
        Assert.Equal(string.Empty, default(RuleId).ToString());
        Assert.Throws<FormatException>(() => NetworkId.Parse("Not a name"));
        Assert.False(PublicKeyValue.TryParse(null, out _));
    }

    [Fact]
    public void A_key_of_another_length_or_without_a_scheme_is_no_key()
    {
        // 32 bytes are 44 characters, too, as the 33 of a point.
        Assert.Equal(44, Convert.ToBase64String(new byte[32]).Length);
        Assert.Throws<FormatException>(() => PublicKeyValue.From("es256", [2, .. new byte[31]]));
        Assert.False(PublicKeyValue.TryParse(Convert.ToBase64String([2, .. new byte[32]]), out _));
        Assert.False(PublicKeyValue.TryParse(":" + Convert.ToBase64String([2, .. new byte[32]]), out _));
        Assert.True(PublicKeyValue.TryParse("es256:" + Convert.ToBase64String([3, .. new byte[32]]), out _));
    }

    [Fact]
    public void A_node_s_key_is_32_bytes_in_one_spelling()
    {
        byte[] bytes = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];
        Assert.True(Ed25519PublicKey.TryParse(Convert.ToBase64String(bytes), out var key));
        Assert.Equal(bytes, key.ToArray());
        Assert.Equal(Convert.ToBase64String(bytes), key.ToString());
        Assert.False(Ed25519PublicKey.TryParse(Convert.ToBase64String(bytes[..31]), out var none));
        Assert.Equal(default, none);
        Assert.Throws<ArgumentException>(() => new Ed25519PublicKey(bytes.AsSpan(1)));
    }

    [Theory]
    [InlineData(1, 2, -1)]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    public void Hashes_are_ordered_and_tell_their_first_byte(byte left, byte right, int order)
    {
        foreach (var place in new[] { 0, 15, 16, 31 })
        {
            var (a, b) = (new byte[32], new byte[32]);
            (a[place], b[place]) = (left, right);
            var (x, y) = (new Hash32(a), new Hash32(b));
            Assert.Equal((order < 0, order <= 0, order > 0, order >= 0), (x < y, x <= y, x > y, x >= y));
        }

        Assert.Equal(left, new Hash32([left, 0xff, .. new byte[30]]).FirstByte);
    }

    // docs/reference/formats.md: what a commitment is about stands in its context.
    [Fact]
    public void Each_kind_of_commitment_has_a_context_of_its_own()
    {
        Assert.Equal("o-00000000000000000000000000000002/name/1", Commitment.Context(new OrganizationId(2), "name"));
        Assert.Equal("m-00000000000000000000000000000001/name/1", Commitment.Context(new MemberId(1), "name"));
        Assert.Equal("m-00000000000000000000000000000001/base/2026-11/1", Commitment.Context(new MemberId(1), new Month(2026, 11)));
    }

    // GB 11643 has no limits of years; ours are those of people who can be members or are written about.
    [Theory]
    [InlineData("1850", true)]
    [InlineData("1849", false)]
    [InlineData("2999", true)]
    [InlineData("3000", false)]
    public void A_birth_year_is_1850_to_2999(string year, bool good)
    {
        var body = $"110105{year}1231002";
        Assert.Equal(good, ResidentId.TryParse(body + ResidentId.CheckCharacter(body), out var id));
        Assert.Equal(good ? $"110105********002{ResidentId.CheckCharacter(body)}" : string.Empty, id.ToString());
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, long index, Part? next = null) => (Memory, RunningIndex, Next) = (memory, index, next);
    }
}
