using System.Globalization;
using System.Net;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Primitives;

namespace Mingjian.Server.Tests;

/// <summary>A payment is reversed after its receipt went out: whoever holds the receipt learns of it, and nobody else.</summary>
public sealed class ReceiptStandingTests : IAsyncLifetime
{
    private static readonly ReceiptVerifier Verifier = new(new PlatformEcVerifier());

    private RunningServer _server = null!;
    private Browser _secretary = null!;
    private Browser _member = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(demo: true);
        _secretary = await SignInAsync("secretary");
        _member = await SignInAsync("member");
    }

    public async ValueTask DisposeAsync()
    {
        _secretary.Dispose();
        _member.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_receipt_says_as_of_which_block_it_holds_and_a_fresh_standing_says_reversed()
    {
        var payment = await PayAsync();
        var file = await DownloadAsync(payment);
        var network = TrustedNetwork.Parse(await _member.Client.GetByteArrayAsync("/ledger/network"));
        var issued = Verifier.Verify(file, network);
        Assert.True(issued.Verdict == ReceiptVerdict.InForce, issued.Conclusion);
        Assert.Equal(_server.Ledger.Head.Height, issued.Standing!.Height);
        Assert.Contains($"第 {issued.Standing.Height} 区块 有效</strong>", await PageAsync(_member, payment), StringComparison.Ordinal);

        using var outsider = _server.Open();
        var held = await AskAsync(outsider, StandingQuery.For(ReceiptFile.Parse(file)));
        Assert.Equal(HttpStatusCode.OK, held.Status);
        Assert.Equal(ReceiptVerdict.InForce, Verifier.Verify(file, network, new StandingDemand(held.Body)).Verdict);

        // The objection of the member shows, and takes nothing out of force.
        await AcceptAsync(_member, new DisputePayment(payment, DisputeReason.WrongAmount));
        var objected = await AskAsync(outsider, StandingQuery.For(ReceiptFile.Parse(file)));
        var disputed = Verifier.Verify(file, network, new StandingDemand(objected.Body));
        Assert.Equal((ReceiptVerdict.InForce, DisputeReason.WrongAmount), (disputed.Verdict, disputed.Standing!.Dispute));

        await AcceptAsync(_secretary, new ReversePayment(payment, ReversalReason.WrongAmount));
        var reversal = _server.Ledger.Head;
        await AcceptAsync(_secretary, Payment());
        var fresh = await AskAsync(outsider, StandingQuery.For(ReceiptFile.Parse(file)));
        var report = Verifier.Verify(file, network, new StandingDemand(fresh.Body));
        Assert.True(report.Verdict == ReceiptVerdict.Reversed, report.Conclusion);
        Assert.Equal(_server.Ledger.Head.Height, report.Standing!.Height);
        Assert.Equal(new ReversalPlace(reversal.Height, reversal.Size - 2, reversal.Time), report.Standing.Reversed);
        Assert.True(report.Standing.IsFresh);

        // The file alone proves what it says, of its own block.
        Assert.Equal(issued.Standing, Verifier.Verify(file, network).Standing);

        var gone = await _member.Client.GetAsync($"/api/v1/receipts/{payment}");
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        var proof = await _member.Client.GetByteArrayAsync($"/api/v1/receipts/{payment}/standing");
        Assert.Equal(ReceiptVerdict.Reversed, Verifier.Verify(file, network, new StandingDemand(proof)).Verdict);
        var page = await PageAsync(_member, payment);
        Assert.Contains("data-standing=\"reversed\"", page, StringComparison.Ordinal);
        Assert.Contains($"第 {reversal.Height} 区块", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg", page[page.IndexOf("class=\"receipt\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_holds_the_receipt_is_told_and_the_answer_is_otherwise_that_of_nothing()
    {
        var (mine, other) = (await PayAsync(), await PayAsync());
        var query = StandingQuery.For(ReceiptFile.Parse(await DownloadAsync(mine)));
        var second = StandingQuery.For(ReceiptFile.Parse(await DownloadAsync(other)));
        var entry = _server.Ledger.ReadEntry(query.Index)!;
        var seal = _server.Ledger.Head.Size - 1;
        using var outsider = _server.Open();
        var nothing = await AskAsync(outsider, new StandingQuery(long.MaxValue, query.Proof));
        Assert.Equal(HttpStatusCode.NotFound, nothing.Status);
        foreach (var wrong in new[]
        {
            query with { Proof = string.Empty },
            query with { Proof = second.Proof },
            query with { Index = second.Index },
            query with { Index = -1 },
            query with { Proof = Convert.ToHexStringLower(Merkle.HashLeaf(entry).ToArray()) },
            query with { Proof = Convert.ToHexStringLower(Hash32.Of(entry).ToArray()) },
            query with { Proof = query.Proof.ToUpperInvariant() },
            query with { Proof = query.Proof + "0" },
            query with { Proof = new string('0', 1000) },
            query with { Proof = mine.ToString() },
            // Entries of which one may know the bytes are no payments.
            new StandingQuery(seal, StandingQuery.ProofOf(_server.Ledger.ReadEntry(seal)!)),
            new StandingQuery(0, StandingQuery.ProofOf(_server.Ledger.ReadEntry(0)!)),
        })
        {
            var answer = await AskAsync(outsider, wrong);
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            Assert.Equal(Named(nothing.Body), Named(answer.Body));
        }

        var held = await AskAsync(outsider, query);
        Assert.Equal(HttpStatusCode.OK, held.Status);
        Assert.Contains($"key dues/payment/{mine}\n", Encoding.UTF8.GetString(held.Body), StringComparison.Ordinal);
        Assert.DoesNotContain(other.ToString(), Encoding.UTF8.GetString(held.Body), StringComparison.Ordinal);

        // By the payment's number it is for those who may have the receipt.
        using (var stranger = await SignInAsync("auditor"))
        using (var officer = await SignInAsync("officer"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await outsider.Client.GetAsync($"/api/v1/receipts/{mine}/standing")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await officer.Client.GetAsync($"/api/v1/receipts/{mine}/standing")).StatusCode);
            var receipt = (await stranger.Client.GetAsync($"/api/v1/receipts/{mine}")).StatusCode;
            Assert.Equal(receipt, (await stranger.Client.GetAsync($"/api/v1/receipts/{mine}/standing")).StatusCode);
        }

        var extra = new RecordVoluntaryPayment(
            LedgerId.New<PaymentId>(), _secretary.Member, Payment().Branch, _server.Now.BeijingDate, PaymentMethod.Cash, new Amount(100));
        await AcceptAsync(_secretary, extra);
        Assert.Equal("receipts/unknown", await (await _member.Client.GetAsync($"/api/v1/receipts/{extra.Payment}/standing")).CodeAsync());

        static string Named(byte[] problem) =>
            System.Text.Json.JsonDocument.Parse(problem).RootElement.GetProperty("code").GetString()
            + System.Text.Json.JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString();
    }

    [Fact]
    public async Task Asking_is_bounded_for_an_address_without_a_session()
    {
        const int Permits = 5;
        await using var server = await RunningServer.StartAsync(demo: true, ("Mingjian:Limits:RequestsPerMinute", $"{Permits}"));
        using var outsider = server.Open();
        var query = new StandingQuery(0, new string('0', 64));
        for (var i = 0; i < Permits; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(outsider, query)).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(outsider, query)).Status);
    }

    private async Task<Browser> SignInAsync(string account)
    {
        var browser = _server.Open();
        await browser.SignInAsDemoAsync(account);
        return browser;
    }

    private RecordPayment Payment()
    {
        var member = _member.Member;
        var today = _server.Now.BeijingDate;
        return new RecordPayment(
            LedgerId.New<PaymentId>(), member, _server.Ledger.ReadState().Member(member)!.Branch, today, PaymentMethod.Cash, Payer.Member,
            PaymentBasis.Ordinary, [new PaymentItem(Month.Of(today), new Amount(100))]);
    }

    private async Task<PaymentId> PayAsync()
    {
        var payment = Payment();
        await AcceptAsync(_secretary, payment);
        return payment.Payment;
    }

    private static async Task AcceptAsync(Browser who, Contracts.Sdk.ICommand command)
    {
        using var answer = await who.SubmitAsync(who.Sign(command));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The read model follows the ledger in its own time.</summary>
    private async Task<byte[]> DownloadAsync(PaymentId payment)
    {
        var answer = await _member.Client.GetAsync($"/api/v1/receipts/{payment}");
        for (var i = 0; i < 200 && answer.StatusCode == HttpStatusCode.NotFound; i++)
        {
            await Task.Delay(25);
            answer = await _member.Client.GetAsync($"/api/v1/receipts/{payment}");
        }

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static Task<string> PageAsync(Browser who, PaymentId payment) => who.Client.GetStringAsync($"/receipts/{payment}");

    private static async Task<(HttpStatusCode Status, byte[] Body)> AskAsync(Browser who, StandingQuery query)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{StandingQuery.Address}{query.Index}"));
        request.Headers.TryAddWithoutValidation(StandingQuery.ProofHeader, query.Proof);
        using var answer = await who.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }
}
