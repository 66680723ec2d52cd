using System.Text;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Messages;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

/// <summary>What is refused reaches the log as rarely as can be, and then as id and code alone.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private static readonly Refusal NotEnough = new("toy/1002", "NotEnough");

    private readonly OrderGate _gate = new();
    private readonly Person _ada = new(1);
    private readonly Person _bob = new(2);
    private readonly Person _mallory = new(3);
    private readonly Posts _posts = new();
    private LedgerFixture _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerFixture.Create(o => o with { Quota = new ActQuota { Posts = _posts, MemberBytes = 1 << 20 } }, gate: _gate);
        foreach (var person in new[] { _ada, _bob, _mallory })
        {
            await _ledger.Do(person, person.Join);
        }

        _posts.Holders.Add(_ada.Member);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Open();
        await _ledger.DisposeAsync();
        _ada.Dispose();
        _bob.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public async Task Two_hundred_refused_acts_leave_no_entry_while_others_are_under_way()
    {
        var size = _ledger.Ledger.Head.Size;
        _gate.Close();
        var underWay = Enumerable.Range(0, 20).Select(i => _ledger.Submit(_ada, new Deposit(Person.Payment(i), _ada.Member, new Amount(5)))).ToList();

        // Answered while the others still wait: nobody is held up by what he does not need.
        var refused = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _ledger.Submit(_mallory, new Transfer(_mallory.Member, _ada.Member, new Amount(1 + i)))));
        Assert.All(underWay, u => Assert.False(u.IsCompleted));
        Assert.All(refused, r => Assert.Equal((NotEnough, (long?)null, (long?)null), (r.Refusal, r.Height, r.Index)));

        _gate.Open();
        Assert.All(await Task.WhenAll(underWay), r => Assert.Null(r.Refusal));
        Assert.All(refused, r => Assert.Null(_ledger.Ledger.FindEntry(r.TransactionId)));
        Assert.Empty(Entries(size).OfType<RefusalEntry>());
        Assert.Equal(20, Entries(size).OfType<TransactionEntry>().Count());
    }

    [Fact]
    public async Task Acts_that_build_on_each_other_are_ordered_in_one_go()
    {
        _gate.Close();
        var first = _ledger.Submit(_ada, new Deposit(Person.Payment(1), _ada.Member, new Amount(5)));
        var list = _ledger.Ledger.Submit([new SubmittedAct(Signed(_ada, new Transfer(_ada.Member, _bob.Member, new Amount(5)))), new SubmittedAct(Signed(_bob, new Transfer(_bob.Member, _ada.Member, new Amount(5))))]);
        var tooMuch = await _ledger.Submit(_ada, new Transfer(_ada.Member, _bob.Member, new Amount(6)));
        Assert.Equal((NotEnough, null), (tooMuch.Refusal, tooMuch.Index));

        var height = _ledger.Ledger.Head.Height;
        _gate.Open();
        var results = await Task.WhenAll([first, .. list]);
        Assert.All(results, r => Assert.Null(r.Refusal));
        // The first may have been alone in the batch that the gate held; what needs it waits for no block.
        Assert.InRange(results[^1].Height!.Value, height + 1, height + 2);
        Assert.Equal(results[1].Height, results[2].Height);
    }

    [Fact]
    public async Task Acts_of_a_member_without_post_that_contradict_each_other_are_not_ordered_together()
    {
        await _ledger.Do(_mallory, new Deposit(Person.Payment(1), _mallory.Member, new Amount(5)));
        var size = _ledger.Ledger.Head.Size;
        _gate.Close();
        var good = _ledger.Submit(_mallory, new Transfer(_mallory.Member, _bob.Member, new Amount(5)));
        var others = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _ledger.Submit(_mallory, new Transfer(_mallory.Member, _ada.Member, new Amount(5)))));
        Assert.All(others, r => Assert.Equal((NotEnough, (long?)null), (r.Refusal, r.Index)));
        _gate.Open();
        Assert.Null((await good).Refusal);
        Assert.Empty(Entries(size).OfType<RefusalEntry>());
    }

    [Fact]
    public async Task What_a_race_brings_into_the_log_is_an_id_and_a_code()
    {
        await _ledger.Do(_ada, new Deposit(Person.Payment(1), _ada.Member, new Amount(5)));
        _gate.Close();
        var first = _ledger.Submit(_ada, new Transfer(_ada.Member, _bob.Member, new Amount(5)));
        var second = Signed(_ada, new Transfer(_ada.Member, _mallory.Member, new Amount(5)));
        var racing = _ledger.Ledger.SubmitAsync(second, default);
        await Task.WhenAny(racing, Task.Delay(200));
        _gate.Open();
        Assert.Null((await first).Refusal);
        var refused = await racing;

        Assert.Equal(NotEnough, refused.Refusal);
        var bytes = _ledger.Ledger.ReadEntry(refused.Index!.Value)!;
        Assert.Equal(
            $"{{\"code\":\"toy/1002\",\"height\":{refused.Height},\"id\":\"{refused.TransactionId}\",\"time\":{_ledger.Ledger.Head.Time.Milliseconds},\"type\":\"refusal\"}}",
            Encoding.ASCII.GetString(bytes));

        // The id is known and stays refused for good.
        await _ledger.Do(_ada, new Deposit(Person.Payment(2), _ada.Member, new Amount(5)));
        var again = await _ledger.Ledger.SubmitAsync(second, default);
        Assert.Equal((AdmissionRejection.Duplicate.ToRefusal(), refused.Index), (again.Refusal, again.Index));
        Assert.Equal(ActStage.Final, (await _ledger.Ledger.FindActAsync(refused.TransactionId, default))!.Stage);
        var audit = new LedgerAudit(_ledger.Keys.Alone, new ContractSet(LedgerFixture.Toy), LedgerFixture.Toy, new SignatureVerifier(new PlatformEcVerifier()));
        Assert.Null((await audit.RunAsync(new RunningLedgerSource(_ledger.Ledger), null, default)).Fault);
    }

    [Fact]
    public async Task Nobody_uses_up_the_id_of_another_s_act()
    {
        await _ledger.Do(_ada, new Deposit(Person.Payment(1), _ada.Member, new Amount(5)));
        var payload = Person.Payload(new Transfer(_ada.Member, _bob.Member, new Amount(5)), LedgerFixture.Network, _ledger.Soon, _ada.Key.Id);
        var stolen = SigningRequest.For(payload).SignWith(_mallory.Signer)[0];
        Assert.Equal(AdmissionRejection.SignerMissing.ToRefusal(), (await _ledger.Ledger.SubmitAsync(stolen.Encode(), default)).Refusal);

        // Nor with a signature by her that does not hold, beside one's own that does.
        var forged = stolen with { Signatures = [stolen.Signatures[0], stolen.Signatures[0] with { Keyid = _ada.Key.Id }] };
        Assert.Equal(AdmissionRejection.WrongSignature.ToRefusal(), (await _ledger.Ledger.SubmitAsync(forged.Encode(), default)).Refusal);
        Assert.Null(_ledger.Ledger.FindEntry(Pae.TransactionId(payload)));
        Assert.Null((await _ledger.Ledger.SubmitAsync(SigningRequest.For(payload).SignWith(_ada.Signer)[0].Encode(), default)).Refusal);
    }

    [Fact]
    public async Task Whoever_has_had_enough_bytes_ordered_today_is_refused_until_midnight_in_Beijing()
    {
        await using var ledger = LedgerFixture.Create(o => o with
        {
            Quota = new ActQuota { Posts = _posts, MemberBytes = 2_000, PostBytes = 4_000, UnboundBytes = 1_500 },
        });
        var joined = Signed(_ada, _ada.Join).Length;
        Assert.InRange(joined, 501, 750);
        await ledger.Do(_ada, _ada.Join);
        await ledger.Do(_bob, _bob.Join);
        Assert.Equal(AdmissionRejection.QuotaExceeded.ToRefusal(), (await ledger.Submit(_mallory, _mallory.Join)).Refusal);

        // What is refused when it is tried costs nothing.
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(NotEnough, (await ledger.Submit(_bob, new Transfer(_bob.Member, _ada.Member, new Amount(1)))).Refusal);
        }

        Assert.Equal(2_000 / DepositBytes(_bob), await DepositsUntilRefusedAsync(ledger, _bob));
        Assert.Equal(4_000 / DepositBytes(_ada), await DepositsUntilRefusedAsync(ledger, _ada));

        var untilMidnight = (24 * 3_600_000L) - ((ledger.Clock.GetUtcNow().ToUnixTimeMilliseconds() + (8 * 3_600_000L)) % (24 * 3_600_000L));
        ledger.Clock.Advance(untilMidnight - 1);
        Assert.Equal(0, await DepositsUntilRefusedAsync(ledger, _bob));
        ledger.Clock.Advance(1);
        Assert.Equal(2_000 / DepositBytes(_bob), await DepositsUntilRefusedAsync(ledger, _bob));
        await ledger.Do(_mallory, _mallory.Join);
    }

    [Theory]
    [InlineData("toy/1002", true)]
    [InlineData("a/1", true)]
    [InlineData("a2345678901234567890123456789012/999999999", true)]
    [InlineData("a23456789012345678901234567890123/1", false)]
    [InlineData("toy/0", false)]
    [InlineData("toy/01", false)]
    [InlineData("toy/1000000000", false)]
    [InlineData("toy/-1", false)]
    [InlineData("toy/+1", false)]
    [InlineData("toy/1 ", false)]
    [InlineData("toy/", false)]
    [InlineData("/1", false)]
    [InlineData("Toy/1", false)]
    [InlineData("t-y/1", false)]
    [InlineData("1toy/1", false)]
    [InlineData("toy/1/2", false)]
    [InlineData("张三/1", false)]
    [InlineData("", false)]
    public void A_refusal_s_code_is_a_contract_and_a_number_and_nothing_else(string code, bool isValid)
    {
        var bytes = Encoding.UTF8.GetBytes($"{{\"code\":\"{code}\",\"height\":7,\"id\":\"{Hash32.Of("act"u8)}\",\"time\":1795000000000,\"type\":\"refusal\"}}");
        if (isValid)
        {
            var entry = Assert.IsType<RefusalEntry>(LogEntry.Decode(bytes));
            Assert.Equal((code, 7, Hash32.Of("act"u8)), (entry.Code.ToString(), entry.Height, entry.Id));
            Assert.Equal(bytes, entry.Encode());
            Assert.Equal(entry, LogEntry.DecodeOwn(bytes));
        }
        else
        {
            Assert.Throws<CanonicalJsonException>(() => LogEntry.Decode(bytes));
        }
    }

    [Theory]
    [InlineData("\"height\":7,", "")]
    [InlineData("\"height\":7,", "\"height\":7,\"envelope\":{},")]
    [InlineData("{\"code\"", "{\"actors\":[],\"code\"")]
    [InlineData("\"height\":7", "\"height\":\"7\"")]
    [InlineData("\"height\":7", "\"height\": 7")]
    [InlineData("\"type\"", "\"note\":\"x\",\"type\"")]
    public void A_refusal_has_no_other_member(string what, string with)
    {
        var good = $"{{\"code\":\"toy/1002\",\"height\":7,\"id\":\"{Hash32.Of("act"u8)}\",\"time\":1795000000000,\"type\":\"refusal\"}}";
        Assert.NotNull(LogEntry.Decode(Encoding.UTF8.GetBytes(good)));
        Assert.Throws<CanonicalJsonException>(() => LogEntry.Decode(Encoding.UTF8.GetBytes(good.Replace(what, with, StringComparison.Ordinal))));
    }

    private static int DepositBytes(Person person) =>
        person.Sign(new Deposit(Person.Payment(1), person.Member, new Amount(1)), LedgerFixture.Network, new LedgerTime(1_795_000_000_000)).Length;

    private static async Task<int> DepositsUntilRefusedAsync(LedgerFixture ledger, Person person)
    {
        for (var i = 0; ; i++)
        {
            var result = await ledger.Submit(person, new Deposit(Person.Payment(i), person.Member, new Amount(1)));
            if (result.Refusal is { } refusal)
            {
                Assert.Equal((AdmissionRejection.QuotaExceeded.ToRefusal(), null), (refusal, result.Index));
                return i;
            }
        }
    }

    private byte[] Signed(Person person, ICommand command) => person.Sign(command, LedgerFixture.Network, _ledger.Soon);

    private IEnumerable<LogEntry> Entries(long from) =>
        Enumerable.Range((int)from, (int)(_ledger.Ledger.Head.Size - from)).Select(i => LogEntry.Decode(_ledger.Ledger.ReadEntry(i)!));

    private sealed class Posts : IPostHolders
    {
        public HashSet<MemberId> Holders { get; } = [];

        public bool HoldsPost(IStateReader state, MemberId member, LedgerTime now) => Holders.Contains(member);
    }
}
