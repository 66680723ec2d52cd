using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Slices.Check;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Testing;
using Mingjian.Views.ReadModels;
using Npgsql;

namespace Mingjian.Server.Tests.Apart;

/// <summary>Two web processes of one node on one PostgreSQL: nobody has to come back to the process where he began.</summary>
public sealed class SeveralWebsTests
{
    private const int Windows = 3;

    /// <summary>Acts of each window after the kill.</summary>
    private const int Rest = 5;

    [Fact]
    public async Task What_is_begun_at_one_web_process_goes_on_at_another_also_when_the_one_is_killed()
    {
        await using var apart = await ApartProcesses.StartAsync();
        var first = await apart.StartWebAsync("web-a");
        using var secretary = await WebApartTests.SignInAsync(apart, first);
        var second = await apart.StartWebAsync("web-b");

        await ActElsewhereAsync(apart, secretary, first, second);
        await SignInAcrossAsync(secretary, first, second);
        await ImportAcrossAsync(apart, first, second);

        // The first one was there before the second, so it is the one that projects.
        Assert.True(first.Output.Contains("keeps the read models up", StringComparison.Ordinal), $"{first.Output}\n== second\n{second.Output}");
        var done = new ConcurrentBag<string>();
        var killed = new TaskCompletionSource();
        var load = LoadAsync(apart, secretary, second, done, killed.Task);
        await ApartProcesses.EventuallyAsync(() => Task.FromResult(done.Count >= Windows * Rest), "the load runs");
        await first.StopAsync();
        killed.SetResult();
        await load;
        Assert.Equal(done.Count, done.Distinct().Count());
        await ApartProcesses.EventuallyAsync(
            () => Task.FromResult(second.Output.Contains("keeps the read models up", StringComparison.Ordinal)), "the other takes over");
        await CompareAsync(apart);

        await KeepForAnotherAsync(apart, secretary, second);
    }

    /// <summary>Signed in at one, acts at the other, and both show it.</summary>
    private static async Task ActElsewhereAsync(ApartProcesses apart, Browser secretary, ServerProcess first, ServerProcess second)
    {
        secretary.MoveTo(second.Address);
        Assert.True(await secretary.IsSignedInAsync(), "The session of one process is not known to the other.");
        var payment = new RecordPayment(
            LedgerId.New<PaymentId>(), apart.Plan.People[1].Id, apart.Plan.Branches[0].Id, Today, PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary,
            [new PaymentItem(Month.Of(Today), new Amount(1))]);
        using var answer = await secretary.SubmitAsync(secretary.Sign(payment));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var id = (await ResultAsync(answer)).GetProperty("transactionId").GetString()!;
        foreach (var web in new[] { first, second })
        {
            secretary.MoveTo(web.Address);
            using var events = await secretary.Client.GetStreamAsync(
                $"/api/v1/ledger/events?act={Convert.ToHexStringLower(Convert.FromBase64String(id))}", ApartProcesses.Cancelled);
            using var reader = new StreamReader(events);
            string stage;
            do
            {
                stage = await WebApartTests.NextStageAsync(reader);
            }
            while (stage != "final");
            await ApartProcesses.EventuallyAsync(
                async () => (await secretary.Client.GetAsync($"/api/v1/receipts/{payment.Payment}", ApartProcesses.Cancelled)).StatusCode == HttpStatusCode.OK,
                "the receipt is there");
        }
    }

    /// <summary>A challenge of one is answered at the other, once; who signs out at one has signed out at both.</summary>
    private static async Task SignInAcrossAsync(Browser secretary, ServerProcess first, ServerProcess second)
    {
        secretary.MoveTo(first.Address);
        var challenge = await secretary.ChallengeAsync();
        secretary.MoveTo(second.Address);
        using (var signedIn = await secretary.AnswerAsync(challenge))
        {
            Assert.Equal(HttpStatusCode.NoContent, signedIn.StatusCode);
        }

        secretary.MoveTo(first.Address);
        using (var again = await secretary.AnswerAsync(challenge))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        }

        var cookies = secretary.Cookies.GetAllCookies().ToList();
        Assert.True(await secretary.IsSignedInAsync());
        secretary.MoveTo(second.Address);
        using (await secretary.PostAsync("/session/sign-out", "{}"))
        {
            // The cookie that the first one has seen as good a moment ago.
            secretary.MoveTo(first.Address);
            cookies.ForEach(c => secretary.Cookies.Add(new Cookie(c.Name, c.Value, c.Path, c.Domain)));
            Assert.False(await secretary.IsSignedInAsync(), "Signed out at one process, and still in at the other.");
        }

        using var back = await secretary.AnswerAsync(await secretary.ChallengeAsync());
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
    }

    /// <summary>A roster read at one is confirmed at the other.</summary>
    private static async Task ImportAcrossAsync(ApartProcesses apart, ServerProcess first, ServerProcess second)
    {
        using var officer = apart.Open(first);
        await officer.SignInAsDemoAsync("officer");
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(Repository.Sample("roster-300.xlsx"), ApartProcesses.Cancelled));
        using var upload = await officer.PostAsync("/api/v1/roster/imports", content);
        var draft = (await upload.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("draft").GetString();
        officer.MoveTo(second.Address);
        using var confirm = await officer.PostAsync($"/api/v1/roster/imports/{draft}/confirm", new { });
        Assert.Equal(HttpStatusCode.OK, confirm.StatusCode);
        Assert.Equal(300, (await confirm.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("people").GetInt32());
        officer.MoveTo(first.Address);
        using var twice = await officer.PostAsync($"/api/v1/roster/imports/{draft}/confirm", new { });
        Assert.Equal("roster/107", await twice.CodeAsync());

        // What lies between them in the database cannot be read there.
        await using var connection = new NpgsqlConnection(apart.Sql.Single(s => s.Key == "Sql:ConnectionString").Value);
        await connection.OpenAsync(ApartProcesses.Cancelled);
        await using var command = new NpgsqlCommand("""SELECT "Value" FROM shared.values WHERE "Kind" = 'cookie-key'""", connection);
        var key = (byte[])(await command.ExecuteScalarAsync(ApartProcesses.Cancelled))!;
        Assert.DoesNotContain("<key", System.Text.Encoding.UTF8.GetString(key), StringComparison.Ordinal);
    }

    /// <summary>Acts at several windows at once, until some time after the kill.</summary>
    private static Task LoadAsync(ApartProcesses apart, Browser secretary, ServerProcess web, ConcurrentBag<string> done, Task killed)
    {
        secretary.MoveTo(web.Address);
        return Task.WhenAll(Enumerable.Range(0, Windows).Select(_ => Task.Run(async () =>
        {
            for (var after = 0; after < Rest; after += killed.IsCompleted ? 1 : 0)
            {
                using var answer = await secretary.SubmitAsync(secretary.Sign(WebApartTests.Payment(apart)));
                var result = await ResultAsync(answer);
                var id = Convert.ToHexStringLower(Convert.FromBase64String(result.GetProperty("transactionId").GetString()!));
                await ApartProcesses.EventuallyAsync(async () => (await StatusAsync(secretary, id)) == "final", "every act becomes final");
                done.Add(id);
            }
        })));
    }

    /// <summary>The lists in PostgreSQL are row by row what a fresh projection of the ledger gives.</summary>
    private static async Task CompareAsync(ApartProcesses apart)
    {
        await using var third = await apart.OpenWebAsync("web-c");
        using var http = new HttpClient { BaseAddress = apart.Node.Address };
        var node = await http.GetFromJsonAsync<JsonElement>("ledger/node", ApartProcesses.Cancelled);
        var height = node.GetProperty("height").GetInt64();
        await ApartProcesses.EventuallyAsync(() => Task.FromResult(third.Ledger.Head.Height == height), "a new web process catches up");
        Assert.Equal(node.GetProperty("stateRoot").GetString(), third.Ledger.Head.StateRoot.ToString());
        var checks = third.Services.GetRequiredService<CheckRunner>();
        CheckReport report;
        do
        {
            report = await checks.RunAsync(CheckTrigger.Person, null, ApartProcesses.Cancelled);
            Assert.Empty(report.Faults);
        }
        while (report.Height < height);
    }

    /// <summary>An act that one keeps while the node is away is handed on by another when the one is killed.</summary>
    private static async Task KeepForAnotherAsync(ApartProcesses apart, Browser secretary, ServerProcess second)
    {
        var first = await apart.StartWebAsync("web-a");
        await apart.Node.StopAsync();
        foreach (var web in new[] { first, second })
        {
            await ApartProcesses.EventuallyAsync(async () => await WebApartTests.ReasonAsync(web) == "node-out-of-reach", "the node is gone");
        }

        secretary.MoveTo(first.Address);
        using var answer = await secretary.SubmitAsync(secretary.Sign(WebApartTests.Payment(apart)));
        var result = await ResultAsync(answer);
        Assert.Equal("waiting", result.GetProperty("status").GetString());
        var id = Convert.ToHexStringLower(Convert.FromBase64String(result.GetProperty("transactionId").GetString()!));
        secretary.MoveTo(second.Address);
        await ApartProcesses.EventuallyAsync(async () => await StatusAsync(secretary, id) == "waiting", "the other knows of it");
        await first.StopAsync();
        await apart.StartNodeAsync();
        await ApartProcesses.EventuallyAsync(async () => await StatusAsync(secretary, id) == "final", "the other hands it on");
    }

    private static DateOnly Today => LedgerTime.From(TimeProvider.System.GetUtcNow()).BeijingDate;

    private static async Task<JsonElement> ResultAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("results")[0];

    private static async Task<string?> StatusAsync(Browser browser, string id)
    {
        using var answer = await browser.Client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/transactions/{id}"), ApartProcesses.Cancelled);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("status").GetString()
            : null;
    }
}
