using System.Text;
using CsCheck;

namespace Mingjian.Cryptography.Tests;

public sealed class TransactionPayloadTests
{
    private const string Good =
        """{"body":{"a":"}\"","b":[{}]},"command":"dues.RecordPayment","expires":1795430400000,"network":"demo.mingjian.invalid/3f2a9c01","nonce":"n-000102030405060708090a0b0c0d0e0f","signer":"k-101112131415161718191a1b1c1d1e1f"}""";

    [Fact]
    public void A_payload_is_read_and_written_in_its_one_form()
    {
        Assert.Equal(PayloadFault.None, TransactionPayload.TryDecode(Encoding.ASCII.GetBytes(Good), out var payload));
        Assert.Equal("dues.RecordPayment", payload!.Command);
        Assert.Equal(1795430400000, payload.Expires.Milliseconds);
        Assert.Equal("demo.mingjian.invalid/3f2a9c01", payload.Network.ToString());
        Assert.Equal("n-000102030405060708090a0b0c0d0e0f", payload.Nonce.ToString());
        Assert.Equal("k-101112131415161718191a1b1c1d1e1f", payload.Signer.ToString());
        Assert.Equal("""{"a":"}\"","b":[{}]}""", Encoding.ASCII.GetString(payload.Body.Span));
        Assert.Equal(Good, Encoding.ASCII.GetString(payload.Encode()));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{\"body\":", "{\"body\": ")]
    [InlineData("{\"body\":", " {\"body\":")]
    [InlineData("{\"body\":{\"a\":\"}\\\"\",\"b\":[{}]}", "{\"body\":[]")]
    [InlineData("{\"body\":{\"a\":\"}\\\"\",\"b\":[{}]}", "{\"body\":null")]
    [InlineData("[{}]", "[{]")]
    [InlineData("[{}]", "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]")]
    [InlineData(",\"expires\":1795430400000", "")]
    [InlineData("1795430400000", "01795430400000")]
    [InlineData("1795430400000", "+1795430400000")]
    [InlineData("1795430400000", "-1")]
    [InlineData("1795430400000", "1795430400000.0")]
    [InlineData("1795430400000", "1.7954304e12")]
    [InlineData("1795430400000", "\"1795430400000\"")]
    [InlineData("1795430400000", "253402300800000")]
    [InlineData("1795430400000", "99999999999999999999")]
    [InlineData("1795430400000", "")]
    [InlineData("demo.mingjian", "DEMO.mingjian")]
    [InlineData("demo.mingjian", "d\\u0065mo.mingjian")]
    [InlineData("0c0d0e0f", "0c0d0e0F")]
    [InlineData("0c0d0e0f", "0c0d0e0")]
    [InlineData("\"nonce\"", "\"once\"")]
    [InlineData(",\"signer\":\"k-101112131415161718191a1b1c1d1e1f\"", "")]
    [InlineData("\"signer\":\"k-", "\"signer\":\"m-")]
    [InlineData("1c1d1e1f", "1c1d1e1F")]
    [InlineData("1c1d1e1f", "1c1d1e1")]
    [InlineData("\"k-101112131415161718191a1b1c1d1e1f\"", "null")]
    [InlineData("1f\"}", "1f\"} ")]
    [InlineData("1f\"}", "1f\",\"z\":1}")]
    [InlineData("1f\"}", "1f\"")]
    public void Any_other_spelling_is_malformed(string what, string with)
    {
        var text = what.Length == 0 ? with : Good.Replace(what, with, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        Assert.Equal(PayloadFault.Malformed, TransactionPayload.TryDecode(Encoding.ASCII.GetBytes(text), out var payload));
        Assert.Null(payload);
    }

    [Theory]
    [InlineData("dues")]
    [InlineData("dues.")]
    [InlineData(".RecordPayment")]
    [InlineData("Dues.RecordPayment")]
    [InlineData("dues.recordPayment")]
    [InlineData("dues.Record.Payment")]
    [InlineData("du es.RecordPayment")]
    public void A_command_is_named_contract_dot_record(string name) =>
        Assert.Equal(
            PayloadFault.CommandName,
            TransactionPayload.TryDecode(Encoding.ASCII.GetBytes(Good.Replace("dues.RecordPayment", name, StringComparison.Ordinal)), out _));

    [Fact]
    public void What_is_accepted_around_the_body_is_exactly_what_would_be_written()
    {
        var bytes = Encoding.ASCII.GetBytes(Good);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample(
            (position, change) =>
            {
                var altered = (byte[])bytes.Clone();
                altered[position] ^= change;
                if (TransactionPayload.TryDecode(altered, out var read) == PayloadFault.None)
                {
                    Assert.Equal(altered, read!.Encode());
                }
            },
            iter: 3000);
    }
}
