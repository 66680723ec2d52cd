using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Server.Hosting;

namespace Mingjian.Server.Tests;

/// <summary>Who may and who may not, for every endpoint that the running server has.</summary>
[Collection(nameof(DemoServer))]
public sealed partial class AuthorisationMatrixTests(DemoServer demo)
{
    private static readonly string[] Accounts = ["anonymous", "member", "secretary", "officer", "auditor"];

    private static Dictionary<string, string[]> Table => File
        .ReadAllLines(Path.Combine(AppContext.BaseDirectory, "endpoints.txt"))
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split(" | "))
        .ToDictionary(l => l[0].Trim(), l => l[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    [Fact]
    public async Task Every_endpoint_answers_each_kind_of_person_as_the_table_says()
    {
        var faults = new List<string>();
        var table = Table;
        foreach (var (name, method, path) in Endpoints().DistinctBy(e => e.Name))
        {
            var answers = new List<string>();
            foreach (var account in Accounts)
            {
                answers.Add(await AskAsync(account, method, path));
            }

            if (!table.TryGetValue(name, out var expected))
            {
                faults.Add($"no entry: {name} | {string.Join(' ', answers)}");
            }
            else if (!expected.SequenceEqual(answers, StringComparer.Ordinal))
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

    private IEnumerable<(string Name, string Method, string Path)> Endpoints()
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
                yield return ($"{method} {pattern}", method, Parameter.Replace(pattern, m => Sample(m.Value, pattern)));
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
