using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>A batch that was looked at before its turn is judged as one that was not.</summary>
public sealed class ReadAheadTests
{
    private const int Act = Acts.Opening + 2;

    private readonly Counting _verifier = new();
    private readonly BatchReader _reader;
    private readonly PreparedBlock _opening;
    private readonly BlockWriter _writer;
    private Func<BatchReader.Ahead?>? _begun;

    public ReadAheadTests()
    {
        var network = LedgerFixture.Network;
        var rules = Rules.Programs[0];
        _reader = new BatchReader(network, new TransactionReader(network, rules), Rules.Directory, _verifier, _ => null, read =>
        {
            _begun = read;
            return Task.FromResult(read());
        });
        _writer = new BlockWriter(network, rules, Rules.Directory, new SimulatedStore(new SimulatedDisk(() => false)), Acts.Founders);
        Assert.Equal(BatchFault.None, Read(Batch(1, Acts.All.Take(Acts.Opening)), out var opening));
        _opening = _writer.Prepare(opening!);
        _verifier.Count = 0;
    }

    [Fact]
    public void Signatures_that_were_checked_ahead_are_not_checked_again()
    {
        var batch = Batch(2, Acts.All.Skip(Acts.Opening));
        _reader.ReadAhead(batch, Acts.Founders, _opening.State, 2);
        Assert.Equal(Acts.All.Count - Acts.Opening, _verifier.Count);
        Assert.Equal(BatchFault.None, _reader.Read(batch, Acts.Founders, _opening.State, 2, out var read));
        Assert.Equal(Acts.All.Count - Acts.Opening, _verifier.Count);
        Assert.Equal(Acts.All.Skip(Acts.Opening), read!.Transactions.Select(t => t.Bytes.ToArray()));
    }

    [Theory]
    [InlineData(false, BatchFault.None)]
    [InlineData(true, BatchFault.Act)]
    public void A_key_that_was_not_known_ahead_is_looked_for_again_and_then_its_signature_must_hold(bool isForged, BatchFault expected)
    {
        var batch = Batch(2, [isForged ? Forge(Acts.All[Act]) : Acts.All[Act]]);
        _reader.ReadAhead(batch, Acts.Founders, _writer.Published.State, 1);
        Assert.Equal(0, _verifier.Count);
        Assert.Equal(expected, _reader.Read(batch, Acts.Founders, _opening.State, 2, out _));
        Assert.Equal(1, _verifier.Count);
    }

    [Fact]
    public void What_was_bad_ahead_is_bad_in_its_turn_and_a_proposer_with_other_keys_is_looked_at_anew()
    {
        var bad = Batch(2, [Acts.All[Act + 1], Forge(Acts.All[Act])]);
        _reader.ReadAhead(bad, Acts.Founders, _opening.State, 2);
        Assert.Equal(BatchFault.Act, _reader.Read(bad, Acts.Founders, _opening.State, 2, out _));

        var good = Batch(3, [Acts.All[Act]]);
        _reader.ReadAhead(good, Acts.Founders, _opening.State, 2);
        var changed = new NodeSet([Acts.Seat(1, 1), .. Acts.Founders.Seats!.Skip(1)]);
        Assert.Equal(BatchFault.Signature, _reader.Read(good, changed, _opening.State, 2, out _));
    }

    [Fact]
    public void A_batch_is_looked_at_ahead_once_and_another_one_is_read_in_between_as_ever()
    {
        var next = Batch(5, [Acts.All[Act]]);
        _reader.ReadAhead(next, Acts.Founders, _opening.State, 2);
        _begun = null;
        _reader.ReadAhead(next, Acts.Founders, _opening.State, 2);
        Assert.Null(_begun);

        Assert.Equal(BatchFault.None, _reader.Read(Batch(4, [Acts.All[Act + 1]]), Acts.Founders, _opening.State, 2, out var other));
        Assert.Equal(Acts.All[Act + 1], Assert.Single(other!.Transactions).Bytes.ToArray());
        Assert.Equal(2, _verifier.Count);
        Assert.Equal(BatchFault.None, _reader.Read(next, Acts.Founders, _opening.State, 2, out var read));
        Assert.Equal(Acts.All[Act], Assert.Single(read!.Transactions).Bytes.ToArray());
        Assert.Equal(2, _verifier.Count);
    }

    /// <summary>The same act with another signature, which is still base64.</summary>
    private static byte[] Forge(byte[] act)
    {
        var forged = (byte[])act.Clone();
        ref var digit = ref forged[Array.LastIndexOf(forged, (byte)'"') - 20];
        digit = digit == 'A' ? (byte)'B' : (byte)'A';
        return forged;
    }

    private BatchFault Read(ReceivedBatch batch, out OrderedBatch? read) =>
        _reader.Read(batch, Acts.Founders, _writer.Published.State, 1, out read);

    private static ReceivedBatch Batch(long position, IEnumerable<byte[]> acts)
    {
        var keys = Acts.Keys[(1, 0)];
        var header = new BatchHeader(1, LedgerFixture.Network, 1, new LedgerTime(World.Start));
        return new ReceivedBatch(position, 1, SignedBatch.Encode(header, [.. acts.Select(a => (ReadOnlyMemory<byte>)a)], b => keys.SignBatch(b.Span)));
    }

    private sealed class Counting : ISignatureVerifier
    {
        private int _count;

        public int Count
        {
            get => _count;
            set => _count = value;
        }

        public SignatureFault Verify(ReadOnlySpan<byte> pae, EnvelopeSignature signature, PublicKeyValue key)
        {
            Interlocked.Increment(ref _count);
            return Acts.Verifier.Verify(pae, signature, key);
        }
    }
}
