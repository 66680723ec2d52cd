using System.Text;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

/// <summary>Every refusal of admission in order of precedence: each row mends the fault of the row above and keeps all later ones.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private const long Hour = 3_600_000;
    private static readonly NetworkId Other = NetworkId.Parse("other.mingjian.invalid/1");

    private readonly Person _ada = new(1);
    private readonly Person _stranger = new(2);
    private LedgerFixture _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerFixture.Create();
        await _ledger.Do(_ada, _ada.Join);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _ada.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Refusals_come_in_order_of_precedence()
    {
        var now = LedgerTime.From(_ledger.Clock.GetUtcNow());
        var logged = new Deposit(Person.Payment(1), _ada.Member, new Amount(5));
        var nonce = LedgerId.New<Nonce>();
        var done = _ada.Sign(logged, LedgerFixture.Network, _ledger.Soon, nonce);
        Assert.Null((await Submit(done)).Refusal);
        _ledger.Clock.Advance(2 * Hour);
        now = LedgerTime.From(_ledger.Clock.GetUtcNow());

        (AdmissionRejection? Expected, byte[] Envelope)[] rows =
        [
            (AdmissionRejection.TooLarge, new byte[Envelope.MaxSize + 1]),
            (AdmissionRejection.MalformedEnvelope, new byte[Envelope.MaxSize]),
            (AdmissionRejection.MalformedEnvelope, []),
            (AdmissionRejection.MalformedEnvelope, [.. Strange(Raw("toy.Nothing", "{}", Other, now)), (byte)' ']),
            (AdmissionRejection.MalformedEnvelope, Wrapped(Raw("toy.Nothing", "{}", Other, now), twice: true)),
            (AdmissionRejection.MalformedPayload, Strange(Encoding.UTF8.GetBytes("{\"body\":{}}"))),
            (AdmissionRejection.SignerMissing, Strange(Raw("toy.Nothing", "{}", Other, now, _ada))),
            (AdmissionRejection.WrongNetwork, Strange(Raw("toy.Nothing", "{}", Other, now))),
            (AdmissionRejection.Duplicate, done),
            (AdmissionRejection.Expired, Strange(Raw("toy.Nothing", "{}", LedgerFixture.Network, now))),
            (AdmissionRejection.ExpiresTooLate, Strange(Raw("toy.Nothing", "{}", LedgerFixture.Network, now.AddMilliseconds((72 * Hour) + 1)))),
            (AdmissionRejection.UnknownCommand, Strange(Raw("toy.Nothing", "{}", LedgerFixture.Network, now.AddMilliseconds(72 * Hour)))),
            (AdmissionRejection.MalformedCommand, Strange(Raw("toy.Deposit", "{}", LedgerFixture.Network, now.AddMilliseconds(1)))),
            (AdmissionRejection.MalformedCommand, Strange(Raw("toy.Swell", "{\"payments\":[null]}", LedgerFixture.Network, now.AddMilliseconds(1)))),
            (AdmissionRejection.CommandNotActive, _stranger.Sign(new Sweep(_ada.Member), LedgerFixture.Network, now.AddMilliseconds(1))),
            (AdmissionRejection.UnknownKey, WrongScheme(_stranger, Payload(now, 2, _stranger.Key.Id))),
            (AdmissionRejection.WrongScheme, WrongScheme(_ada, Payload(now, 2, _ada.Key.Id))),
            (AdmissionRejection.WrongSignature, Forged(Payload(now, 2, _ada.Key.Id))),
            (null, SigningRequest.For(Payload(now, 2, _ada.Key.Id)).SignWith(_ada.Signer)[0].Encode()),
        ];
        for (var i = 0; i < rows.Length; i++)
        {
            var result = await Submit(rows[i].Envelope);
            Assert.True(rows[i].Expected?.ToRefusal() == result.Refusal, $"row {i}: expected {rows[i].Expected}, got {result.Refusal}");
        }

    }

    [Theory]
    [InlineData(-1, AdmissionRejection.Expired)]
    [InlineData(0, AdmissionRejection.Expired)]
    [InlineData(1, null)]
    [InlineData(72 * Hour, null)]
    [InlineData((72 * Hour) + 1, AdmissionRejection.ExpiresTooLate)]
    public async Task Validity_ends_at_its_expiry_and_lasts_no_longer_than_72_hours(long milliseconds, AdmissionRejection? expected)
    {
        var now = LedgerTime.From(_ledger.Clock.GetUtcNow());
        var result = await Submit(_ada.Sign(
            new Deposit(Person.Payment(9), _ada.Member, new Amount(1)), LedgerFixture.Network, now.AddMilliseconds(milliseconds)));
        Assert.Equal(expected?.ToRefusal(), result.Refusal);
    }

    [Fact]
    public async Task An_introduced_key_must_itself_have_signed()
    {
        var result = await _ledger.Submit(_ada, new Join(_stranger.Member, _stranger.Key));
        Assert.Equal(AdmissionRejection.UnknownKey.ToRefusal(), result.Refusal);
        Assert.Null((await _ledger.Submit(_stranger, _stranger.Join)).Refusal);
    }

    [Fact]
    public async Task A_key_counts_from_the_block_after_its_binding_and_a_revoked_one_until_the_block_after()
    {
        await using var ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        await ledger.Do(_ada, _ada.Join);
        var leave = ledger.Submit(_ada, new Leave(_ada.Key.Id));
        await leave;
        Assert.Equal(
            AdmissionRejection.UnknownKey.ToRefusal(),
            (await ledger.Submit(_ada, new Deposit(Person.Payment(1), _ada.Member, new Amount(1)))).Refusal);
    }

    [Fact]
    public async Task An_act_whose_events_do_not_fit_into_an_entry_is_logged_as_refused()
    {
        // The envelope stays below 40,000 bytes; with its events twice the list the entry would pass 65,535.
        var payments = Enumerable.Range(0, 650).Select(Person.Payment).ToArray();
        var result = await _ledger.Submit(_ada, new Swell(payments));
        Assert.Equal(AdmissionRejection.EntryTooLarge.ToRefusal(), result.Refusal);
        Assert.NotNull(result.Index);
        Assert.True(_ledger.Ledger.ReadEntry(result.Index.Value)!.Length <= 65_535);
    }

    [Fact]
    public async Task A_full_queue_is_answered_at_once_and_nothing_of_it_is_done()
    {
        await using var ledger = LedgerFixture.Create(o => o with { AdmissionQueueLength = 8 }, new() { QueueLength = 8 });
        await ledger.Do(_ada, _ada.Join);
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => ledger.Submit(_ada, new Deposit(Person.Payment(i), _ada.Member, new Amount(1)))));
        var busy = results.Count(r => r.Refusal == AdmissionRejection.Busy.ToRefusal());
        Assert.True(busy > 0, "The queue was never full.");
        Assert.All(results, r => Assert.True(r.Refusal is null || r.Refusal == AdmissionRejection.Busy.ToRefusal()));
        Assert.Equal(
            new Amount(results.Length - busy), ledger.Ledger.ReadState().Get(ToyContract.Accounts.Key(_ada.Member))!.Balance);
    }

    [Fact]
    public void Codes_are_what_they_always_were()
    {
        Assert.Equal(
            "TooLarge=1 MalformedEnvelope=2 MalformedPayload=3 WrongNetwork=4 Duplicate=5 Expired=6 ExpiresTooLate=7 UnknownCommand=8 "
            + "CommandNotActive=9 MalformedCommand=10 UnknownKey=11 WrongScheme=12 WrongSignature=13 EntryTooLarge=14 Busy=15 "
            + "SignerMissing=16 QuotaExceeded=17 AssertionShape=18 UserNotVerified=19 UnknownSite=20 UpgradeNeeded=21",
            string.Join(' ', Enum.GetValues<AdmissionRejection>().Select(r => $"{r}={(int)r}")));
    }

    private Task<SubmitResult> Submit(byte[] envelope) => _ledger.Ledger.SubmitAsync(envelope, CancellationToken.None);

    private byte[] Payload(LedgerTime now, int number, KeyId signer) =>
        Person.Payload(new Deposit(Person.Payment(number), _ada.Member, new Amount(1)), LedgerFixture.Network, now.AddMilliseconds(1), signer);

    private byte[] Raw(string command, string body, NetworkId network, LedgerTime expires, Person? signer = null) => Encoding.UTF8.GetBytes(
        $"{{\"body\":{body},\"command\":\"{command}\",\"expires\":{expires.Milliseconds},\"network\":\"{network}\",\"nonce\":\"{new Nonce(7)}\",\"signer\":\"{(signer ?? _stranger).Key.Id}\"}}");

    /// <summary>Signed by somebody unknown with a scheme that is not the key's: all later faults at once.</summary>
    private byte[] Strange(byte[] payload) => WrongScheme(_stranger, payload);

    private static byte[] WrongScheme(Person person, byte[] payload) => new Envelope(
        payload, Envelope.TransactionType, [new EnvelopeSignature(person.Key.Id, "sm2", new byte[64])]).Encode();

    private byte[] Forged(byte[] payload)
    {
        var signed = SigningRequest.For(payload).SignWith(_ada.Signer)[0];
        var forged = (byte[])signed.Signatures[0].Sig.Clone();
        forged[63] ^= 1;
        return (signed with { Signatures = [signed.Signatures[0] with { Sig = forged }] }).Encode();
    }

    private byte[] Wrapped(byte[] payload, bool twice)
    {
        var signature = new EnvelopeSignature(_stranger.Key.Id, "sm2", new byte[64]);
        return new Envelope(payload, Envelope.TransactionType, twice ? [signature, signature] : [signature]).Encode();
    }
}
