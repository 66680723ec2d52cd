using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Server.Identity;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Session;

namespace Mingjian.Server.Tests;

/// <summary>Who may and who may not, for every endpoint that the running server has.</summary>
[Collection(nameof(DemoServer))]
public sealed partial class AuthorisationMatrixTests(DemoServer demo)
{
    private static readonly string[] Accounts = ["anonymous", "member", "secretary", "officer", "auditor"];
    private static readonly string[] Refusals = ["sign-in", "401", "403"];

    // Addresses that name an organisation, a member or a payment, and the right that reading there needs over its organisation. Not derived:
    // the right is asked for in the slice's service. (Endpoint; path with {0}; what is named; the right; words by which a page refuses, null = status 403.)
    private static readonly (string Endpoint, string Path, string Named, Right Right, string? Words)[] Over =
    [
        ("GET /exports/dues/branch/{id}/{year:int}.xlsx", "/exports/dues/branch/{0}/2026.xlsx", "organization", Right.ViewDues, null),
        ("GET /exports/dues/committee/{id}/{year:int}.xlsx", "/exports/dues/committee/{0}/2026.xlsx", "organization", Right.ViewDues, null),
        ("GET /exports/members/{organization}/roster.xlsx", "/exports/members/{0}/roster.xlsx", "organization", Right.ViewMembers, null),
        ("GET /staff/dues/branch", "/staff/dues/branch?id={0}", "organization", Right.ViewDues, "没有这项权限"),
        ("GET /staff/dues/arrears", "/staff/dues/arrears?id={0}", "organization", Right.ViewDues, "没有这项权限"),
        ("GET /staff/dues/members/{Id}", "/staff/dues/members/{0}", "member", Right.ViewDues, "您不能查看"),
        ("GET /api/v1/receipts/{payment}", "/api/v1/receipts/{0}", "payment", Right.ViewDues, null),
    ];

    private static Dictionary<string, Entry> Table => File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "endpoints.txt"))
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split(" | "))
        .ToDictionary(l => l[0].Trim(), l => new Entry(l[1], l[2], l[3..]), StringComparer.Ordinal);

    [Fact]
    public async Task Every_endpoint_answers_each_kind_of_person_as_follows_from_the_right_that_it_states()
    {
        var faults = new List<string>();
        var table = Table;
        foreach (var (name, method, path, endpoint) in Endpoints().DistinctBy(e => e.Name))
        {
            var answers = new List<string>();
            foreach (var account in Accounts)
            {
                answers.Add(await AskAsync(account, method, path));
            }

            if (!table.TryGetValue(name, out var entry))
            {
                faults.Add($"no entry: {name} | {Stated(endpoint)} | {string.Join(' ', answers)}");
                continue;
            }

            if (entry.Who != "by hand" && entry.Who != Stated(endpoint))
            {
                faults.Add($"{name}: the table says {entry.Who}, the endpoint {Stated(endpoint)}");
            }

            var expected = entry.Who == "by hand" ? entry.Answer.Split(' ') : [.. Accounts.Select(a => Expected(entry, a, method, path))];
            if (!expected.SequenceEqual(answers, StringComparer.Ordinal))
            {
                faults.Add($"{name}: expected {string.Join(' ', expected)}, got {string.Join(' ', answers)}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_table_has_no_entry_without_an_endpoint()
    {
        var known = Endpoints().Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(Table.Keys, k => !known.Contains(k));
    }

    [Fact]
    public async Task What_names_an_organisation_a_member_or_a_payment_is_open_to_whoever_holds_the_right_over_it_and_to_nobody_else()
    {
        var plan = demo.Server.Services.GetRequiredService<DemoSeed>().Plan!;
        var today = demo.Server.Now.BeijingDate;
        var faults = new List<string>();
        var (open, closed) = (0, 0);
        foreach (var (name, template, named, right, words) in Over)
        {
            var first = Endpoints().First(e => e.Name == name).Endpoint.Metadata.GetMetadata<RequireRightAttribute>()?.Right;
            foreach (var (id, organization, owner) in await NamedAsync(plan, named))
            {
                var path = string.Format(CultureInfo.InvariantCulture, template, id);
                foreach (var account in Accounts)
                {
                    var member = account == "anonymous" ? (MemberId?)null : demo.People[account].Member;
                    var state = demo.Server.Ledger.ReadState();
                    var allowed = member is { } asker && (first is null || Holds(account, first.Value))
                        && ((owner == asker && named == "payment") || Rights.Allows(state, asker, right, organization, today));
                    var (answer, text) = await ReadAsync(account, path);
                    // Somebody else's payment is answered like one that does not exist.
                    var refused = Refusals.Contains(answer) || (named == "payment" && answer == "404") || (words is not null && text.Contains(words, StringComparison.Ordinal));
                    if (allowed == refused)
                    {
                        faults.Add($"{path} of {organization}: {account} got {answer}, allowed by right: {allowed}");
                    }

                    _ = allowed ? open++ : closed++;
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(open > 20 && closed > 20, $"{open} {closed}");
    }

    [Fact]
    public async Task Anonymous_endpoints_have_a_reason_and_keep_the_bound_that_they_state()
    {
        var faults = new List<string>();
        var table = Table;
        using var nobody = demo.Server.Open();
        foreach (var (name, method, path, endpoint) in Endpoints().Where(e => Stated(e.Endpoint) == "anonymous" && table.GetValueOrDefault(e.Name)?.Who != "by hand"))
        {
            if (!table.TryGetValue(name, out var entry) || entry.More is not [{ Length: > 8 }, { } bound, { Length: > 3 }])
            {
                faults.Add($"{name}: no reason, bound, or what it leaves behind");
                continue;
            }

            var limit = endpoint.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName;
            var isHeld = bound switch
            {
                "sign-in" or "api" => limit == bound,
                "read" => method == "GET" && await LengthAsync(path) <= 1 << 20,
                "none" => method == "POST" && endpoint.Metadata.GetMetadata<CsrfTokenRequired>() is not null,
                _ => false,
            };
            if (!isHeld)
            {
                faults.Add($"{name}: not bounded by {bound} (rate limit {limit ?? "none"})");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task<int> LengthAsync(string path) => (await (await nobody.Client.GetAsync(path)).Content.ReadAsByteArrayAsync()).Length;
    }

    [Fact]
    public async Task What_nobody_in_particular_asks_for_leaves_nothing_on_the_ledger_and_in_the_databases()
    {
        var before = await CountAsync();
        foreach (var (_, method, path, _) in Endpoints().Where(e => Stated(e.Endpoint) == "anonymous"))
        {
            await AskAsync("anonymous", method, path);
        }

        Assert.Equal(before, await CountAsync());
    }

    private async Task<(long Entries, int Sessions, int Passkeys, int People)> CountAsync()
    {
        await using var identity = await demo.Server.Services.GetRequiredService<IDbContextFactory<IdentityDatabase>>().CreateDbContextAsync();
        await using var vault = await demo.Server.Services.GetRequiredService<IDbContextFactory<Vault.VaultContext>>().CreateDbContextAsync();
        return (demo.Server.Ledger.Head.Size, await identity.Sessions.CountAsync(), await identity.Users.CountAsync(), await vault.People.CountAsync());
    }

    [Fact]
    public void Every_endpoint_states_its_authorisation()
    {
        var silent = All().Where(e =>
            e.Metadata.GetMetadata<IAuthorizeData>() is null && e.Metadata.GetMetadata<IAllowAnonymous>() is null
            // The framework's answer to files that do not exist; refused like everything silent, and in the table as 404.
            && e.DisplayName != "Fallback {**path:file}");
        Assert.Empty(silent.Select(e => e.DisplayName));
    }

    [Fact]
    public void Every_endpoint_that_changes_something_asks_for_the_antiforgery_token()
    {
        var open = All().OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Any(m => m is "POST" or "PUT" or "PATCH" or "DELETE") == true)
            .Where(e => e.Metadata.GetMetadata<CsrfTokenRequired>() is null)
            .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is null)
            .Select(e => e.RoutePattern.RawText!)
            // The circuit: its connection token comes from a page, and SameSite=Strict keeps foreign pages out.
            .Where(p => !p.TrimStart('/').StartsWith("_blazor", StringComparison.Ordinal));
        Assert.Empty(open);
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter { get; }

    private IReadOnlyList<Endpoint> All() => demo.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    // What an endpoint itself says of who may use it.
    private static string Stated(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "anonymous"
        : endpoint.Metadata.GetMetadata<RequireRightAttribute>() is { } right ? right.Right.ToString()
        : endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null ? "signed-in"
        : "nothing";

    private string Expected(Entry entry, string account, string method, string path) =>
        entry.Who == "anonymous" || (account != "anonymous" && (entry.Who == "signed-in" || Holds(account, Enum.Parse<Right>(entry.Who)))) ? entry.Answer
        : account != "anonymous" ? "403"
        : method != "GET" || Audience.IsForPrograms(path) ? "401"
        : "sign-in";

    // By the contracts' table and the posts that stand on the ledger.
    private bool Holds(string account, Right right) =>
        demo.Server.Ledger.ReadState().PostsOf(demo.People[account].Member)?.Appointments
            .Any(a => a.HoldsOn(demo.Server.Now.BeijingDate) && Rights.Granted(a.Post, right) is not null) == true;

    private async Task<IReadOnlyList<(string Id, OrganizationId Organization, MemberId? Owner)>> NamedAsync(DemoPlan plan, string named)
    {
        if (named == "organization")
        {
            return [(plan.Committee.ToString(), plan.Committee, null), .. plan.Branches.Take(3).Select(b => (b.Id.ToString(), b.Id, (MemberId?)null))];
        }

        if (named == "member")
        {
            return [.. plan.People.Where((_, i) => i is 1 or 2 or 7 or 9).Select(p => (p.Id.ToString(), plan.Branches[p.Branch].Id, (MemberId?)p.Id))];
        }

        await using var lists = await demo.Server.Services.GetRequiredService<IDbContextFactory<ReadModelContext>>().CreateDbContextAsync();
        var payments = await lists.Payments().AsNoTracking().ToListAsync();
        var found = payments.GroupBy(p => p.Member).Select(g => g.First()).Take(8)
            .Select(p => (p.Payment.ToString(), p.Branch, (MemberId?)p.Member)).ToList();
        Assert.NotEmpty(found);
        return found;
    }

    private async Task<(string Answer, string Text)> ReadAsync(string account, string path)
    {
        using var anonymous = demo.Server.Open();
        using var response = await (account == "anonymous" ? anonymous : demo.People[account]).Client.GetAsync(path);
        return (Status(response), await response.Content.ReadAsStringAsync());
    }

    private sealed record Entry(string Who, string Answer, string[] More);

    private IEnumerable<(string Name, string Method, string Path, RouteEndpoint Endpoint)> Endpoints()
    {
        foreach (var endpoint in All().OfType<RouteEndpoint>())
        {
            // Files of the browser application: anonymous, all of them, held by the test above.
            if (endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
            {
                continue;
            }

            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            var isPage = endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null;
            var methods = isPage ? ["GET"] : endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"];
            foreach (var method in methods.Where(m => m != "HEAD"))
            {
                yield return ($"{method} {pattern}", method, Parameter.Replace(pattern, m => Sample(m.Value, pattern)), endpoint);
            }
        }
    }

    private static string Sample(string parameter, string pattern) => parameter.Trim('{', '}').Split(':', '=')[0] switch
    {
        "**tile" => "0/000.p/1",
        "Code" => "404",
        "id" when pattern.Contains("/dues/", StringComparison.Ordinal) => "o-" + new string('0', 32),
        "id" => new string('0', 64),
        "year" => "2026",
        "month" => "2026-11",
        "member" or "Member" => "m-" + new string('0', 32),
        "branch" or "organization" => "o-" + new string('0', 32),
        "payment" or "Payment" => "p-" + new string('0', 32),
        "height" or "index" or "Height" or "Index" => "1",
        "documentName" => "v1",
        _ => "x",
    };

    private async Task<string> AskAsync(string account, string method, string path)
    {
        using var anonymous = demo.Server.Open();
        var browser = account == "anonymous" ? anonymous : demo.People[account];
        // Signing out would end the session that the other rows need.
        if (path == "/session/sign-out" && account != "anonymous")
        {
            return "302";
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        if (method == "GET")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd("text/html,*/*");
            using var response = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            return Status(response);
        }

        using var posted = await browser.PostAsync(path, "{}");
        return Status(posted);
    }

    private static string Status(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.Found && response.Headers.Location!.ToString().Contains("/sign-in?returnUrl", StringComparison.Ordinal)
            ? "sign-in"
            : ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
}

[CollectionDefinition(nameof(DemoServer))]
public sealed class DemoServerCollection : ICollectionFixture<DemoServer>;
