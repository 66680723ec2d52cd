using System.Security.Cryptography;
using System.Text;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.Notes;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Acts.Tests;

/// <summary>A log in memory with real keys and signatures: makes the receipts that the tests check.</summary>
internal sealed class LittleLedger
{
    public const string CollectorName = "collector";
    public static readonly NetworkId Network = NetworkId.Parse("test.mingjian.invalid/00c0ffee");
    public static readonly LedgerTime Now = LedgerTime.From(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));
    public static readonly OrganizationId Branch = LedgerId.Parse<OrganizationId>("o-0000000000000000000000000000b001");
    public static readonly MemberId Member = LedgerId.Parse<MemberId>("m-00000000000000000000000000000e01");
    public static readonly MemberId Collector = LedgerId.Parse<MemberId>("m-00000000000000000000000000000c01");
    public static readonly Salt NameSalt = new(0x0123456789abcdef);
    public const string Name = "欧阳明鉴";

    private readonly List<byte[]> _entries = [];
    private readonly SortedDictionary<string, byte[]> _state = new(StringComparer.Ordinal);
    private readonly Dictionary<int, IReadOnlyDictionary<string, byte[]>> _sealed = [];
    private NoteSigner _log;
    private NoteSigner[] _nodes;
    private long _height = 1;

    public LittleLedger(int nodes = 4, Es256Signer? collector = null)
    {
        CollectorKey = collector ?? Es256Signer.Create();
        Install([.. Enumerable.Range(1, nodes)]);
        File = NetworkFile.Create(Network, TrustAnchor.Genesis, Nodes, [new(Branch, "机关第一党支部")]);
        Trusted = new TrustedNetwork(File);
    }

    public Es256Signer CollectorKey { get; }

    public NetworkFile File { get; }

    public TrustedNetwork Trusted { get; }

    public IReadOnlyList<byte[]> Entries => _entries;

    /// <summary>The nodes that sign now.</summary>
    public NodeSet Nodes { get; private set; }

    /// <summary>The block that an anchor would name now.</summary>
    public TrustAnchor Anchor => new(_height, Root(), _entries.Count, Now);

    /// <summary>Seals a block that names other nodes, which sign from then on.</summary>
    /// <param name="alter">Makes a wrong seal.</param>
    /// <param name="cosigners">How many of the present nodes confirm it.</param>
    public NodeSetChange Change(IReadOnlyList<int> numbers, Func<SealEntry, SealEntry>? alter = null, int? cosigners = null)
    {
        var next = SetOf(numbers);
        var seal = new SealEntry(
            1, 2, 1, _entries.Count - 1, ++_height, Network, next.Hash, Nodes.Hash, 40 + _height, default, 1, 1, default, Now);
        var index = Append((alter?.Invoke(seal) ?? seal).Encode());
        var proof = new TlogProof(null, index, Merkle.InclusionPath(Leaves(), index), Checkpoint(cosigners));
        var change = new NodeSetChange(proof.ToString(), _entries[index], next.Seats!);
        Install(numbers);
        return change;
    }

    public static byte[] History(params IReadOnlyList<NodeSetChange> changes) =>
        new NodeHistoryFile(changes, NodeHistoryFile.CurrentFormat, Network).Encode();

    public static RecordPayment Payment(string amount = "48.00") => new(
        LedgerId.Parse<PaymentId>("p-000000000000000000000000000000aa"), Member, Branch, new(2026, 11, 22), PaymentMethod.Cash, Payer.Member,
        PaymentBasis.Ordinary, [new(new(2026, 11), Amount(amount))]);

    /// <summary>The event that the rules make of <see cref="Payment"/>.</summary>
    public static PaymentRecorded Recorded(RecordPayment command, string due = "48.00") => new(
        command.Payment, command.Member, command.Branch, Collector, command.Date, command.Method, command.Payer, command.Basis,
        [.. command.Items.Select(i => new PaidMonth(
            i.Month, i.Amount, Amount(due), i.Amount, DuesClass.SalariedMonthly, RuleId.Parse("dues-2008/2@1"), false))],
        RuleId.Parse("dues-2008/9@1"), Commitment.Compute(Commitment.Context(command.Member, "name"), NameSalt, Name));

    /// <summary>Appends a payment as the engine would; every part can be replaced by a wrong one.</summary>
    public int Append(
        ICommand? command = null, DuesEvent? happened = null, IReadOnlyList<EntryActor>? actors = null, Func<Envelope, Envelope>? alter = null,
        NetworkId? network = null)
    {
        command ??= Payment();
        happened ??= Recorded((RecordPayment)command);
        var acts = PreparedActs.Create([command], network ?? Network, CollectorKey.Key.Id, Now, DisplayNames.None);
        var envelope = acts.Request.SignWith(CollectorKey)[0];
        return Append(alter is null ? envelope : alter(envelope), happened, actors);
    }

    public int Append(Envelope envelope, DuesEvent happened, IReadOnlyList<EntryActor>? actors = null)
    {
        var type = CommandRegistry.Events.Values.Single(m => m.Type == happened.GetType());
        return Append(new TransactionEntry(
            actors ?? [new(CollectorKey.Key, Collector)], envelope, [EntryEvent.Create(type.Name, happened, type.Json)], 7, Now).Encode());
    }

    public int Append(byte[] entry)
    {
        _entries.Add(entry);
        return _entries.Count - 1;
    }

    /// <summary>Other leaves, so that the audit path is not empty.</summary>
    public LittleLedger Fill(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Append(Encoding.ASCII.GetBytes($"filler {_entries.Count}"));
        }

        return this;
    }

    public string Checkpoint(int? cosigners = null, NoteSigner? log = null, bool unknown = false)
    {
        var checkpoint = new Checkpoint(Network.ToString(), _entries.Count, Root());
        NoteSigner[] extra = unknown ? [new($"{Network}/node/99", NoteKeyType.Cosignature, Signer("stranger"))] : [];
        return checkpoint.Sign(log ?? _log, [.. _nodes.Take(cosigners ?? _nodes.Length), .. extra], Now.Milliseconds / 1000).ToString();
    }

    /// <summary>All present nodes sign any checkpoint.</summary>
    public string Sign(Checkpoint checkpoint) => checkpoint.Sign(_log, _nodes, Now.Milliseconds / 1000).ToString();

    public ReceiptFile Receipt(
        int index, ReceiptHolder? holder = null, string? checkpoint = null, byte[]? entry = null, PaymentStanding? standing = null) => new(
        entry ?? _entries[index], holder ?? new(NameSalt, Name),
        new TlogProof(null, index, Merkle.InclusionPath(Leaves(), index), checkpoint ?? Checkpoint()).ToString(), standing);

    /// <summary>The state's key of a payment.</summary>
    public static string KeyOf(PaymentId payment) => DuesState.Payments.Key(payment).Path;

    /// <summary>The record that the rules make of an event.</summary>
    public static PaymentRecord RecordOf(PaymentRecorded e) => new(
        e.Payment, e.Member, e.Branch, e.Collector, e.Date, e.Method, e.Payer, e.Basis, [.. e.Items.Select(i => new PaymentItem(i.Month, i.Amount))],
        e.Items.Aggregate(Primitives.Amount.Zero, (sum, item) => sum + item.Amount), DuesFund.Branch, null, MemberAnswer.None, null);

    /// <summary>Puts a payment's record into the state; a wrong one, or under another's key, when told to.</summary>
    public LittleLedger Put(PaymentRecord? record = null, string? key = null)
    {
        record ??= RecordOf(Recorded(Payment()));
        _state[key ?? KeyOf(record.Payment)] = CanonicalJson.Encode(record, ContractsJson.For<PaymentRecord>());
        return this;
    }

    /// <summary>Puts any bytes into the state.</summary>
    public LittleLedger Put(byte[] value, string key)
    {
        _state[key] = value;
        return this;
    }

    /// <summary>Takes a record out of the state, as no rule does with a payment.</summary>
    public LittleLedger Remove(string key)
    {
        _state.Remove(key);
        return this;
    }

    /// <summary>Seals a block with the state as it is.</summary>
    /// <param name="alter">Makes a wrong seal.</param>
    /// <returns>Index of the seal.</returns>
    public int Seal(long height = 120, LedgerTime? time = null, Func<SealEntry, SealEntry>? alter = null)
    {
        // Others' records, so that the proof has siblings.
        for (var i = 0; i < 9; i++)
        {
            _state.TryAdd($"dues/payment/other-{i}", [(byte)i]);
        }

        var index = _entries.Count;
        var seal = new SealEntry(
            1, 1, 1, index, height, Network, Nodes.Hash, Nodes.Hash, 40 + height, default, 1, 1, Tree(_state).Root, time ?? Now.AddMilliseconds(3_600_000));
        _sealed[index] = new Dictionary<string, byte[]>(_state, StringComparer.Ordinal);
        return Append((alter?.Invoke(seal) ?? seal).Encode());
    }

    /// <summary>What the state says under a key as of a seal, proven: present or absent.</summary>
    public PaymentStanding Standing(int seal, string? key = null, string? checkpoint = null)
    {
        key ??= KeyOf(Payment().Payment);
        var state = _sealed[seal];
        return new PaymentStanding(
            key, state.TryGetValue(key, out var value) ? value : [0], Tree(state).Prove(StateHash.PathOf(key)), _entries[seal], null,
            new TlogProof(null, seal, Merkle.InclusionPath(Leaves(), seal), checkpoint ?? Checkpoint()));
    }

    /// <summary>Appends the act that reverses a payment, and marks its record.</summary>
    public int Reverse(PaymentRecord? record = null, ReversalReason reason = ReversalReason.WrongAmount)
    {
        record ??= RecordOf(Recorded(Payment()));
        Put(record with { Reversed = reason });
        return Append(new ReversePayment(record.Payment, reason), new PaymentReversed(record.Payment, record.Member, record.Branch, reason, Collector));
    }

    /// <summary>The proof that an act stands in the log, to be put beside a standing under the same checkpoint.</summary>
    public ReversalEvidence Evidence(int index) => new(index, _entries[index], Merkle.InclusionPath(Leaves(), index));

    public static NoteSigner StrangersLog() => new(Network.ToString(), NoteKeyType.Ed25519, Signer("another log"));

    public static Amount Amount(string text) => Primitives.Amount.TryParse(text, out var value) ? value : throw new FormatException(text);

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_log), nameof(_nodes), nameof(Nodes))]
    private void Install(IReadOnlyList<int> numbers)
    {
        _log = new(Network.ToString(), NoteKeyType.Ed25519, Signer($"log {numbers[0]}"));
        _nodes = [.. numbers.Select(i => new NoteSigner($"{Network}/node/{i}", NoteKeyType.Cosignature, Signer($"node {i}")))];
        Nodes = SetOf(numbers);
    }

    private static NodeSet SetOf(IReadOnlyList<int> numbers) =>
        new([.. numbers.Select(i => new Seat(
            new Node(Key($"batch {i}"), Key($"log {i}"), i, Key($"node {i}")), new OrganizationId((UInt128)(uint)(0xb000 + i)),
            PublicKeyValue.From("es256", [2, .. SHA256.HashData(Encoding.UTF8.GetBytes($"organization {i}"))])))]);

    private static Ed25519Signer Signer(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"mingjian test key {name}")));

    private static Ed25519PublicKey Key(string name) => new(Signer(name).PublicKey.Span);

    private static StateTree Tree(IEnumerable<KeyValuePair<string, byte[]>> state) =>
        StateTree.Build(state.Select(s => new StateChange(StateHash.PathOf(s.Key), Hash32.Of(s.Value))).ToArray());

    private Hash32[] Leaves() => [.. _entries.Select(e => Merkle.HashLeaf(e))];

    private Hash32 Root() => Merkle.Root(Leaves());
}
