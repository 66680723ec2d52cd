using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Cryptography.Tests;

public sealed class SiteOriginTests
{
    private static readonly string Label63 = new('a', 63);

    [Theory]
    [InlineData("http://localhost", "localhost", true)]
    [InlineData("http://localhost:1", "localhost", true)]
    [InlineData("http://localhost:443", "localhost", true)]
    [InlineData("http://localhost:65535", "localhost", true)]
    [InlineData("https://localhost:5180", "localhost", false)]
    [InlineData("https://mingjian.example", "mingjian.example", false)]
    [InlineData("https://mingjian.example:80", "mingjian.example", false)]
    [InlineData("https://mingjian.example:8443", "mingjian.example", false)]
    [InlineData("https://intranet", "intranet", false)]
    [InlineData("https://1.2.example", "1.2.example", false)]
    [InlineData("https://xn--fiq228c.example", "xn--fiq228c.example", false)]
    public void An_origin_is_read_in_its_one_spelling(string text, string host, bool isLocal)
    {
        Assert.True(SiteOrigin.TryParse(text, out var origin));
        Assert.Equal((text, host, isLocal), (origin.Text, origin.Host, origin.IsLocal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("http://")]
    [InlineData("https://")]
    [InlineData("http://mingjian.example")]
    [InlineData("http://localhost.example")]
    [InlineData("http://localhostile")]
    [InlineData("http://127.0.0.1:5180")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://[::1]")]
    [InlineData("https://2130706433")]
    [InlineData("https://a.0x7f")]
    [InlineData("http://localhost:")]
    [InlineData("http://localhost:0")]
    [InlineData("http://localhost:00080")]
    [InlineData("http://localhost:80")]
    [InlineData("http://localhost:65536")]
    [InlineData("http://localhost:+1")]
    [InlineData("http://localhost: 1")]
    [InlineData("http://localhost:1/")]
    [InlineData("http://LOCALHOST")]
    [InlineData("HTTP://localhost")]
    [InlineData("https://mingjian.example:443")]
    [InlineData("https://mingjian.example/")]
    [InlineData("https://mingjian.example/张三")]
    [InlineData("https://mingjian.example?x")]
    [InlineData("https://mingjian.example#x")]
    [InlineData("https://user@mingjian.example")]
    [InlineData("https://user:secret@mingjian.example")]
    [InlineData("https://Mingjian.example")]
    [InlineData("https://mingjian.example.")]
    [InlineData("https://.mingjian.example")]
    [InlineData("https://mingjian..example")]
    [InlineData("https://-mingjian.example")]
    [InlineData("https://mingjian-.example")]
    [InlineData("https://ming_jian.example")]
    [InlineData("https://明鉴.example")]
    [InlineData("https://mingjian.example\u0000")]
    [InlineData(" https://mingjian.example")]
    [InlineData("android:apk-key-hash:x")]
    [InlineData("null")]
    public void Every_other_text_is_no_origin(string? text) => Assert.False(SiteOrigin.TryParse(text, out _));

    [Fact]
    public void A_host_name_is_as_long_as_a_host_name_may_be()
    {
        var longest = $"{Label63}.{Label63}.{Label63}.{new string('a', 61)}";
        Assert.Equal(253, longest.Length);
        Assert.True(SiteOrigin.TryParse($"https://{longest}:65535", out var origin));
        Assert.Equal(SiteOrigin.MaxLength, origin.Text.Length);
        Assert.False(SiteOrigin.TryParse($"https://{longest}a", out _));
        Assert.False(SiteOrigin.TryParse($"https://a{Label63}.example", out _));
        Assert.True(SiteOrigin.TryParse($"https://{Label63}.example", out _));
    }

    [Theory]
    [InlineData("https://a.b.example", "a.b.example", true)]
    [InlineData("https://a.b.example", "b.example", true)]
    [InlineData("https://a.b.example", "example", false)]
    [InlineData("https://a.b.example", "c.a.b.example", false)]
    [InlineData("https://a.b.example", "a.b", false)]
    [InlineData("https://intranet", "intranet", true)]
    [InlineData("http://localhost:7", "localhost", true)]
    public void A_relying_party_is_the_host_or_a_domain_above_it(string text, string relyingParty, bool covers)
    {
        Assert.True(SiteOrigin.TryParse(text, out var origin));
        Assert.Equal(covers, origin.Covers(SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty))));
    }
}
