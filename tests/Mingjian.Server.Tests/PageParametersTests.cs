using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using Mingjian.Web.Layout;

namespace Mingjian.Server.Tests;

/// <summary>What stands behind a page's address: anybody can write anything there.</summary>
[Collection(nameof(DemoServer))]
public sealed class PageParametersTests(DemoServer demo)
{
    private static readonly string[] Values = ["", "x", "-1", "0", "1", "+1", "1.5", " 1", "9999", "99999", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "%ff", "%00", "１"];

    private static IEnumerable<(Type Page, PropertyInfo Property)> Parameters() =>
        typeof(StaffPageAttribute).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ComponentBase)))
            .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(p => (t, p)))
            .Where(p => p.p.IsDefined(typeof(SupplyParameterFromQueryAttribute)));

    [Fact]
    public void Every_parameter_of_a_page_s_query_is_text()
    {
        Assert.True(Parameters().Count() > 8);
        Assert.Empty(Parameters().Where(p => p.Property.PropertyType != typeof(string)).Select(p => $"{p.Page.Name}.{p.Property.Name}"));
    }

    [Fact]
    public async Task No_value_in_a_page_s_query_makes_it_fail()
    {
        var faults = new List<string>();
        foreach (var (account, path) in new[]
        {
            ("member", "/my/dues?year="), ("member", "/explorer?below="), ("member", "/explorer/blocks/1?from="), ("member", "/explorer?q="), ("member", "/sign-in?left="), ("member", "/sign-in?ended="),
            ("secretary", $"/staff/dues/members/{demo.People["member"].Member}?year="), ("secretary", "/staff/dues/branch?month="), ("secretary", "/staff/dues/branch?show="), ("secretary", "/staff/dues/arrears?id="),
        })
        {
            foreach (var value in Values)
            {
                using var response = await demo.People[account].Client.GetAsync(path + value);
                if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.Found))
                {
                    faults.Add($"{path}{value}: {(int)response.StatusCode}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
