using System.Runtime.CompilerServices;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Store;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Slices.Tests.Dues;

/// <summary>A ledger in memory that runs the real contracts; entries have the real form, only signatures and proofs are left out.</summary>
internal sealed class ScriptedLedger(LedgerTime start) : ILedger
{
    private static readonly NodeSet Alone = new([new Node(NodeKey(1), NodeKey(2), 1, NodeKey(3))]);

    private readonly Dictionary<string, object> _state = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IContract> _contracts = AllContracts.Create().ToDictionary(c => c.Name, StringComparer.Ordinal);
    private readonly List<byte[]> _entries = [];
    private readonly List<LedgerBlock> _blocks = [];
    private ulong _nonce;

    public NetworkId Network { get; } = NetworkId.Parse("test.mingjian.invalid/00000001");

    /// <summary>Time of the next block.</summary>
    public LedgerTime Now { get; set; } = start;

    public LedgerHead Head => _blocks is [.., var last]
        ? new(last.Height, _entries.Count, last.Root, last.StateRoot, last.Time, "")
        : new(0, 0, default, default, Now, "");

    /// <summary>One block of acts by one signer; gives the refusal codes, null for those carried out.</summary>
    public IReadOnlyList<string?> Block(MemberId signer, params IReadOnlyList<ICommand> commands) => Block([.. commands.Select(c => (signer, c))]);

    /// <summary>One block of acts, each with its signer; gives the refusal codes, null for those carried out.</summary>
    public IReadOnlyList<string?> Block(IReadOnlyList<(MemberId Signer, ICommand Command)> acts)
    {
        var first = _entries.Count;
        var height = _blocks.Count + 1L;
        var refusals = acts.Select(a => Execute(a.Signer, a.Command, height)).ToList();
        _entries.Add(new SealEntry(
            AllContracts.Protocol, _entries.Count + 1 - first, 1, first, height, Network, default, default, height, default, 1, AllContracts.Protocol, default, Now).Encode());
        _blocks.Add(new LedgerBlock(height, first, _entries.Count - first, Now, default, default));
        return refusals;
    }

    /// <summary>As <see cref="Block"/>, for acts that must succeed.</summary>
    public void Accept(MemberId signer, params IReadOnlyList<ICommand> commands)
    {
        var refusals = Block(signer, commands);
        for (var i = 0; i < commands.Count; i++)
        {
            Assert.True(refusals[i] is null, $"{commands[i]} was refused: {refusals[i]}");
        }
    }

    public byte[]? ReadEntry(long index) => index < _entries.Count ? _entries[(int)index] : null;

    public LedgerBlock? ReadBlock(long height) => height >= 1 && height <= _blocks.Count ? _blocks[(int)height - 1] : null;

    public IStateReader ReadState() => new Reader(_state);

    public ProvenState ProveState(string path) => throw new NotSupportedException();

    public async IAsyncEnumerable<LedgerBlock> FollowAsync(long fromHeight, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var height = fromHeight; ; height++)
        {
            while (height > _blocks.Count)
            {
                await Task.Delay(5, cancellationToken);
            }

            yield return _blocks[(int)height - 1];
        }
    }

    public Task<SubmitResult> SubmitAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken) => throw new NotSupportedException();

    public long? FindEntry(Hash32 transactionId) => null;

    public byte[]? ReadTile(int level, long number, int width) => throw new NotSupportedException();

    public IReadOnlyList<Hash32> ProveInclusion(long index, long size) => [];

    public IReadOnlyList<Hash32> ProveConsistency(long oldSize, long newSize) => [];

    public string ReadCheckpoint(long height) => "";

    private static Ed25519PublicKey NodeKey(byte use) => new(Hash32.Of([use]).ToArray());

    private string? Execute(MemberId signer, ICommand command, long height)
    {
        var contract = _contracts[command switch
        {
            OrganizationsCommand => "organizations",
            MembersCommand => "members",
            DuesCommand => "dues",
            _ => throw new NotSupportedException(),
        }];
        var type = contract.Commands.Single(c => c.Type == command.GetType());
        var key = command is IIntroducesKey introduces ? introduces.Key : Keys.Of(signer);
        MemberId? member = command is IIntroducesKey ? null : signer;
        var context = new DecisionContext(Now, height, Network, [new Actor(key.Id, key, member)], Alone, 1, AllContracts.Protocol);
        var decision = contract.Decide(new Reader(_state), command, context);
        foreach (var happened in decision.Events)
        {
            var writes = new Writes();
            contract.Apply(new Reader(_state), happened, context, writes);
            writes.CopyTo(_state);
        }

        if (decision.Rejection is { } refused)
        {
            var unlogged = new Hash32([.. BitConverter.GetBytes(++_nonce), .. new byte[24]]);
            _entries.Add(new RefusalEntry(RefusalCode.Parse(refused.Code), height, unlogged, Now).Encode());
            return refused.Code;
        }

        var payload = TransactionPayload.Encode(
            type.Name, command, type.Json, Network, Now.AddMilliseconds(3_600_000), new Nonce(++_nonce), key.Id);
        var envelope = new Envelope(payload, Envelope.TransactionType, [new EnvelopeSignature(key.Id, key.Scheme, new byte[64])]);
        var events = decision.Events.Select(e =>
        {
            var eventType = contract.Events.Single(t => t.Type == e.GetType());
            return EntryEvent.Create(eventType.Name, e, eventType.Json);
        }).ToList();
        _entries.Add(new TransactionEntry([new EntryActor(key, member)], envelope, events, height, Now).Encode());
        return null;
    }

    private sealed class Reader(Dictionary<string, object> state) : IStateReader
    {
        public T? Get<T>(StateKey<T> key)
            where T : class => state.TryGetValue(key.Path, out var value) ? (T)value : null;
    }

    private sealed class Writes : IStateWriter
    {
        private readonly List<(string Path, object? Value)> _writes = [];

        public void Put<T>(StateKey<T> key, T value)
            where T : class => _writes.Add((key.Path, value));

        public void Remove<T>(StateKey<T> key)
            where T : class => _writes.Add((key.Path, null));

        public void CopyTo(Dictionary<string, object> state)
        {
            foreach (var (path, value) in _writes)
            {
                if (value is null)
                {
                    state.Remove(path);
                }
                else
                {
                    state[path] = value;
                }
            }
        }
    }
}

/// <summary>Keys that are never used to sign, one a person.</summary>
internal static class Keys
{
    public static PublicKeyValue Of(MemberId member)
    {
        var point = new byte[33];
        point[0] = 2;
        Hash32.Of(System.Text.Encoding.ASCII.GetBytes(member.ToString())).CopyTo(point.AsSpan(1));
        return PublicKeyValue.From("es256", point);
    }
}
