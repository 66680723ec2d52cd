using System.Globalization;
using CsCheck;

namespace Mingjian.Primitives.Tests;

public sealed class ResidentIdTests
{
    /// <summary>GB 11643; the first two are the standard's own and this project's vectors (facts 8.2).</summary>
    [Theory]
    [InlineData("11010519491231002X", "1949-12-31", Sex.Female)]
    [InlineData("440524188001010014", "1880-01-01", Sex.Male)]
    public void A_number_tells_birth_date_and_sex(string text, string birth, Sex sex)
    {
        Assert.True(ResidentId.TryParse(text, out var id));
        Assert.Equal(DateOnly.ParseExact(birth, "yyyy-MM-dd", CultureInfo.InvariantCulture), id.BirthDate);
        Assert.Equal(sex, id.Sex);
        Assert.Equal(text, id.Reveal());
    }

    [Theory]
    [InlineData(null, ResidentIdFault.Length)]
    [InlineData("", ResidentIdFault.Length)]
    [InlineData("11010519491231002", ResidentIdFault.Length)]
    [InlineData("11010519491231002XX", ResidentIdFault.Length)]
    [InlineData("110105491231002", ResidentIdFault.Length)]
    [InlineData("1.10105194912E+17 ", ResidentIdFault.Characters)]
    [InlineData("11010519491231002x", ResidentIdFault.Characters)]
    [InlineData("X1010519491231002X", ResidentIdFault.Characters)]
    [InlineData("１1010519491231002X", ResidentIdFault.Characters)]
    [InlineData("110105194913310029", ResidentIdFault.BirthDate)]
    [InlineData("110105194902290021", ResidentIdFault.BirthDate)]
    [InlineData("110105184912310021", ResidentIdFault.BirthDate)]
    [InlineData("110105194912310020", ResidentIdFault.CheckCharacter)]
    [InlineData("440524188001010015", ResidentIdFault.CheckCharacter)]
    [InlineData("110105194912310029", ResidentIdFault.CheckCharacter)]
    [InlineData("11010519491231002X", ResidentIdFault.None)]
    public void The_first_fault_is_named(string? text, ResidentIdFault fault)
    {
        Assert.Equal(fault, ResidentId.Check(text));
        Assert.Equal(fault == ResidentIdFault.None, ResidentId.TryParse(text, out _));
    }

    [Fact]
    public void An_unknown_region_is_accepted() =>
        Assert.True(ResidentId.TryParse("81000019900101001" + ResidentId.CheckCharacter("81000019900101001"), out _));

    [Fact]
    public void One_wrong_digit_or_two_swapped_neighbours_are_always_found() =>
        Gen.Select(Gen.Int[0, 9999], Gen.Int[0, 365 * 100], Gen.Int[0, 999], Gen.Int[0, 16], Gen.Int[1, 9]).Sample((region, days, order, at, shift) =>
        {
            var date = new DateOnly(1900, 1, 1).AddDays(days).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            var body = $"11{region:0000}{date}{order:000}";
            var text = body + ResidentId.CheckCharacter(body);
            Assert.Equal(ResidentIdFault.None, ResidentId.Check(text));

            var wrong = text.ToCharArray();
            wrong[at] = (char)('0' + ((wrong[at] - '0' + shift) % 10));
            Assert.NotEqual(ResidentIdFault.None, ResidentId.Check(new string(wrong)));

            var swapped = text.ToCharArray();
            if (at < 16 && swapped[at] != swapped[at + 1])
            {
                (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);
                Assert.NotEqual(ResidentIdFault.None, ResidentId.Check(new string(swapped)));
            }
        });

    [Fact]
    public void Printed_by_accident_it_is_masked()
    {
        Assert.True(ResidentId.TryParse("11010519491231002X", out var id));
        Assert.Equal("110105********002X", $"{id}");
        Assert.Throws<InvalidOperationException>(() => default(ResidentId).Reveal());
    }

    [Fact]
    public void A_hash_in_a_state_key_has_no_slash() =>
        Assert.Equal("fbff" + new string('0', 60), new Hash32([0xfb, 0xff, .. new byte[30]]).ToHex());
}
