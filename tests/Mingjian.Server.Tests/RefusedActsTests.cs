using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>What a plain member can bring into the log for ever by acts that are refused: nothing, also while others' acts are under way.</summary>
[Collection(nameof(DemoServer))]
public sealed class RefusedActsTests(DemoServer demo)
{
    private static RevokeKey Harmless => new(LedgerId.New<KeyId>(), KeyRevocationReason.Lost);

    [Fact]
    public async Task Two_hundred_refused_acts_in_one_request_leave_no_entry_while_other_acts_are_under_way()
    {
        var (officer, member) = (demo.People["officer"], demo.People["member"]);
        var before = demo.Server.Ledger.Head.Size;
        var payloads = Enumerable.Range(0, 200).Select(_ => member.Payload(Harmless)).ToList();
        var envelopes = payloads.Select(p => member.Sign(p)).ToArray();
        using var stop = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var done = 0;
            while (!stop.IsCancellationRequested)
            {
                var acts = Enumerable.Range(0, 20).Select(_ => officer.Sign(new IssueInvitation(
                    member.Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000)))).ToArray();
                using var response = await officer.SubmitAsync(acts);
                done += response.StatusCode == HttpStatusCode.OK ? acts.Length : 0;
            }

            return done;
        })).ToArray();

        for (var round = 0; round < 3; round++)
        {
            using var response = await member.SubmitAsync(envelopes);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            var results = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results").EnumerateArray().ToList();
            Assert.Equal(200, results.Count);
            Assert.All(results, r =>
            {
                Assert.Equal(("refused", "members/1501"), (r.GetProperty("status").GetString(), r.GetProperty("code").GetString()));
                Assert.True(!r.TryGetProperty("index", out var index) || index.ValueKind == JsonValueKind.Null);
            });
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(others)).Sum() > 0, "Nobody else's act was under way.");
        Assert.All(payloads, p => Assert.Null(demo.Server.Ledger.FindEntry(Pae.TransactionId(p))));
        for (var i = before; i < demo.Server.Ledger.Head.Size; i++)
        {
            var bytes = demo.Server.Ledger.ReadEntry(i)!;
            Assert.IsNotType<RefusalEntry>(LogEntry.Decode(bytes));
            Assert.DoesNotContain("members.RevokeKey", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stranger_who_signs_another_s_payload_does_not_use_up_its_id()
    {
        var (officer, member) = (demo.People["officer"], demo.People["member"]);
        var payload = officer.Payload(new IssueInvitation(member.Member, InvitationCode.New().Key, demo.Server.Now.AddMilliseconds(60_000)));
        using (var stolen = await member.SubmitAsync(member.Sign(payload)))
        {
            Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
            Assert.Equal("admission/16", await stolen.CodeAsync());
        }

        Assert.Null(demo.Server.Ledger.FindEntry(Pae.TransactionId(payload)));
        using var own = await officer.SubmitAsync(officer.Sign(payload));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task Whoever_has_had_enough_today_is_told_when_it_opens_again()
    {
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:MemberBytesPerDay", "50000"));
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        using var officer = server.Open();
        await officer.SignInAsDemoAsync("officer");

        // A plain member can object and take it back for ever.
        var paid = PaymentOf(server, member.Member);
        var (done, bytes, code) = (0, 0, (string?)null);
        while (code is null && done < 200)
        {
            var envelope = done % 2 == 0 ? member.Sign(new DisputePayment(paid, DisputeReason.WrongAmount)) : member.Sign(new WithdrawDispute(paid));
            using var response = await member.SubmitAsync(envelope);
            code = response.StatusCode == HttpStatusCode.OK ? null : await response.CodeAsync();
            if (code is null)
            {
                (done, bytes) = (done + 1, bytes + Encoding.UTF8.GetByteCount(envelope));
            }
            else
            {
                var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
                Assert.Contains("零点", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            }
        }

        Assert.Equal("admission/17", code);
        Assert.InRange(bytes, 48_000, 50_000);

        // Whoever holds a post is not bound by it.
        for (var i = 0; i < 4; i++)
        {
            var acts = Enumerable.Range(0, 25).Select(_ => officer.Sign(new IssueInvitation(
                member.Member, InvitationCode.New().Key, server.Now.AddMilliseconds(60_000)))).ToArray();
            using var invited = await officer.SubmitAsync(acts);
            Assert.Equal(HttpStatusCode.OK, invited.StatusCode);
        }

        server.Clock.Advance(TimeSpan.FromHours(12));
        using var again = server.Open();
        await again.SignInAsDemoAsync("member");
        using var next = await again.SubmitAsync(again.Sign(done % 2 == 0 ? new DisputePayment(paid, DisputeReason.WrongAmount) : new WithdrawDispute(paid)));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    /// <summary>The member's newest payment: an older one is disputed.</summary>
    private static PaymentId PaymentOf(RunningServer server, MemberId member)
    {
        for (var i = server.Ledger.Head.Size - 1; i >= 0; i--)
        {
            if (LogEntry.Decode(server.Ledger.ReadEntry(i)!) is TransactionEntry { Events: [{ Name: "dues.PaymentRecorded" } paid] }
                && string.Equals(paid.Body.GetProperty("member").GetString(), member.ToString(), StringComparison.Ordinal))
            {
                return LedgerId.Parse<PaymentId>(paid.Body.GetProperty("payment").GetString()!);
            }
        }

        throw new InvalidOperationException("The demo's member has paid nothing.");
    }
}
