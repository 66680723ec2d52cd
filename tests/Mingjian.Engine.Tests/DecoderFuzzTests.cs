using CsCheck;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Messages;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

/// <summary>Bytes from anybody: a coded refusal or a value, never another exception, for a bounded time.</summary>
public sealed class DecoderFuzzTests
{
    private const int Seconds = 5;

    [Fact]
    public async Task Mutated_envelopes_are_refused_with_a_code_or_read()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        var reader = new TransactionReader(LedgerFixture.Network, new ContractSet(LedgerFixture.Toy));
        byte[][] valid =
        [
            ada.Sign(ada.Join, LedgerFixture.Network, ledger.Soon),
            ada.Sign(new Deposit(Person.Payment(1), ada.Member, new Amount(5)), LedgerFixture.Network, ledger.Soon),
            .. SigningRequest.For([.. Enumerable.Range(0, 5).Select(i => Person.Payload(new Deposit(Person.Payment(i), ada.Member, new Amount(5)), LedgerFixture.Network, ledger.Soon, ada.Key.Id))])
                .SignWith(ada.Signer).Select(e => e.Encode()),
        ];
        var read = 0;
        var refused = 0;
        Mutations(valid).Sample(
            bytes =>
            {
                if (reader.ReadFrame(bytes, out var frame) is not null || reader.ReadCommand(frame, out _, out _) is not null)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                // What is read has one byte form: the bytes themselves.
                Interlocked.Increment(ref read);
                Assert.Equal(bytes, frame.Envelope.Encode());
            },
            time: Seconds);
        Assert.True(refused > 1000, $"{refused} refused, {read} read: too little happened.");
    }

    [Fact]
    public async Task Mutated_entries_are_faults_with_a_place_or_read()
    {
        await using var ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await ledger.Do(ada, new Deposit(Person.Payment(1), ada.Member, new Amount(5)));
        await ledger.Submit(ada, new Deposit(Person.Payment(2), ada.Member, Amount.Zero));
        var valid = Enumerable.Range(0, (int)ledger.Ledger.Head.Size).Select(i => ledger.Ledger.ReadEntry(i)!).ToArray();
        var preparer = new EntryPreparer(
            new TransactionReader(LedgerFixture.Network, new ContractSet(LedgerFixture.Toy)), new SignatureVerifier(new PlatformEcVerifier()));
        var faults = 0;
        Mutations(valid).Sample(
            bytes =>
            {
                var prepared = preparer.Prepare(bytes, Merkle.HashLeaf(bytes), 17);
                Assert.True(prepared.Fault is not null ^ (prepared.Act is not null || prepared.Seal is not null));
                if (prepared.Fault is { } fault)
                {
                    Assert.Equal("entry 17", fault.Place);
                    Interlocked.Increment(ref faults);
                }

                try
                {
                    Assert.Equal(bytes, LogEntry.Decode(bytes).Encode());
                }
                catch (CanonicalJsonException)
                {
                    // The one refusal that the decoder has.
                }
            },
            time: Seconds);
        Assert.True(faults > 1000, $"{faults} faults: too little happened.");
    }

    /// <summary>Flipped, cut, inserted, doubled and spliced bytes of valid messages, and pure noise.</summary>
    private static Gen<byte[]> Mutations(byte[][] valid)
    {
        var pick = Gen.Int[0, valid.Length - 1].Select(i => valid[i]);
        byte[][] tokens =
        [
            [.. "null"u8], [.. "\"\""u8], [.. "{}"u8], [.. "[]"u8], [.. "-0"u8], [.. "1e9"u8], [.. ","u8], [.. "\\u0041"u8], [0xff, 0xfe], [.. " "u8], [.. "9223372036854775808"u8],
        ];
        var token = Gen.Int[0, tokens.Length - 1].Select(i => tokens[i]);
        var flip = Gen.Select(pick, Gen.Int[0, 1 << 20], Gen.Int[0, 7], (b, at, bit) =>
        {
            var copy = (byte[])b.Clone();
            copy[at % copy.Length] ^= (byte)(1 << bit);
            return copy;
        });
        var insert = Gen.Select(pick, Gen.Int[0, 1 << 20], token, (b, at, t) => (byte[])[.. b[..(at % b.Length)], .. t, .. b[(at % b.Length)..]]);
        var replace = Gen.Select(pick, Gen.Int[0, 1 << 20], token, (b, at, t) =>
            (byte[])[.. b[..(at % b.Length)], .. t, .. b[Math.Min((at % b.Length) + t.Length, b.Length)..]]);
        var cut = Gen.Select(pick, Gen.Int[0, 1 << 20], Gen.Int[0, 64], (b, at, n) =>
            (byte[])[.. b[..(at % b.Length)], .. b[Math.Min((at % b.Length) + n, b.Length)..]]);
        var splice = Gen.Select(pick, pick, Gen.Int[0, 1 << 20], Gen.Int[0, 1 << 20], (a, b, i, j) => (byte[])[.. a[..(i % a.Length)], .. b[(j % b.Length)..]]);
        Gen<byte[]> noise = Gen.Byte.Array[0, 200];
        return Gen.OneOf<byte[]>(flip, flip, insert, replace, cut, splice, noise, pick);
    }
}
