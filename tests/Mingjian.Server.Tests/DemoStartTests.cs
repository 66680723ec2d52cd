using System.Net;
using System.Text.Json;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;

namespace Mingjian.Server.Tests;

/// <summary>What the demo offers, on a server of its own.</summary>
public sealed class DemoStartTests(DemoServer demo) : IClassFixture<DemoServer>
{
    [Theory]
    [InlineData("member", false)]
    [InlineData("secretary", true)]
    [InlineData("officer", true)]
    [InlineData("auditor", true)]
    public async Task A_demo_account_is_one_click_and_has_its_posts(string account, bool isStaff)
    {
        using var browser = demo.Server.Open();
        await browser.SignInAsDemoAsync(account);
        Assert.Equal(isStaff ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await browser.Client.GetAsync("/staff")).StatusCode);
    }

    [Fact]
    public async Task A_demo_account_can_be_used_from_more_browsers_than_a_member_may_have_keys()
    {
        for (var i = 0; i < MemberKeysRecord.Max + 2; i++)
        {
            using var browser = demo.Server.Open();
            await browser.SignInAsDemoAsync("officer");
        }
    }

    [Fact]
    public async Task The_demo_has_six_branches_people_with_dues_and_payments_all_by_signed_acts()
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0L; i < demo.Server.Ledger.Head.Size; i++)
        {
            var entry = JsonDocument.Parse(demo.Server.Ledger.ReadEntry(i)).RootElement;
            Assert.NotEqual("refusal", entry.GetProperty("type").GetString());
            if (entry.GetProperty("type").GetString() == "transaction")
            {
                foreach (var happened in entry.GetProperty("events").EnumerateArray())
                {
                    var name = happened.GetProperty("name").GetString()!;
                    names[name] = names.GetValueOrDefault(name) + 1;
                }
            }
        }

        Assert.Equal(1, names["organizations.NetworkFounded"]);
        Assert.Equal(6, names["organizations.OrganizationEstablished"]);
        Assert.True(names["dues.DuesAssessed"] >= 60);
        Assert.True(names["dues.PaymentRecorded"] >= 15);
    }
}
