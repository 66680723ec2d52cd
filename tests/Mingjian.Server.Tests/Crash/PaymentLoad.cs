using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Mingjian.Server.Demo;

namespace Mingjian.Server.Tests.Crash;

/// <summary>An act that the server has called final, and where it said that it stands.</summary>
internal sealed record AcknowledgedAct(Hash32 Id, long Height, long Index);

/// <summary>The demo secretary at several windows at once: pays a month and reverses it again, or records lists of voluntary payments.</summary>
/// <remarks>
/// Each window sends one request after the other. Where the connection breaks before the answer, the same bytes are sent again once the
/// server is back: they must then become final, or be final already.
/// </remarks>
internal sealed class PaymentLoad : IDisposable
{
    private const int Lists = 4;
    private const int ListLength = 10;
    private const string Duplicate = "admission/5";

    private readonly Browser _browser;
    private readonly DemoPlan _plan;
    private readonly DateOnly _today;
    private readonly List<Window> _windows = [];
    private string _token = "";
    private int _askedAgain;
    private int _foundFinal;

    private PaymentLoad(Browser browser, DemoPlan plan, LedgerTime now)
    {
        _browser = browser;
        _plan = plan;
        _today = now.BeijingDate;

        // The members of the secretary's branch whose newest month the demo leaves unpaid.
        int[] unpaid = [1, 3, 4, 5];
        _windows.AddRange(unpaid.Select(i => new Window(plan.People[i].Id)));
        _windows.AddRange(Enumerable.Range(0, Lists).Select(i => new Window(plan.People[i].Id) { IsList = true }));
    }

    public ConcurrentBag<AcknowledgedAct> Acknowledged { get; } = [];

    /// <summary>Acts whose answer a kill has swallowed.</summary>
    public int AskedAgain => _askedAgain;

    /// <summary>Those of them that were final all the same.</summary>
    public int FoundFinal => _foundFinal;

    /// <summary>Acts that were sent and not answered.</summary>
    public IEnumerable<Hash32> Unanswered => _windows.SelectMany(w => w.UnderWay).Select(a => a.Id);

    public static async Task<PaymentLoad> CreateAsync(Uri address, string networkDirectory)
    {
        static LedgerTime Now() => LedgerTime.From(TimeProvider.System.GetUtcNow());
        var network = NetworkId.Parse((await File.ReadAllTextAsync(Path.Combine(networkDirectory, "network.txt"))).Trim());
        var browser = new Browser(address, network, Now);
        await browser.SignInAsDemoAsync("secretary");
        return new PaymentLoad(browser, DemoPlan.LoadOrCreate(networkDirectory), Now());
    }

    /// <summary>The session is still open on the restarted server; the newest answers hold; what was under way is settled.</summary>
    public async Task ReturnToAsync(Uri address)
    {
        _browser.MoveTo(address);
        var session = await _browser.SessionAsync();
        Assert.True(session.GetProperty("signedIn").GetBoolean(), "The session did not survive the kill.");
        _token = session.GetProperty("csrfToken").GetString()!;
        foreach (var window in _windows)
        {
            if (window.Newest is { } newest)
            {
                var place = await _browser.Client.GetFromJsonAsync<JsonElement>($"/api/v1/transactions/{newest.Id.ToHex()}");
                Assert.Equal((newest.Height, newest.Index), (place.GetProperty("height").GetInt64(), place.GetProperty("index").GetInt64()));
            }

            foreach (var act in window.UnderWay)
            {
                await SettleAsync(window, act);
            }

            window.UnderWay.Clear();
        }
    }

    /// <summary>Goes on until the server is gone.</summary>
    public Task RunAsync() => Task.WhenAll(_windows.Select(w => Task.Run(() => WriteAsync(w))));

    /// <summary>Reads the live updates until the server ends them.</summary>
    /// <returns>How many lines there were.</returns>
    public async Task<int> FollowAsync(CancellationToken cancellationToken)
    {
        using var stream = await _browser.Client.GetStreamAsync("/api/v1/ledger/events", cancellationToken);
        using var reader = new StreamReader(stream);
        var lines = 0;
        while (await reader.ReadLineAsync(cancellationToken) is not null)
        {
            lines++;
        }

        return lines;
    }

    public void Dispose() => _browser.Dispose();

    private async Task WriteAsync(Window window)
    {
        try
        {
            while (true)
            {
                window.UnderWay.AddRange(window.IsList ? Enumerable.Range(0, ListLength).Select(_ => Act(Voluntary(window))) : [Act(NextOf(window))]);
                using var response = await PostAsync([.. window.UnderWay.Select(a => a.Envelope)]);
                var results = await ResultsAsync(response);
                Assert.True(response.StatusCode == HttpStatusCode.OK, results.ToString());
                for (var i = 0; i < window.UnderWay.Count; i++)
                {
                    Acknowledge(window, window.UnderWay[i], results[i]);
                }

                window.UnderWay.Clear();
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Killed. What is under way is settled after the restart.
        }
    }

    private async Task SettleAsync(Window window, SentAct act)
    {
        _askedAgain++;
        using var response = await PostAsync([act.Envelope]);
        var result = (await ResultsAsync(response))[0];
        if (response.StatusCode != HttpStatusCode.OK)
        {
            Assert.Equal(Duplicate, result.GetProperty("code").GetString());
            _foundFinal++;
            result = await _browser.Client.GetFromJsonAsync<JsonElement>($"/api/v1/transactions/{act.Id.ToHex()}");
        }

        Acknowledge(window, act, result);
    }

    private void Acknowledge(Window window, SentAct act, JsonElement place)
    {
        var known = new AcknowledgedAct(act.Id, place.GetProperty("height").GetInt64(), place.GetProperty("index").GetInt64());
        Acknowledged.Add(known);
        window.Newest = known;
        window.Open = act.Command is RecordPayment payment ? payment.Payment : null;
    }

    private ICommand NextOf(Window window) => window.Open is { } open
        ? new ReversePayment(open, ReversalReason.RecordedTwice)
        : new RecordPayment(
            LedgerId.New<PaymentId>(), window.Member, _plan.Branches[0].Id, _today, PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary,
            [new PaymentItem(Month.Of(_today), new Amount(1))]);

    private RecordVoluntaryPayment Voluntary(Window window) =>
        new(LedgerId.New<PaymentId>(), window.Member, _plan.Branches[0].Id, _today, PaymentMethod.Transfer, new Amount(1));

    private SentAct Act(ICommand command)
    {
        var payload = _browser.Payload(command, LedgerTime.From(TimeProvider.System.GetUtcNow()).AddMilliseconds(24L * 3_600_000));
        return new SentAct(Pae.TransactionId(payload), command, _browser.Sign(payload));
    }

    private async Task<HttpResponseMessage> PostAsync(IReadOnlyList<string> envelopes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/transactions");
        request.Content = new StringContent($"{{\"envelopes\":[{string.Join(',', envelopes)}]}}");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-CSRF-TOKEN", _token);
        return await _browser.Client.SendAsync(request);
    }

    private static async Task<JsonElement> ResultsAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results");

    private sealed record SentAct(Hash32 Id, ICommand Command, string Envelope);

    private sealed class Window(MemberId member)
    {
        public MemberId Member { get; } = member;

        public bool IsList { get; init; }

        /// <summary>Sent, and not answered.</summary>
        public List<SentAct> UnderWay { get; } = [];

        /// <summary>The payment that stands and is to be reversed next.</summary>
        public PaymentId? Open { get; set; }

        public AcknowledgedAct? Newest { get; set; }
    }
}
