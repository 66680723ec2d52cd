namespace Mingjian.Primitives.Tests;

public sealed class RuleIdTests
{
    [Theory]
    [InlineData("dues-2008/2@1", true)]
    [InlineData("dues-2008/6.1@1", true)]
    [InlineData("a/999.99@9999", true)]
    [InlineData("abcdefghijklmnopqrstuvwx/1@1", true)]
    [InlineData("abcdefghijklmnopqrstuvwxy/1@1", false)]
    [InlineData("/2@1", false)]
    [InlineData("dues/0@1", false)]
    [InlineData("dues/02@1", false)]
    [InlineData("dues/1000@1", false)]
    [InlineData("dues/1.100@1", false)]
    [InlineData("dues/1.0@1", false)]
    [InlineData("dues/1.@1", false)]
    [InlineData("dues/1.2.3@1", false)]
    [InlineData("dues/1@0", false)]
    [InlineData("dues/1@10000", false)]
    [InlineData("dues/1@", false)]
    [InlineData("dues/@1", false)]
    [InlineData("dues/1", false)]
    [InlineData("dues@1/2", false)]
    [InlineData("Dues/1@1", false)]
    [InlineData("党费/1@1", false)]
    [InlineData("dues/+1@1", false)]
    [InlineData("dues/1@1 ", false)]
    [InlineData("dues/1@1@1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_rule_id_has_one_spelling(string? text, bool good)
    {
        Assert.Equal(good, RuleId.TryParse(text, out var value));
        Assert.Equal(good ? text : string.Empty, value.ToString());
    }

    [Fact]
    public void Parsing_anything_else_throws() => Assert.Throws<FormatException>(() => RuleId.Parse("dues"));
}
