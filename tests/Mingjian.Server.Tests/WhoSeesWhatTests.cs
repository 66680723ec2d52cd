using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Acts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Server.Demo;

namespace Mingjian.Server.Tests;

/// <summary>What people find out about others from pages, answers and streams of the running demo, with the real ids of everybody in it.</summary>
public sealed partial class WhoSeesWhatTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-who-sees-").FullName;
    private RunningServer _server = null!;
    private DemoPlan _plan = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.OpenAsync(demo: true, _directory);
        _plan = DemoPlan.LoadOrCreate(Path.Combine(_directory, "demo"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task No_page_of_a_plain_member_holds_an_id_of_anybody_else()
    {
        using var member = await OpenAsync("member");
        var (foreign, payments) = Foreign(member);
        Assert.True(foreign.Count > 30 && payments.Count > 3, $"{foreign.Count} ids, {payments.Count} payments");
        var faults = new List<string>();
        var pages = 0;
        foreach (var path in Pages().Concat(Shapes()))
        {
            foreach (var accept in new[] { "text/html", "*/*", "application/json" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Accept.ParseAdd(accept);
                using var response = await member.Client.SendAsync(request);
                var text = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
                pages += response.IsSuccessStatusCode ? 1 : 0;
                faults.AddRange(foreign.Where(id => text.Contains(id, StringComparison.OrdinalIgnoreCase)).Select(id => $"{path} ({accept}): {id}"));
                if (accept != "text/html" && !path.Contains("entries", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }

        Assert.True(pages > 50, $"{pages} pages");
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public async Task A_member_sees_the_shape_of_all_entries_and_the_content_of_the_own_ones()
    {
        using var member = await OpenAsync("member");
        var scopes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, entry) in Entries())
        {
            var text = WebUtility.HtmlDecode(await member.Client.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"/explorer/entries/{index}")));
            Assert.Contains(Merkle.HashLeaf(_server.Ledger.ReadEntry(index)!).ToString(), text, StringComparison.Ordinal);
            var json = Encoding.UTF8.GetString(_server.Ledger.ReadEntry(index)!) + Encoding.UTF8.GetString(entry.Envelope.Payload);
            var people = Ids().Matches(json).Select(m => m.Value).Where(i => i.StartsWith("m-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
            var own = people.Contains(member.Member.ToString());
            var scope = text.Contains("下载这一条的原始字节", StringComparison.Ordinal) ? "own"
                : text.Contains("这一条与您无关", StringComparison.Ordinal) ? "shape"
                : "part";
            scopes[scope] = scopes.GetValueOrDefault(scope) + 1;
            Assert.True(own == (scope != "shape"), $"{index}: {scope}");
            using var answer = await member.Client.GetAsync($"/api/v1/transactions/{IdOf(entry)}");
            var body = await answer.Content.ReadAsStringAsync();
            Assert.Equal(scope == "shape" ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(scope == "own", body.Contains("\"entry\":\"", StringComparison.Ordinal));
        }

        Assert.True(scopes.GetValueOrDefault("own") > 0 && scopes.GetValueOrDefault("part") > 0 && scopes.GetValueOrDefault("shape") > 0, string.Join(' ', scopes));
    }

    [Fact]
    public async Task What_is_somebody_else_s_is_answered_like_what_does_not_exist()
    {
        using var member = await OpenAsync("member");
        var (_, payments) = Foreign(member);
        var act = Entries().First(e => !Encoding.UTF8.GetString(_server.Ledger.ReadEntry(e.Index)!).Contains(member.Member.ToString(), StringComparison.Ordinal)
            && !Encoding.UTF8.GetString(e.Entry.Envelope.Payload).Contains(member.Member.ToString(), StringComparison.Ordinal)).Entry;
        var payment = payments.First();
        foreach (var (real, none) in new[]
        {
            ($"/api/v1/transactions/{IdOf(act)}", $"/api/v1/transactions/{new string('a', 64)}"),
            ($"/api/v1/receipts/{payment}", $"/api/v1/receipts/p-{new string('a', 32)}"),
            ($"/receipts/{payment}", $"/receipts/p-{new string('a', 32)}"),
            ($"/explorer?q={payment}", $"/explorer?q=p-{new string('a', 32)}"),
            ($"/explorer?q={IdOf(act)}", $"/explorer?q={new string('a', 64)}"),
        })
        {
            Assert.Equal(await AnswerAsync(member, none), await AnswerAsync(member, real));
        }

        // An auditor of all finds it, and so does whom it concerns: the same search for a payment of the member's own.
        using var auditor = await OpenAsync("auditor");
        Assert.NotEqual(await AnswerAsync(auditor, $"/explorer?q={new string('a', 64)}"), await AnswerAsync(auditor, $"/explorer?q={IdOf(act)}"));

        using var stream = await member.Client.GetStreamAsync($"/api/v1/ledger/events?act={IdOf(act)}&act={new string('a', 64)}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var heard = new List<string>();
        while (heard.Count < 2 && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"transactionId\":\"", StringComparison.Ordinal))
            {
                heard.Add(line);
            }
        }

        Assert.All(heard, line => Assert.Contains("\"unknown\"", line, StringComparison.Ordinal));
        Assert.All(heard, line => Assert.Contains("\"height\":null", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Auditors_read_all_in_their_reach_and_the_same_person_without_the_post_reads_nothing_of_others()
    {
        using var auditor = await OpenAsync("auditor");
        var payment = Entries().First(e => e.Entry.Events?.Any(v => v.Name == "dues.PaymentRecorded") == true);
        var text = WebUtility.HtmlDecode(await auditor.Client.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"/explorer/entries/{payment.Index}")));
        Assert.Contains(Convert.ToBase64String(_server.Ledger.ReadEntry(payment.Index)!), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_sees_what_is_due_and_neither_class_nor_base_nor_standard()
    {
        using var officer = await OpenAsync("officer");
        using var collector = await OpenAsync("member");
        var branch = _plan.Branches[0].Id;
        var appointed = await officer.SubmitAsync(officer.Sign(new AppointToPost(collector.Member, branch, Post.DuesCollector, new DateOnly(2026, 11, 1), null)));
        Assert.Equal(HttpStatusCode.OK, appointed.StatusCode);
        var (foreign, _) = Foreign(collector);
        string[] classes = [.. Enum.GetValues<DuesClass>().Select(Terms.Of)];
        string[] articles = [.. Enum.GetValues<DuesClass>().Select(c => DuesRuleCatalog.ForClass(c, new DateOnly(2026, 11, 1))!.Article).Distinct(StringComparer.Ordinal).Select(a => $"党费规定{a}")];
        string[] bases = [.. _plan.People.Where(p => p.Id != collector.Member && p.BaseYuan > 0).Select(p => p.Base.ToString()).Distinct(StringComparer.Ordinal)];
        var faults = new List<string>();
        var pages = Pages().Where(p => p.StartsWith("/staff", StringComparison.Ordinal))
            .Concat(_plan.People.Where(p => p.Branch == 0 && p.Id != collector.Member).Select(p => $"/staff/dues/members/{p.Id}"))
            .Concat([$"/staff/dues/branch?id={branch}", $"/staff/dues/arrears?id={branch}"]).Concat(Shapes());
        var open = 0;
        foreach (var path in pages)
        {
            using var response = await collector.Client.GetAsync(path);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                continue;
            }

            open++;
            var text = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
            // The collector's own entries say what the collector's own class is.
            if (text.Contains("下载这一条的原始字节", StringComparison.Ordinal) || IsOwnList(text))
            {
                continue;
            }

            faults.AddRange(classes.Concat(articles).Concat(bases).Where(c => text.Contains(c, StringComparison.Ordinal)).Select(c => $"{path}: {c}"));
        }

        Assert.True(open > 20, $"{open} pages");
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(40)));

        // The secretary, who assesses, sees the class on the same page.
        using var secretary = await OpenAsync("secretary");
        var other = _plan.People.First(p => p.Branch == 0 && p.Class == DuesClass.SalariedMonthly && p.Id != secretary.Member).Id;
        Assert.Contains(Terms.Of(DuesClass.SalariedMonthly), await secretary.Client.GetStringAsync($"/staff/dues/members/{other}"), StringComparison.Ordinal);

        // A list with the collector's own line: the class there is the collector's.
        bool IsOwnList(string text) => text.Contains("只显示您有权查看的部分", StringComparison.Ordinal) && text.Contains(_plan.People[DemoPlan.Member].Name, StringComparison.Ordinal)
            && !foreign.Any(id => text.Contains(id, StringComparison.Ordinal)) && !bases.Any(b => text.Contains(b, StringComparison.Ordinal));
    }

    [GeneratedRegex("[mkp]-[0-9a-f]{32}", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();

    /// <summary>What differs from answer to answer whatever was asked for: tokens, nonces, numbers of requests, and the id that was asked for.</summary>
    [GeneratedRegex(
        """CfDJ8(?:[A-Za-z0-9_+/=-]|&#x[0-9A-F]+;)+|0HN[0-9A-Z]+:[0-9A-F]+|[ap]-?[0-9a-f]{31,}|[0-9a-f]{32,}|"traceId":"[^"]*"|(?:value|nonce|content)="[^"]*["]""",
        RegexOptions.None, 1000)]
    private static partial Regex Changing();

    private static async Task<string> AnswerAsync(Browser browser, string path)
    {
        using var response = await browser.Client.GetAsync(path);
        var text = Changing().Replace(await response.Content.ReadAsStringAsync(), "…");
        return $"{(int)response.StatusCode} {response.Headers.Location} {text}";
    }

    private static string IdOf(TransactionEntry entry) => Pae.TransactionId(entry.Envelope.Payload).ToHex();

    private async Task<Browser> OpenAsync(string account)
    {
        var browser = _server.Open();
        await browser.SignInAsDemoAsync(account);
        return browser;
    }

    private IEnumerable<(long Index, TransactionEntry Entry)> Entries()
    {
        for (long index = 0; index < _server.Ledger.Head.Size; index++)
        {
            if (LogEntry.Decode(_server.Ledger.ReadEntry(index)!) is TransactionEntry entry)
            {
                yield return (index, entry);
            }
        }
    }

    /// <summary>Every id on the ledger that is not the member's, whole and as pages shorten it: people, keys and payments of others.</summary>
    private (HashSet<string> Ids, HashSet<string> Payments) Foreign(Browser browser)
    {
        var member = browser.Member;
        var (ids, payments) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var own = new HashSet<string>(StringComparer.Ordinal) { member.ToString(), browser.Key.Key.Id.ToString() };
        foreach (var (index, entry) in Entries())
        {
            foreach (var happened in entry.Events ?? [])
            {
                var text = happened.Body.GetRawText();
                if (text.Contains($"\"member\":\"{member}\"", StringComparison.Ordinal))
                {
                    own.UnionWith(Ids().Matches(text).Select(m => m.Value).Where(i => i[0] != 'm'));
                }
            }

            own.UnionWith(entry.Actors.Where(a => a.Member == member).Select(a => a.Key.Id.ToString()));
            ids.UnionWith(entry.Actors.Select(a => a.Key.Id.ToString()));
            ids.UnionWith(Ids().Matches(Encoding.UTF8.GetString(_server.Ledger.ReadEntry(index)!) + Encoding.UTF8.GetString(entry.Envelope.Payload)).Select(m => m.Value));
        }

        ids.ExceptWith(own);
        payments.UnionWith(ids.Where(i => i[0] == 'p'));
        return ([.. ids, .. ids.Select(i => i[..10])], payments);
    }

    private IEnumerable<string> Pages() => _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        .Select(e => Parameter().Replace("/" + e.RoutePattern.RawText!.TrimStart('/'), "1")).Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Shapes()
    {
        for (long height = 1; height <= _server.Ledger.Head.Height; height++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"/explorer/blocks/{height}");
        }

        for (long index = 0; index < _server.Ledger.Head.Size; index++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"/explorer/entries/{index}");
        }
    }
}
