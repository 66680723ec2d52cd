using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Mingjian.Cryptography;

namespace Mingjian.Server.Tests.AfterAttacks;

/// <summary>The scan finds what is there: a needle planted in every way in which a server could have written it down.</summary>
public sealed class NeedlesTests
{
    private const string Text = "attack-7f3k9q2x 李秘密";

    /// <summary>Ways to write a text down, by others than the scan's own code.</summary>
    private static readonly (string Name, Func<string, byte[]> Write)[] Ways =
    [
        ("UTF-8", Encoding.UTF8.GetBytes),
        ("UTF-16", Encoding.Unicode.GetBytes),
        ("UTF-16, big-endian", Encoding.BigEndianUnicode.GetBytes),
        ("JSON", t => JsonSerializer.SerializeToUtf8Bytes(new { t })),
        ("HTML", t => Encoding.UTF8.GetBytes(System.Text.Encodings.Web.HtmlEncoder.Default.Encode(t))),
        ("HTML, decimal", t => Encoding.UTF8.GetBytes(System.Net.WebUtility.HtmlEncode(string.Concat(t.Select(c => c > 127 ? $"&#{(int)c};" : $"{c}"))).Replace("&amp;", "&", StringComparison.Ordinal))),
        ("percent", t => Encoding.UTF8.GetBytes(Uri.EscapeDataString(t))),
        ("percent, all", t => Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetBytes(t).Select(b => $"%{b:X2}")))),
        ("hexadecimal", t => Encoding.UTF8.GetBytes(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(t)))),
        ("hexadecimal, upper case", t => Encoding.UTF8.GetBytes(Convert.ToHexString(Encoding.UTF8.GetBytes(t)))),
        ("hexadecimal with hyphens", t => Encoding.UTF8.GetBytes(BitConverter.ToString(Encoding.UTF8.GetBytes(t)))),
        ("base64", t => Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(t)))),
        ("base64 behind one byte", t => Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes("x" + t + "yz")))),
        ("base64 behind two bytes", t => Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes("xy" + t + "z")))),
        ("base64url", t => Encoding.UTF8.GetBytes(Base64Url.EncodeToString(Encoding.UTF8.GetBytes("~~?" + t + "?")))),
        ("in upper case", t => Encoding.UTF8.GetBytes(t.ToUpperInvariant())),
        ("UTF-16 in base64", t => Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.Unicode.GetBytes(t)))),
        ("base64 in JSON in base64 in JSON in base64", t => Encoding.UTF8.GetBytes(Nested(t))),
    ];

    public static TheoryData<string> Names => new(Ways.Select(w => w.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_text_is_found(string way)
    {
        var needles = new Needles().Add("free text", Text).Add("a name", "某某某某");
        var written = Ways.Single(w => w.Name == way).Write(Text);
        byte[] page = [.. Encoding.UTF8.GetBytes("{\"before\":\"没有什么\",\"x\":\""), .. written, .. "\",\"after\":1}"u8];
        Assert.Equal(["free text"], needles.In(page));
        Assert.Equal(["free text"], needles.In([0x00, 0xFF, 0x80, .. written, 0x00, 0xFF]));
        Assert.Empty(needles.In(Ways.Single(w => w.Name == way).Write("attack-0000000x 没有什么")));
    }

    [Fact]
    public void A_planted_key_is_found_by_its_bytes_and_by_its_id()
    {
        using var key = Es256Signer.Create();
        using var other = Es256Signer.Create();
        var needles = new Needles().AddBytes("key", key.Key.Point).Add("key id", key.Key.Id.ToString());
        Assert.Contains("key", needles.In($"{{\"key\":\"{key.Key}\"}}"));
        Assert.Contains("key", needles.In(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"key\":\"{key.Key}\"}}"))));
        Assert.Contains("key", needles.In(key.Key.Point));
        Assert.Contains("key id", needles.In($"<p>{key.Key.Id}</p>"));
        Assert.Empty(needles.In($"{other.Key} {other.Key.Id}"));
    }

    [Fact]
    public void A_planted_invitation_code_is_found_as_text_and_as_bytes()
    {
        var code = InvitationCode.New();
        var needles = new Needles().Add("code", code.ToString()).AddBytes("code", Base64Url.DecodeFromChars(code.ToString()));
        Assert.Contains("code", needles.In($"https://example/invite#m-0.{code}"));
        Assert.Contains("code", needles.In(Base64Url.DecodeFromChars(code.ToString())));
        Assert.Contains("code", needles.In(Convert.ToHexString(Base64Url.DecodeFromChars(code.ToString()))));
        Assert.Empty(needles.In($"{InvitationCode.New()} {code.Key}"));
    }

    private static string Nested(string text)
    {
        for (var i = 0; i < 3; i++)
        {
            text = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"level\":{i},\"payload\":\"{text}\"}}"));
        }

        return text;
    }
}
