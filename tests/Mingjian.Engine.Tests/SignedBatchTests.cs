using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CsCheck;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

/// <summary>What a node proposes, packed and signed; and what a node that signs nonsense can do with it: nothing.</summary>
public sealed class SignedBatchTests : IDisposable
{
    private static readonly LedgerTime Time = new(1_795_000_000_000);
    private static readonly byte[][] Acts = [.. Enumerable.Range(0, 100).Select(i => Encoding.ASCII.GetBytes($"{{\"payload\":\"{new string('a', 300)}{i}\"}}"))];

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-").FullName;
    private readonly NodeKeys _keys;

    public SignedBatchTests() => _keys = NodeKeys.LoadOrCreate(_directory, LedgerFixture.Network, 2);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Acts_come_out_as_they_went_in_and_take_less_room()
    {
        var bytes = Encode(Acts);
        Assert.True(bytes.Length < Acts.Sum(a => a.Length) / 10, $"{bytes.Length} bytes");
        Assert.Equal(BatchFault.None, Decode(bytes, out var batch));
        Assert.Equal((LedgerFixture.Network, 2, Time), (batch!.Header.Network, batch.Header.Node, batch.Header.Time));
        Assert.Equal(Acts, batch.Envelopes.Select(e => e.ToArray()));
    }

    [Fact]
    public void What_cannot_be_packed_takes_hardly_more_room()
    {
        var act = System.Security.Cryptography.RandomNumberGenerator.GetBytes(39_000);
        var bytes = Encode([act, act[..20_000], act]);
        Assert.Equal(BatchFault.None, Decode(bytes, out var batch));
        Assert.Equal(act, batch!.Envelopes[2].ToArray());
        Assert.True(Encode([act]).Length < 39_400);
    }

    [Fact]
    public void What_is_signed_and_does_not_hold_what_it_says_has_no_form()
    {
        var content = Content(Acts);
        Assert.Equal(BatchFault.None, Decode(Sign(content.Length, Pack(content)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(content.Length - 1, Pack(content)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(content.Length + 1, Pack(content)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(content.Length, Pack(content)[..^1]), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(content.Length, content), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(0, Pack(content)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(-1, Pack(content)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(content.Length, []), out _));

        // A bomb: a few hundred bytes that would unpack to megabytes. Its length is looked at before it is unpacked.
        var bomb = new byte[64 << 20];
        Assert.Equal(BatchFault.Form, Decode(Sign(bomb.Length, Pack(bomb)), out _));
        Assert.Equal(BatchFault.Form, Decode(Sign(SignedBatch.MaxSize, Pack(bomb)), out _));
        var largest = Content([.. Enumerable.Repeat(new byte[SignedBatch.MaxSize / 8 - 4], 8)]);
        Assert.Equal(BatchFault.None, Decode(Sign(largest.Length, Pack(largest)), out _));
    }

    [Fact]
    public void A_batch_without_acts_says_what_its_node_carries()
    {
        Assert.Equal(BatchFault.None, Decode(Sign(0, Pack([])), out var batch));
        Assert.Empty(batch!.Envelopes);
        Assert.Equal(1, batch.Header.Carries);
    }

    [Fact]
    public void Whoever_did_not_sign_it_has_nothing_unpacked()
    {
        var bytes = Sign(17, [1, 2, 3]);
        Assert.Equal(BatchFault.Form, Decode(bytes, out _));
        bytes[^1] ^= 1;
        Assert.Equal(BatchFault.Signature, Decode(bytes, out _));
    }

    [Fact]
    public void Damaged_content_that_is_signed_again_is_read_or_has_no_form()
    {
        var valid = Encode(Acts[..5])[..^64];
        var faults = 0;
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, 20]).Sample(
            mutation =>
            {
                var (at, value, cut) = mutation;
                var body = valid[..^cut];
                body[Math.Min(at, body.Length - 1)] = value;
                var fault = Decode([.. body, .. _keys.SignBatch(body)], out var batch);
                Assert.Equal(fault == BatchFault.None, batch is not null);
                if (fault != BatchFault.None)
                {
                    Interlocked.Increment(ref faults);
                }
            },
            iter: 3_000);
        Assert.True(faults > 1_000, $"{faults} faults");
    }

    private static byte[] Content(IEnumerable<byte[]> acts)
    {
        using var content = new MemoryStream();
        var length = new byte[4];
        foreach (var act in acts)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, act.Length);
            content.Write(length);
            content.Write(act);
        }

        return content.ToArray();
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
        {
            brotli.Write(content);
        }

        return packed.ToArray();
    }

    private byte[] Sign(int length, byte[] packed)
    {
        var said = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(said, length);
        var header = Encode(Acts[..1]);
        var end = Array.IndexOf(header, (byte)'\n', "mingjian-batch@v2\n".Length) + 1;
        byte[] body = [.. header[..end], .. said, .. packed];
        return [.. body, .. _keys.SignBatch(body)];
    }

    private byte[] Encode(IEnumerable<byte[]> acts) => SignedBatch.Encode(
        new BatchHeader(1, LedgerFixture.Network, 2, Time), [.. acts.Select(a => (ReadOnlyMemory<byte>)a)], b => _keys.SignBatch(b.Span));

    private BatchFault Decode(byte[] bytes, out SignedBatch? batch) => SignedBatch.TryDecode(bytes, LedgerFixture.Network, _keys.Public, out batch);
}
