using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Receipts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Recording;

/// <summary>The files of vectors/ledger, made in memory: the same bytes every time.</summary>
internal sealed class LedgerRecording
{
    private const string ExpectedFormat = "mingjian-vectors-ledger@v1";

    /// <summary>What a verifier with the founders' network file and the node history says of each receipt.</summary>
    private static readonly IReadOnlyList<(string Name, string Verdict)> Verdicts =
    [
        ("founders.mjreceipt", "unchanged"), ("in-force.mjreceipt", "inForce"), ("reversed.mjreceipt", "reversed"), ("voluntary.mjreceipt", "inForce"),
    ];

    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LedgerRecorder _ledger;
    private readonly SortedDictionary<string, byte[]> _files;
    private readonly List<byte[]> _entries;
    private readonly SortedDictionary<string, byte[]> _state = new(StringComparer.Ordinal);

    private LedgerRecording(LedgerRecorder ledger)
    {
        _ledger = ledger;
        _files = ledger.Files;
        _entries = [.. ledger.Store.ReadEntries(0, int.MaxValue / 2)];
    }

    /// <summary>Everything by its path below vectors/ledger.</summary>
    public static SortedDictionary<string, byte[]> Make()
    {
        using var ledger = new LedgerRecorder();
        Story.Tell(ledger);
        var recording = new LedgerRecording(ledger);
        recording.WriteLog();
        recording.WriteExpected();
        recording.WriteProofs();
        recording.WriteNetwork();
        recording.WriteReceipts();
        recording.WriteOthers();
        return recording._files;
    }

    private RecordedBlock Last => _ledger.Blocks[^1];

    private void WriteLog()
    {
        var size = Last.Block.Size;
        foreach (var block in _ledger.Blocks)
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"checkpoints/{block.Block.Height}"), block.Block.Checkpoint);
        }

        Text("checkpoint", Last.Block.Checkpoint);
        for (var (level, count) = (0, size); count > 0; level++, count >>= 8)
        {
            for (long number = 0; number * Tile.FullWidth < count; number++)
            {
                var width = (int)Math.Min(Tile.FullWidth, count - (number * Tile.FullWidth));
                _files[new TilePath(level, number, width).ToString()] = _ledger.Store.ReadTile(level, number, width)!.Value.ToArray();
                if (level == 0)
                {
                    _files[new TilePath(TilePath.EntryLevel, number, width).ToString()] =
                        EntryBundle.Encode(_entries.Skip((int)number * Tile.FullWidth).Take(width).ToArray());
                }
            }
        }
    }

    private void WriteExpected() => Json("expected.json", json =>
    {
        json.WriteString("format", ExpectedFormat);
        json.WriteString("network", Cast.Network.ToString());
        json.WriteNumber("size", Last.Block.Size);
        json.WriteString("root", Last.Block.Root.ToString());
        json.WriteString("stateRoot", Last.Block.StateRoot.ToString());
        json.WriteNumber("records", Last.Tree.Count);
        json.WriteStartArray("blocks");
        foreach (var block in _ledger.Blocks)
        {
            WriteBlock(json, block);
        }

        json.WriteEndArray();
        json.WriteStartArray("skipped");
        foreach (var skipped in _ledger.Skipped)
        {
            json.WriteStartObject();
            json.WriteNumber("position", skipped.Position);
            json.WriteNumber("node", skipped.Node);
            json.WriteString("why", skipped.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("receipts");
        foreach (var (name, verdict) in Verdicts)
        {
            json.WriteString(name, verdict);
        }

        json.WriteEndObject();
    });

    private void WriteBlock(Utf8JsonWriter json, RecordedBlock block)
    {
        var seal = block.Seal;
        json.WriteStartObject();
        json.WriteNumber("height", seal.Height);
        json.WriteNumber("position", seal.Position);
        json.WriteNumber("proposer", seal.Proposer);
        json.WriteNumber("epoch", seal.Epoch);
        json.WriteNumber("voteEpoch", block.VoteEpoch);
        json.WriteNumber("quorum", block.Quorum);
        json.WriteNumber("firstIndex", seal.FirstIndex);
        json.WriteNumber("entries", seal.Entries);
        json.WriteString("root", block.Block.Root.ToString());
        json.WriteString("stateRoot", seal.StateRoot.ToString());
        json.WriteStartArray("acts");
        foreach (var act in block.Acts)
        {
            json.WriteStartObject();
            json.WriteString("id", act.Id.ToString());
            json.WriteString("command", act.Command);
            json.WriteString("outcome", act.Index is null ? "dropped" : act.Code is null ? "final" : "refused");
            if (act.Index is { } index)
            {
                json.WriteNumber("index", index);
                if (LogEntry.Decode(_entries[(int)index]) is TransactionEntry entry)
                {
                    json.WriteStartArray("events");
                    foreach (var happened in entry.Events)
                    {
                        json.WriteStringValue(happened.Name);
                    }

                    json.WriteEndArray();
                }
            }

            if (act.Code is { } code)
            {
                json.WriteString("code", code);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("state");
        foreach (var (path, value) in block.Writes.OrderBy(w => w.Path, StringComparer.Ordinal))
        {
            json.WritePropertyName(path);
            if (value is null)
            {
                json.WriteNullValue();
                _state.Remove(path);
            }
            else
            {
                json.WriteRawValue(value);
                _state[path] = value;
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private byte[] StateProof(string key) => new StateProofFile(
        StateProofFile.CurrentFormat, key, Last.Tree.Prove(StateHash.PathOf(key)).Encode(), _entries[^1], Proof(Last.Block.Size - 1, Last).ToString(),
        _state.GetValueOrDefault(key)).Encode();

    /// <summary>Presence, and absence of both kinds, under the newest state root; and one record at several heights.</summary>
    private void WriteProofs()
    {
        var newest = _ledger.Blocks.Count - 1;
        var absent = Enumerable.Range(0, 1000).Select(i => DuesState.Payments.Key(Cast.Payment($"never {i}")).Path).ToList();
        string Absent(StateProofKind kind) => absent.First(k => Last.Tree.Prove(StateHash.PathOf(k)).Kind == kind);
        var asked = new List<(int Block, string Key)>();
        asked.AddRange(_state.Keys.Select(k => (newest, k)));
        asked.Add((newest, Absent(StateProofKind.Empty)));
        asked.Add((newest, Absent(StateProofKind.OtherLeaf)));
        asked.AddRange(Enumerable.Range(0, _ledger.Blocks.Count - 1).Select(b => (b, NodesState.TopKey.Path)));
        asked.AddRange(Enumerable.Range(0, _ledger.Blocks.Count - 1).Select(b => (b, DuesState.Payments.Key(Story.Quarter).Path)));
        _files["present.mjstate.json"] = StateProof(DuesState.Payments.Key(Story.First).Path);
        _files["absent.mjstate.json"] = StateProof(Absent(StateProofKind.OtherLeaf));
        Json("proofs.json", json =>
        {
            json.WriteStartArray("proofs");
            foreach (var (at, key) in asked)
            {
                var block = _ledger.Blocks[at];
                var proof = block.Tree.Prove(StateHash.PathOf(key));
                json.WriteStartObject();
                json.WriteNumber("height", block.Seal.Height);
                json.WriteString("key", key);
                json.WriteString("kind", proof.Kind switch { StateProofKind.Present => "present", StateProofKind.Empty => "empty", _ => "otherLeaf" });
                json.WriteString("proof", Convert.ToBase64String(proof.Encode()));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private void WriteNetwork()
    {
        NetworkOrganization[] names = [.. _ledger.NextNodes.Seats!.Select(s => new NetworkOrganization(s.Organization, $"单位 {s.Node.Number}"))];
        _files[NetworkFile.FileName] = NetworkFile.Create(Cast.Network, TrustAnchor.Genesis, _ledger.Genesis, names).Encode();
        _files["newest." + NetworkFile.FileName] = NetworkFile.Create(
            Cast.Network, new TrustAnchor(Last.Block.Height, Last.Block.Root, Last.Block.Size, Last.Block.Time), _ledger.NextNodes, names).Encode();
        var changes = new List<NodeSetChange>();
        for (var i = 0; i < _ledger.Blocks.Count; i++)
        {
            var (block, seal) = (_ledger.Blocks[i].Block, _ledger.Blocks[i].Seal);
            if (seal.NextNodeSet != seal.NodeSet)
            {
                var next = _ledger.State.AgreementAt(seal.Height + 1)!;
                changes.Add(new NodeSetChange(Proof(block.Size - 1, _ledger.Blocks[i]).ToString(), _entries[(int)block.Size - 1], next.Seats));
            }
        }

        _files["nodes.mjnodes.json"] = new NodeHistoryFile(changes, NodeHistoryFile.CurrentFormat, Cast.Network).Encode();
        var nodes = _ledger.State.Nodes()!;
        _files["agreement.json"] = AgreementFile.Encode(nodes.At(Last.Seal.Height + 1), nodes.HighestNumber, nodes.IsPending(Last.Seal.Height + 1));
    }

    private void WriteReceipts()
    {
        var holder = new ReceiptHolder(Cast.Salt($"{Story.Person}"), Story.HolderName);
        ReceiptFile Receipt(PaymentId payment, RecordedBlock under, PaymentStanding? standing) => new(
            _entries[(int)IndexOf(payment)], holder, Proof(IndexOf(payment), under).ToString(), standing);
        var before = _ledger.Blocks.First(b => b.Block.Size > IndexOf(Story.First));
        _files["receipts/in-force.mjreceipt"] = Receipt(Story.First, Last, Standing(Story.First, Last, null)).Encode();
        _files["receipts/reversed.mjreceipt"] = Receipt(Story.Quarter, Last, Standing(Story.Quarter, Last, ReversalOf(Story.Quarter))).Encode();
        _files["receipts/founders.mjreceipt"] = Receipt(Story.First, before, null).Encode();
        _files["receipts/voluntary.mjreceipt"] = Receipt(Cast.Payment("centre"), Last, Standing(Cast.Payment("centre"), Last, null)).Encode();
        _files["receipts/first.mjstanding"] = Standing(Story.First, Last, null).Encode();
    }

    private void WriteOthers()
    {
        _ledger.Now = Last.Seal.Time;
        var change = new ChangeNodes(Cast.Hash("charter, version 3"), _ledger.NextNodes.Seats!);
        _files["act.mjact.json"] = _ledger.Sign([Cast.OrganizationKey(1, 0), Cast.OrganizationKey(3, 0)], change)[0];
        _files["node-1.mjstand.json"] = Engine.Agreement.Standing.Of(_ledger.Store, Cast.Network, 1).Encode();
        var path = new TilePath(TilePath.EntryLevel, 0, (int)Math.Min(Last.Block.Size, Tile.FullWidth)).ToString();
        var header = new LedgerRequest(Cast.Network, 3, 1, path, Last.Seal.Time).Sign(b => _ledger.Keys(3).SignBatch(b.Span));
        Text("read-statement.txt", $"{header.Scheme} {header.Parameter}\n");
    }

    private TlogProof Proof(long index, RecordedBlock under) => new(
        null, index, Merkle.InclusionPath([.. _entries.Take((int)under.Block.Size).Select(e => Merkle.HashLeaf(e))], (int)index), under.Block.Checkpoint);

    private PaymentStanding Standing(PaymentId payment, RecordedBlock at, ReversalEvidence? reversal)
    {
        var key = DuesState.Payments.Key(payment).Path;
        return new PaymentStanding(
            key, _state[key], at.Tree.Prove(StateHash.PathOf(key)), _entries[(int)at.Block.Size - 1], reversal, Proof(at.Block.Size - 1, at));
    }

    private ReversalEvidence ReversalOf(PaymentId payment)
    {
        var index = Find("dues.PaymentReversed", payment);
        return new ReversalEvidence(index, _entries[(int)index], Proof(index, Last).Path);
    }

    private long IndexOf(PaymentId payment) => Find("dues.PaymentRecorded", payment) is var i and >= 0 ? i : Find("dues.VoluntaryPaymentRecorded", payment);

    private long Find(string happened, PaymentId payment) => _entries.FindIndex(e => LogEntry.Decode(e) is TransactionEntry act && act.Events.Any(
        h => h.Name == happened && h.Body.TryGetProperty("payment", out var id) && id.GetString() == payment.ToString()));

    private void Text(string path, string text) => _files[path] = Encoding.UTF8.GetBytes(text);

    private void Json(string path, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        _files[path] = bytes.ToArray();
    }
}
