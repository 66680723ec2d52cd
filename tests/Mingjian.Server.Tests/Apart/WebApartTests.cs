using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Demo;
using Mingjian.Testing;

namespace Mingjian.Server.Tests.Apart;

/// <summary>Node and pages in processes of their own.</summary>
public sealed class WebApartTests
{
    [Fact]
    public async Task A_web_process_hands_acts_to_its_node_and_while_that_is_gone_keeps_them_and_says_so()
    {
        await using var apart = await ApartProcesses.StartAsync();
        var web = await apart.StartWebAsync("web-a");
        using var secretary = await SignInAsync(apart, web);

        // Final here means that this process's own copy holds the block.
        using (var answer = await secretary.SubmitAsync(secretary.Sign(Payment(apart))))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await RefuseStrangersAsync(apart, secretary.Sign(Payment(apart)));

        await apart.Node.StopAsync();
        await ApartProcesses.EventuallyAsync(async () => await ReasonAsync(web) == "node-out-of-reach", "the web process notices that its node is gone");
        Assert.Contains("暂时连不上本单位的节点", await secretary.Client.GetStringAsync("/my/dues", ApartProcesses.Cancelled), StringComparison.Ordinal);

        var kept = secretary.Sign(Payment(apart));
        string url;
        using (var answer = await secretary.SubmitAsync(kept))
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            var result = (await answer.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("results")[0];
            Assert.Equal("waiting", result.GetProperty("status").GetString());
            Assert.Contains("恢复后自动提交", result.GetProperty("message").GetString(), StringComparison.Ordinal);
            url = result.GetProperty("url").GetString()!;
        }

        using var events = await secretary.Client.GetStreamAsync($"/api/v1/ledger/events?act={url.Split('/')[^1]}", ApartProcesses.Cancelled);
        using var reader = new StreamReader(events);
        Assert.Equal("waiting", await NextStageAsync(reader));

        // Nothing is lost: it goes on by itself, and the open page hears of it.
        await apart.StartNodeAsync();
        string stage;
        do
        {
            stage = await NextStageAsync(reader);
            Assert.Contains(stage, new[] { "accepted", "ordered", "final" });
        }
        while (stage != "final");
        Assert.Equal("final", (await secretary.Client.GetFromJsonAsync<JsonElement>(url, ApartProcesses.Cancelled)).GetProperty("status").GetString());
        await ApartProcesses.EventuallyAsync(async () => await ReasonAsync(web) is null, "the web process is well again");

        // The same bytes once more: not twice in the ledger.
        using var again = await secretary.SubmitAsync(kept);
        Assert.Equal("admission/5", await again.CodeAsync());
        Assert.False(Directory.Exists(Path.Combine(web.NetworkDirectory, "keys")), "A web process has a node's keys.");
    }

    /// <summary>Nobody without the node's own token gets an act through its channel, and none of them learns anything.</summary>
    private static async Task RefuseStrangersAsync(ApartProcesses apart, string act)
    {
        var token = (await File.ReadAllTextAsync(apart.TokenFile, ApartProcesses.Cancelled)).Trim();
        using var stranger = new HttpClient { BaseAddress = apart.Node.Address };
        foreach (var shown in new[] { null, "", token[..^1], token + "0", new string('0', token.Length) })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                using var request = new HttpRequestMessage(method, method == HttpMethod.Get ? "api/v1/web/standing" : "api/v1/web/acts");
                request.Content = method == HttpMethod.Get ? null : new StringContent($"{{\"envelopes\":[{act}]}}", Encoding.UTF8, "application/json");
                request.Headers.Authorization = shown is null ? null : new AuthenticationHeaderValue("Bearer", shown);
                using var answer = await stranger.SendAsync(request, ApartProcesses.Cancelled);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("web/token", await answer.CodeAsync());
            }
        }

        Assert.DoesNotContain(token, apart.Node.Output, StringComparison.Ordinal);
    }

    internal static async Task<Browser> SignInAsync(ApartProcesses apart, ServerProcess web)
    {
        var browser = apart.Open(web);
        await ApartProcesses.EventuallyAsync(
            async () => (await browser.PostAsync("/api/v1/demo/invitation", new { account = "secretary", key = InvitationCode.New().Key.ToString() })).StatusCode == HttpStatusCode.OK, "the demo is there");
        await browser.SignInAsDemoAsync("secretary");
        return browser;
    }

    internal static ICommand Payment(ApartProcesses apart) => new RecordVoluntaryPayment(
        LedgerId.New<PaymentId>(), apart.Plan.People[0].Id, apart.Plan.Branches[0].Id,
        LedgerTime.From(TimeProvider.System.GetUtcNow()).BeijingDate, PaymentMethod.Transfer, new Amount(1));

    /// <summary>Why the process is not well; null when it is.</summary>
    internal static async Task<string?> ReasonAsync(ServerProcess web)
    {
        using var http = new HttpClient { BaseAddress = web.Address };
        using var answer = await http.GetAsync("health/ready", ApartProcesses.Cancelled);
        var reasons = (await answer.Content.ReadFromJsonAsync<JsonElement>(ApartProcesses.Cancelled)).GetProperty("reasons");
        return reasons.GetArrayLength() == 0 ? null : reasons[0].GetString();
    }

    internal static async Task<string> NextStageAsync(StreamReader events)
    {
        while (await events.ReadLineAsync(ApartProcesses.Cancelled) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal)
                && JsonElement.Parse(line["data:".Length..]) is var data && data.TryGetProperty("status", out var status) && status.GetString() is { } stage)
            {
                return stage;
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
