using System.Text;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Ordering;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Simulation.Tests;

/// <summary>A node with good keys and bad intentions.</summary>
internal sealed class Liar(NodeKeys keys, Random random)
{
    private readonly HashSet<(long Height, int Epoch)> _lied = [];

    /// <summary>Heights for which it signed something that no honest node can have signed, and in which epoch.</summary>
    public IReadOnlySet<(long Height, int Epoch)> LiedAt => _lied;

    public int Number => keys.Public.Number;

    /// <summary>One thing that it puts into the order.</summary>
    /// <param name="height">The next block of the furthest honest node.</param>
    /// <param name="epochOf">In which epoch a height is voted on.</param>
    /// <param name="order">What everybody can see.</param>
    /// <param name="now">Its clock.</param>
    /// <param name="act">A good act that nobody has submitted.</param>
    public IEnumerable<Func<long, OrderedItem>> Act(long height, Func<long, int> epochOf, IReadOnlyList<OrderedItem> order, LedgerTime now, byte[] act)
    {
        switch (random.Next(10))
        {
            case 0:
                yield return Vote(Lie(height, epochOf(height)));
                yield return Vote(Lie(height, epochOf(height)));
                break;
            case 1:
                var lied = Math.Max(1, height - random.Next(3));
                yield return Vote(Lie(lied, epochOf(lied)));
                break;
            case 2 when Honest(order) is { } honest:
                yield return Vote(Copy(honest));
                yield return Vote(Lie(honest.Height, honest.Epoch));
                break;
            case 3 when Honest(order) is { } honest:
                yield return Vote(Copy(honest));
                break;
            case 4:
                yield return position => new ReceivedVote(position, Number, Garbage());
                yield return position => new ReceivedBatch(position, Number, Garbage());
                break;
            case 5:
                // Somebody else's name, and a stranger's.
                yield return position => new ReceivedVote(position, Number, new VoteMessage(1, height, 1, Sign(random.Next(1, 1000))).Encode());
                yield return position => new ReceivedBatch(position, 9, Batch(Number, now, act));
                yield return position => new ReceivedBatch(position, Number, Batch(1, now, act));
                break;
            case 6:
                var forged = (byte[])act.Clone();
                forged[Array.LastIndexOf(forged, (byte)'"') - 20] ^= 1;
                yield return position => new ReceivedBatch(position, Number, Batch(Number, now, act, forged));
                break;
            case 7:
                var torn = Batch(Number, now, act);
                yield return position => new ReceivedBatch(position, Number, torn.AsMemory(0, random.Next(torn.Length)));
                yield return position => new ReceivedBatch(position, Number, Damaged(Batch(Number, now, act)));
                break;
            case 8:
                // Hours ahead: no honest node votes for that.
                yield return position => new ReceivedBatch(position, Number, Batch(Number, now.AddMilliseconds(random.Next(1, 20) * 3_600_000L), act));
                break;
            default:
                // Two different batches, both good in form: harmless, but both must be taken in the same way by all.
                yield return position => new ReceivedBatch(position, Number, Batch(Number, now, act));
                yield return position => new ReceivedBatch(position, Number, Batch(Number, now.AddMilliseconds(-random.Next(100_000)), act));
                break;
        }
    }

    private Func<long, OrderedItem> Vote(VoteMessage vote) => position => new ReceivedVote(position, Number, vote.Encode());

    private VoteMessage Lie(long height, int epoch)
    {
        _lied.Add((height, epoch));
        return new VoteMessage(epoch, height, Number, Sign(random.Next(1, 1000)));
    }

    private string Sign(long size)
    {
        var root = new byte[Hash32.Size];
        random.NextBytes(root);
        return keys.Sign(size, new Hash32(root), new LedgerTime(1_795_000_000_000));
    }

    /// <summary>What an honest node signed, signed by this one as well.</summary>
    private VoteMessage Copy(VoteMessage honest)
    {
        var lines = honest.Note.Split('\n');
        return honest with
        {
            Node = Number,
            Note = keys.Sign(
                long.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture),
                Hash32.TryParse(lines[2], out var root) ? root : default, new LedgerTime(1_795_000_000_000)),
        };
    }

    private VoteMessage? Honest(IReadOnlyList<OrderedItem> order) => order
        .OfType<ReceivedVote>().Where(v => v.Node != Number).Select(v => VoteMessage.TryDecode(v.Bytes.Span)).LastOrDefault(v => v is not null);

    private byte[] Batch(int node, LedgerTime time, params byte[][] acts) => SignedBatch.Encode(
        new BatchHeader(random.Next(1, 4), LedgerFixture.Network, node, time), [.. acts.Select(a => (ReadOnlyMemory<byte>)a)], b => keys.SignBatch(b.Span));

    /// <summary>A byte before the signature is another, and all is signed again: whether it can be unpacked, every node must see alike.</summary>
    private byte[] Damaged(byte[] batch)
    {
        var body = batch[..^64];
        body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
        return [.. body, .. keys.SignBatch(body)];
    }

    private byte[] Garbage()
    {
        var bytes = new byte[random.Next(1, 300)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? bytes : [.. Encoding.ASCII.GetBytes("mingjian-batch@v2\n{\"network\":"), .. bytes];
    }
}
