using System.Text;
using CsCheck;
using Mingjian.Cryptography;
using Mingjian.Log.Notes;

namespace Mingjian.Log.Tests;

public sealed class SignedNoteTests
{
    private const string Line = "\u2014 a AAAAAAA=\n";

    [Fact]
    public void Verifier_keys_of_others_are_read_and_written_as_they_are()
    {
        foreach (var key in Vectors.Read("tlog/notes.json").GetProperty("vkeys").EnumerateArray())
        {
            var vkey = key.GetProperty("vkey").GetString()!;
            Assert.True(NoteKey.TryParse(vkey, out var read));
            Assert.Equal(Convert.ToUInt32(key.GetProperty("keyId").GetString()!, 16), read!.KeyId);
            Assert.Equal(vkey, read.ToString());
        }
    }

    [Fact]
    public void Notes_of_others_verify()
    {
        foreach (var vector in Vectors.Read("tlog/notes.json").GetProperty("notes").EnumerateArray())
        {
            Assert.True(NoteKey.TryParse(vector.GetProperty("vkey").GetString()!, out var key));
            var text = vector.GetProperty("note").GetString()!;
            Assert.Equal(NoteFault.None, SignedNote.TryParse(text, out var note));
            Assert.Equal(text, note!.ToString());
            var signature = Assert.Single(note.Signatures);
            Assert.Equal((key!.Name, key.KeyId), (signature.Name, signature.KeyId));
            Assert.True(key.Verify(signature, note.TextBytes, out _));
            Assert.False(key.Verify(signature, Encoding.UTF8.GetBytes(note.Text[..^1]), out _));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("PeterNeumann+c74f20a3")]
    [InlineData("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T")]
    [InlineData("PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ")]
    public void Other_spellings_of_a_key_are_refused(string? vkey) => Assert.False(NoteKey.TryParse(vkey, out _));

    [Theory]
    [InlineData("", NoteFault.Size)]
    [InlineData("a\n", NoteFault.Structure)]
    [InlineData("a\n\n", NoteFault.Structure)]
    [InlineData("\n" + Line, NoteFault.Structure)]
    [InlineData("a\n" + Line, NoteFault.Structure)]
    [InlineData("a\n\n\u2014 a AAAAAAA=", NoteFault.Structure)]
    [InlineData("a\r\n\r\n" + Line, NoteFault.Encoding)]
    [InlineData("a\tb\n\n" + Line, NoteFault.Encoding)]
    [InlineData("a\0b\n\n" + Line, NoteFault.Encoding)]
    [InlineData("a\n\n\u2014 a\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014  AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a \n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a  AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a AAAAAAA= \n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a b AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a+b AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a\u00a0b AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a\u3000b AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n- a AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014a AAAAAAA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a AAAAAAB=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a AAAAAAA\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a AAAAAA==\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n\u2014 a AAAA_AA=\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n" + Line + "x\n", NoteFault.SignatureLine)]
    [InlineData("a\n\n" + Line + "x", NoteFault.Structure)]
    [InlineData("a\n\n" + Line, NoteFault.None)]
    [InlineData("\n\n" + Line, NoteFault.None)]
    [InlineData("a\n\nb\n\n\u2014 \u8282\u70b9/1 AAAAAAA=\n", NoteFault.None)]
    public void A_note_has_a_text_an_empty_line_and_well_spelt_signatures(string text, NoteFault expected)
    {
        Assert.Equal(expected, SignedNote.TryParse(Encoding.UTF8.GetBytes(text), out var note));
        Assert.Equal(expected == NoteFault.None, note is not null);
        if (note is not null)
        {
            Assert.Equal(text, note.ToString());
        }
    }

    [Fact]
    public void The_last_empty_line_separates_so_signature_lines_can_be_part_of_the_text()
    {
        const string Text = "a\n\n" + Line + "\n" + Line;
        Assert.Equal(NoteFault.None, SignedNote.TryParse(Text, out var note));
        Assert.Equal("a\n\n" + Line, note!.Text);
        Assert.Single(note.Signatures);
    }

    [Fact]
    public void Broken_utf_8_half_surrogates_and_a_byte_order_mark_in_front_of_nothing_are_refused()
    {
        byte[] broken = [.. "a"u8, 0xff, .. "\n\n"u8, .. Encoding.UTF8.GetBytes(Line)];
        Assert.Equal(NoteFault.Encoding, SignedNote.TryParse(broken, out _));
        Assert.Equal(NoteFault.Encoding, SignedNote.TryParse("a\ud800\n\n" + Line, out _));
        Assert.Throws<ArgumentException>(() => new SignedNote("a\ud800\n"));
        Assert.Throws<ArgumentException>(() => new SignedNote("a"));
    }

    [Fact]
    public void A_hundred_signatures_are_read_and_one_more_is_too_many()
    {
        Assert.Equal(NoteFault.None, SignedNote.TryParse("a\n\n" + string.Concat(Enumerable.Repeat(Line, 100)), out var note));
        Assert.Equal(100, note!.Signatures.Count);
        Assert.Equal(NoteFault.TooManySignatures, SignedNote.TryParse("a\n\n" + string.Concat(Enumerable.Repeat(Line, 101)), out _));
    }

    [Fact]
    public void A_note_beyond_a_million_bytes_is_refused() =>
        Assert.Equal(NoteFault.Size, SignedNote.TryParse(new byte[SignedNote.MaxSize + 1], out _));

    [Fact]
    public void Any_bytes_are_answered_and_what_is_read_is_written_again_byte_for_byte() =>
        Gen.OneOf(Gen.Const("\n"), Gen.Const("\n\n"), Gen.Const(Line), Gen.Const("\u2014 "), Gen.Const("a"), Gen.Const(" "), Gen.Const("AAAAAAA="), Gen.Char[(char)9, '\u00ff'].Select(c => c.ToString()))
            .Array[0, 12].Select(string.Concat).Sample(
                text =>
                {
                    if (SignedNote.TryParse(text, out var note) == NoteFault.None)
                    {
                        Assert.Equal(text, note!.ToString());
                    }
                },
                iter: 3000);

    [Fact]
    public void A_key_refuses_names_and_lengths_that_a_note_cannot_carry()
    {
        Assert.Throws<ArgumentException>(() => new NoteKey("a b", NoteKeyType.Ed25519, new byte[32]));
        Assert.Throws<ArgumentException>(() => new NoteKey("a+b", NoteKeyType.Ed25519, new byte[32]));
        Assert.Throws<ArgumentException>(() => new NoteKey("", NoteKeyType.Ed25519, new byte[32]));
        Assert.Throws<ArgumentException>(() => new NoteKey("a", NoteKeyType.Ed25519, new byte[31]));
        Assert.Throws<ArgumentException>(() => new NoteKey("a", (NoteKeyType)2, new byte[32]));
    }

    [Fact]
    public void A_cosignature_is_no_plain_signature_and_binds_its_time()
    {
        var seed = new Ed25519Signer(new byte[32]);
        var cosigner = new NoteSigner("n", NoteKeyType.Cosignature, seed);
        var signature = cosigner.Sign("a\n", time: 7);
        Assert.Equal(8 + 64, signature.Signature.Length);
        Assert.True(cosigner.Key.Verify(signature, "a\n"u8, out var time));
        Assert.Equal(7, time);
        Assert.False(cosigner.Key.Verify(signature, "b\n"u8, out _));
        var later = (byte[])signature.Signature.Clone();
        later[7]++;
        Assert.False(cosigner.Key.Verify(signature with { Signature = later }, "a\n"u8, out _));
        var negative = (byte[])signature.Signature.Clone();
        negative[0] = 0x80;
        Assert.False(cosigner.Key.Verify(signature with { Signature = negative }, "a\n"u8, out _));
        var plain = new NoteKey("n", NoteKeyType.Ed25519, seed.PublicKey.Span);
        Assert.False(plain.Verify(signature with { Signature = signature.Signature[8..] }, "a\n"u8, out _));
        Assert.NotEqual(plain.KeyId, cosigner.Key.KeyId);
    }
}
