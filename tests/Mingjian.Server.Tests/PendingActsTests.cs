using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>A back payment of more than six months: the secretary signs, the act waits, the committee's officer signs, it is final.</summary>
public sealed class PendingActsTests : IAsyncLifetime
{
    private static readonly Month November = new(2026, 11);
    private RunningServer _server = null!;
    private Browser _secretary = null!;
    private Browser _officer = null!;
    private MemberId _member;
    private OrganizationId _branch;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(demo: true);
        using (var member = await SignInAsync("member"))
        {
            _member = member.Member;
            _branch = _server.Ledger.ReadState().Member(_member)!.Branch;
        }

        // November 2026 was assessed and has not been paid; in June 2027 it lies seven months back.
        _server.Clock.Advance(TimeSpan.FromDays(220));
        _secretary = await SignInAsync("secretary");
        _officer = await SignInAsync("officer");
    }

    public async ValueTask DisposeAsync()
    {
        _secretary.Dispose();
        _officer.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task It_is_kept_after_the_secretarys_signature_and_final_after_the_officers()
    {
        var envelope = _secretary.Sign(Payment());
        Assert.Equal("dues/1412", await (await _secretary.SubmitAsync(envelope)).CodeAsync());

        // Refused when it was tried, so it left no entry and the very same act can still be countersigned.
        Assert.Equal(HttpStatusCode.NoContent, (await HoldAsync(_secretary, envelope)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await HoldAsync(_secretary, envelope)).StatusCode);
        var page = await PageAsync(_officer);
        Assert.Equal(1, Count(page, "核对并会签"));
        Assert.Contains("党员乙", page, StringComparison.Ordinal);
        Assert.Contains("93.00", page, StringComparison.Ordinal);
        Assert.Equal(0, Count(await PageAsync(_secretary), "核对并会签"));
        Assert.Contains("等上级党委组织委员会签", await PageAsync(_secretary), StringComparison.Ordinal);
        Assert.Contains("1 笔超过 6 个月的补交等您会签", await _officer.Client.GetStringAsync("/staff"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await _officer.SubmitAsync(Cosign(envelope, _officer))).StatusCode);
        Assert.Equal(0, Count(await PageAsync(_officer), "核对并会签"));
        Assert.Contains("没有等待会签的事项", await PageAsync(_secretary), StringComparison.Ordinal);
        var month = _server.Ledger.ReadState().DuesMonth(_member, November)!;
        Assert.Equal(month.Due, month.Paid);
    }

    [Fact]
    public async Task The_auditor_sees_no_waiting_act()
    {
        await HoldAsync(_secretary, _secretary.Sign(Payment()));
        using var auditor = await SignInAsync("auditor");
        Assert.Contains("没有等待会签的事项", await PageAsync(auditor), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_act_ends_with_its_validity()
    {
        await HoldAsync(_secretary, _secretary.Sign(Payment()));
        _server.Clock.Advance(TimeSpan.FromMinutes(59));
        using var officer = await SignInAsync("officer");
        Assert.Equal(1, Count(await PageAsync(officer), "核对并会签"));
        _server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Count(await PageAsync(officer), "核对并会签"));
    }

    [Fact]
    public async Task Nothing_else_is_kept()
    {
        await ExpectAsync("pending/101", _secretary.Sign(new RevokeKey(LedgerId.New<KeyId>(), KeyRevocationReason.Lost)));
        await ExpectAsync("pending/101", _secretary.Sign(Payment() with { Basis = PaymentBasis.BackPayment }));
        await ExpectAsync("pending/101", _secretary.Sign(_secretary.Payload(Payment(), network: NetworkId.Parse("another.mingjian.invalid/1"))));
        await ExpectAsync("pending/101", "{\"payload\":1}");
        await ExpectAsync("pending/102", _secretary.Sign(_secretary.Payload(Payment(), _server.Now)));
        await ExpectAsync("pending/102", _secretary.Sign(_secretary.Payload(Payment(), _server.Now.AddMilliseconds((72L * 3600 * 1000) + 1))));
        await ExpectAsync("pending/103", _officer.Sign(Payment()));
        await ExpectAsync("pending/103", Cosign(_secretary.Sign(Payment()), _officer));
        using var thief = Es256Signer.Create();
        await ExpectAsync("pending/103", _secretary.Sign(Payment(), thief));
        var good = _secretary.Sign(Payment());
        var other = _secretary.Sign(Payment());
        var forged = good.Replace(Signature(good), Signature(other), StringComparison.Ordinal);
        await ExpectAsync("pending/103", forged);
        var elsewhere = _server.Ledger.ReadState().Member(_officer.Member)!.Branch;
        await ExpectAsync("pending/104", _secretary.Sign(Payment() with { Branch = elsewhere }));
    }

    private RecordPayment Payment() => new(
        LedgerId.New<PaymentId>(), _member, _branch, _server.Now.BeijingDate, PaymentMethod.Cash, Payer.Member, PaymentBasis.LongBackPayment,
        [new PaymentItem(November, _server.Ledger.ReadState().DuesMonth(_member, November)!.Due)]);

    private async Task ExpectAsync(string code, string envelope)
    {
        var response = await HoldAsync(_secretary, envelope);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(code, await response.CodeAsync());
    }

    private static Task<HttpResponseMessage> HoldAsync(Browser browser, string envelope) =>
        browser.PostAsync("/api/v1/pending", $"{{\"envelopes\":[{envelope}]}}");

    private static Task<string> PageAsync(Browser browser) => browser.Client.GetStringAsync("/staff/dues/pending");

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Signature(string envelope)
    {
        var start = envelope.IndexOf("\"sig\":\"", StringComparison.Ordinal);
        return envelope[start..(envelope.IndexOf('"', start + 7) + 1)];
    }

    private static string Cosign(string envelope, Browser second)
    {
        Assert.Equal(EnvelopeFault.None, Envelope.TryDecode(Encoding.UTF8.GetBytes(envelope), out var first));
        var added = SigningRequest.For(first!.Payload).SignWith(second.Key)[0];
        return Encoding.UTF8.GetString((first with { Signatures = [.. first.Signatures, .. added.Signatures] }).Encode());
    }

    private async Task<Browser> SignInAsync(string account)
    {
        var browser = _server.Open();
        await browser.SignInAsDemoAsync(account);
        return browser;
    }
}
