using System.Globalization;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Execution;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Engine.Ordering;
using Mingjian.Engine.Store;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Formats.Tests.Recording;

/// <summary>What became of one act of a batch.</summary>
/// <param name="Index">Its entry; null when it was dropped.</param>
/// <param name="Code">Null when carried out.</param>
internal sealed record RecordedAct(Hash32 Id, string Command, long? Index, string? Code);

/// <summary>One block and what it must give.</summary>
/// <param name="Block">Roots, size and the final checkpoint.</param>
/// <param name="Seal">Its last entry.</param>
/// <param name="VoteEpoch">The epoch in which it was voted on.</param>
/// <param name="Quorum">Of the nodes that sign it.</param>
/// <param name="Tree">The state after it.</param>
internal sealed record RecordedBlock(
    BlockRecord Block, SealEntry Seal, int VoteEpoch, int Quorum, IReadOnlyList<RecordedAct> Acts, IReadOnlyList<StateWrite> Writes, StateTree Tree);

/// <summary>A batch that every node passes over.</summary>
/// <param name="Why">The fault of <see cref="BatchFault"/>, or <c>Restart</c>.</param>
internal sealed record SkippedBatch(long Position, int Node, string Why);

/// <summary>Nodes that agree on one order: the product's own batch reader, executor, writer, ballot and store, with fixed keys and times.</summary>
internal sealed class LedgerRecorder : IDisposable
{
    public const int Founders = 4;

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-vectors-").FullName;
    private readonly Dictionary<(int Number, int Generation), NodeKeys> _keys = [];
    private readonly RocksDbBlockStore _store;
    private readonly BlockWriter _writer;
    private readonly BatchReader _batches;
    private readonly Dictionary<string, MessageType> _commands = CommandRegistry.Commands.Values.ToDictionary(c => c.Name, StringComparer.Ordinal);
    private long _position;
    private int _nonce;

    public LedgerRecorder()
    {
        foreach (var (number, generation) in new[] { (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (2, 1) })
        {
            _keys.Add((number, generation), Cast.Node(_directory, number, generation));
        }

        Genesis = new NodeSet([.. Enumerable.Range(1, Founders).Select(n => Seat(n))]);
        var options = new LedgerOptions { Network = Cast.Network };
        var contracts = new ContractSet(AllContracts.Create());
        var directory = new KeyDirectory();
        _store = RocksDbBlockStore.Open(Path.Combine(_directory, "ledger"));
        _writer = new BlockWriter(options.Network, contracts, directory, _store, Genesis);
        _batches = new BatchReader(
            options.Network, new TransactionReader(options.Network, contracts), directory, new SignatureVerifier(new PlatformEcVerifier()),
            _ => null, read => Task.FromResult(read()));
    }

    public NodeSet Genesis { get; }

    public List<RecordedBlock> Blocks { get; } = [];

    public List<SkippedBatch> Skipped { get; } = [];

    /// <summary>Files by their path: batches and votes.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public IBlockStore Store => _store;

    public NodeSet NextNodes => _writer.NextNodes;

    public IStateReader State => _writer.Published.State;

    public long Height => _writer.Published.Head.Height;

    /// <summary>The block's time; set before each.</summary>
    public LedgerTime Now { get; set; }

    /// <summary>The position that the next batch takes.</summary>
    public long NextPosition => _position + 1;

    public NodeKeys Keys(int number, int generation = 0) => _keys[(number, generation)];

    public Seat Seat(int number, int generation = 0) => new(
        Keys(number, generation).Public, Cast.Organization($"of node {number}"), Cast.OrganizationKey(number, generation).Key);

    /// <summary>Envelopes of acts that the same keys sign with one gesture; several become a batch signature.</summary>
    /// <param name="signers">The first makes the acts.</param>
    public IReadOnlyList<byte[]> Sign(IReadOnlyList<ISigner> signers, params IReadOnlyList<ICommand> commands) =>
        Sign(Now.AddMilliseconds(3_600_000), signers, commands);

    /// <summary>The same with another end of their validity.</summary>
    public IReadOnlyList<byte[]> Sign(LedgerTime expires, IReadOnlyList<ISigner> signers, params IReadOnlyList<ICommand> commands)
    {
        var payloads = commands.Select(command =>
        {
            var type = _commands.Values.Single(c => c.Type == command.GetType());
            return TransactionPayload.Encode(
                type.Name, command, type.Json, Cast.Network, expires, new Nonce(Cast.Bits($"nonce {_nonce++}")), signers[0].Key.Id);
        }).ToArray();
        return [.. SigningRequest.For(payloads).SignWith(signers).Select(e => e.Encode())];
    }

    /// <summary>A batch of one node, and the block that the nodes make of it.</summary>
    /// <param name="voteEpoch">Null = the epoch of the seal.</param>
    /// <param name="carries">What the proposer says of its program.</param>
    public void Block(int proposer, IEnumerable<IReadOnlyList<byte[]>> acts, bool? restart = null, int? voteEpoch = null, int carries = 1)
    {
        var bytes = Order(proposer, acts, restart, carries);
        if (_batches.Read(new ReceivedBatch(_position, proposer, bytes), NextNodes, State, _writer.NextProtocol, out var batch) is var fault && fault != BatchFault.None)
        {
            Skipped.Add(new SkippedBatch(_position, proposer, fault.ToString()));
            return;
        }

        var nodes = NextNodes;
        var prepared = _writer.Prepare(batch!);
        var after = prepared.After ?? throw new InvalidOperationException($"Every act was dropped at {Height + 1}: {string.Join(", ", Blocks.SelectMany(b => b.Acts).Where(a => a.Code is not null))} {prepared.Executed.Outcomes[0].Rejection}");
        var seal = (SealEntry)LogEntry.Decode(after.Commit.Entries[^1]);
        var epoch = voteEpoch ?? seal.Epoch;
        var ballot = new Ballot(Cast.Network, seal.Height, epoch, nodes);
        foreach (var node in nodes.Nodes)
        {
            var vote = new VoteMessage(
                epoch, seal.Height, node.Number,
                _keys.Single(k => k.Value.Public == node).Value.Sign(after.Commit.Block.Size, after.Commit.Block.Root, seal.Time));
            if (!ballot.Take(vote))
            {
                throw new InvalidOperationException($"Vote of node {node.Number} at {seal.Height}.");
            }

            Files[string.Create(CultureInfo.InvariantCulture, $"votes/{epoch}-{seal.Height}-{node.Number}.json")] = vote.Encode();
        }

        _writer.Commit(prepared, ballot.Certificate!.Value.Note);
        var acted = batch!.Transactions.Select((t, i) => new RecordedAct(
            t.Id, t.Route.Message.Name, prepared.Executed.Outcomes[i].Index, prepared.Executed.Outcomes[i].Rejection?.Code)).ToList();
        Blocks.Add(new RecordedBlock(_store.ReadBlock(seal.Height)!, seal, epoch, nodes.Quorum, acted, after.Commit.State, after.Tree));
    }

    /// <summary>A batch that a restart will skip.</summary>
    public void Stall(int proposer, params IReadOnlyList<IReadOnlyList<byte[]>> acts)
    {
        Order(proposer, acts, null, 1);
        Skipped.Add(new SkippedBatch(_position, proposer, "Restart"));
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private byte[] Order(int proposer, IEnumerable<IReadOnlyList<byte[]>> acts, bool? restart, int carries)
    {
        _position++;
        var keys = _keys.Where(k => k.Key.Number == proposer && NextNodes.Find(proposer) == k.Value.Public).Select(k => k.Value).FirstOrDefault() ?? Keys(proposer);
        var bytes = SignedBatch.Encode(
            new BatchHeader(carries, Cast.Network, proposer, Now, restart), [.. acts.SelectMany(a => a).Select(a => (ReadOnlyMemory<byte>)a)], b => keys.SignBatch(b.Span));
        Files[string.Create(CultureInfo.InvariantCulture, $"batches/{_position}.mjbatch")] = bytes;
        return bytes;
    }
}
