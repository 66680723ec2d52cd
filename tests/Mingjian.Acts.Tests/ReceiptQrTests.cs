using System.Text;
using CsCheck;
using Mingjian.Acts.Receipts;
using Mingjian.Cryptography;

namespace Mingjian.Acts.Tests;

public sealed class ReceiptQrTests(ITestOutputHelper output)
{
    [Fact]
    public void Codes_scanned_in_any_order_and_twice_give_the_receipt_back()
    {
        var ledger = new LittleLedger().Fill(900);
        var receipt = ledger.Receipt(ledger.Append());
        var parts = ReceiptQr.Encode(receipt);
        output.WriteLine($"{receipt.Encode().Length} bytes in {parts.Count} codes of up to {parts.Max(p => p.Length)} characters");

        Gen.Shuffle(parts.Concat(parts).ToArray()).Sample(order =>
        {
            var scan = ReceiptQr.Decode(order);
            return scan.Missing.Count == 0 && scan.Receipt == receipt.ToText();
        });
    }

    [Fact]
    public void The_codes_leave_the_standing_out_because_it_would_double_them()
    {
        var ledger = new LittleLedger(nodes: 4).Fill(900);
        var index = ledger.Append();
        var seal = ledger.Put().Seal();
        var bare = ledger.Receipt(index);
        var carrying = bare with { Standing = ledger.Standing(seal) };

        Assert.Equal(ReceiptQr.Encode(bare), ReceiptQr.Encode(carrying));
        Assert.Equal(bare.ToText(), ReceiptQr.Decode([.. ReceiptQr.Encode(carrying)]).Receipt);

        // What would have to be carried at the least: bytes that look random (hashes, signatures) do not compress.
        var standing = carrying.Standing!;
        byte[] raw = [.. standing.Value, .. standing.Proof.Encode(), .. standing.Seal, .. Encoding.UTF8.GetBytes(standing.SealProof.ToString())];
        using var packed = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(raw);
        }

        var now = ReceiptQr.Encode(bare).Count;
        output.WriteLine(
            $"file {bare.Encode().Length} bytes without, {carrying.Encode().Length} with a standing; codes {now}, and {packed.Length} deflated bytes of standing = "
            + $"{(packed.Length + ReceiptQr.SliceBytes - 1) / ReceiptQr.SliceBytes} more");
        Assert.True(packed.Length > ReceiptQr.SliceBytes * now / 2, "small enough by now: let the codes carry it");
    }

    [Fact]
    public void Every_code_fits_a_version_20_symbol_and_its_alphanumeric_mode()
    {
        var ledger = new LittleLedger(nodes: 10).Fill(900);
        foreach (var part in ReceiptQr.Encode(ledger.Receipt(ledger.Append())))
        {
            Assert.InRange(part.Length, 1, 900);
            Assert.DoesNotContain(part, c => !"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".Contains(c, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Missing_codes_are_named()
    {
        var parts = Parts(out _);
        Assert.True(parts.Count >= 3, "the sample must need several codes");
        for (var missing = 0; missing < parts.Count; missing++)
        {
            var scan = ReceiptQr.Decode([.. parts.Where((_, i) => i != missing)]);
            Assert.Equal([missing + 1], scan.Missing);
            Assert.Equal(parts.Count, scan.Total);
            Assert.Null(scan.Receipt);
        }
    }

    [Fact]
    public void Codes_of_two_receipts_do_not_mix()
    {
        var error = Assert.Throws<ReceiptFormatException>(() => ReceiptQr.Decode([Parts(out _)[0], Parts(out _)[1]]));
        Assert.Contains("同一张凭证", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_code_is_refused_or_leads_to_nothing()
    {
        var parts = Parts(out var text);
        for (var position = 0; position < parts[0].Length; position++)
        {
            var altered = parts[0].ToCharArray();
            altered[position] = altered[position] == '7' ? '8' : '7';
            Assert.NotEqual(text, Try([new string(altered), .. parts.Skip(1)]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("MJ1/")]
    [InlineData("MJ1/0/1/00000000/00")]
    [InlineData("MJ1/2/1/00000000/00")]
    [InlineData("MJ1/01/1/00000000/00")]
    [InlineData("MJ1/1/99/00000000/00")]
    [InlineData("MJ1/1/1/00000000/")]
    [InlineData("MJ1/1/1/00000000/:::")]
    [InlineData("MJ1/1/1/00000000/00")]
    [InlineData("https://example.invalid/")]
    public void Other_texts_are_refused_in_plain_words(string text) =>
        Assert.NotEmpty(Assert.Throws<ReceiptFormatException>(() => ReceiptQr.Decode([text])).Message);

    [Fact]
    public void A_code_that_inflates_beyond_any_receipt_is_refused()
    {
        var bomb = new ReceiptFile(new byte[65_000], null, new string('x', 4_000_000));
        var parts = ReceiptQr.Encode(bomb);
        Assert.NotEmpty(parts);
        Assert.Throws<ReceiptFormatException>(() => ReceiptQr.Decode([.. parts]));
    }

    [Fact]
    public void Base45_matches_the_examples_of_RFC_9285()
    {
        Assert.Equal("BB8", Base45.Encode("AB"u8));
        Assert.Equal("%69 VD92EX0", Base45.Encode("Hello!!"u8));
        Assert.Equal("UJCLQE7W581", Base45.Encode("base-45"u8));
        Assert.Equal("ietf!", Encoding.ASCII.GetString(Base45.Decode("QED8WEX0")!));
        Assert.Null(Base45.Decode("GGW"));
        Assert.Null(Base45.Decode("A"));
        Gen.Byte.Array[0, 300].Sample(bytes => Base45.Decode(Base45.Encode(bytes))!.SequenceEqual(bytes));
    }

    private static IReadOnlyList<string> Parts(out string text)
    {
        var ledger = new LittleLedger(collector: Es256Signer.Create()).Fill(200);
        var receipt = ledger.Receipt(ledger.Append());
        text = receipt.ToText();
        return ReceiptQr.Encode(receipt);
    }

    private static string? Try(IReadOnlyCollection<string> parts)
    {
        try
        {
            return ReceiptQr.Decode(parts).Receipt;
        }
        catch (ReceiptFormatException)
        {
            return null;
        }
    }
}
