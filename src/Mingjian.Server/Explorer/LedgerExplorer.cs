using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Mingjian.Client;
using Mingjian.Client.Directory;
using Mingjian.Client.Explorer;
using Mingjian.Client.Messages;
using Mingjian.Client.Session;
using Mingjian.Client.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Members;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Server.Dues;
using Mingjian.Server.Projections;

namespace Mingjian.Server.Explorer;

/// <inheritdoc/>
internal sealed class LedgerExplorer(
    ILedger ledger, DuesAccess access, INameDirectory names, IDbContextFactory<ReadModelContext> readModels) : ILedgerExplorer
{
    private const int BlocksPerPage = 50;

    /// <summary>The ledger keeps an act's id and why it was refused, and nothing else of it.</summary>
    private const string RefusedTitle = "未接受的事项";

    /// <summary>Most ids of one entry that names are looked up for; a chunk of 60 assessments has 62.</summary>
    private const int MostIds = 400;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<BlockPage> ReadBlocksAsync(long? below, CancellationToken cancellationToken = default)
    {
        await access.UserAsync(cancellationToken);
        var head = ledger.Head;
        var top = Math.Min(head.Height, (below ?? long.MaxValue) - 1);
        var blocks = new List<BlockLine>();
        for (var height = top; height >= 1 && blocks.Count < BlocksPerPage && ledger.ReadBlock(height) is { } block; height--)
        {
            blocks.Add(new BlockLine(block.Height, block.Time, block.Entries, block.FirstIndex, block.Root));
        }

        return new BlockPage(
            head.Height, head.Size, head.Time, ledger.Network.ToString(), blocks, blocks is [.., { Height: > 1 } last] ? last.Height : null);
    }

    public async Task<BlockView?> FindBlockAsync(long height, int from, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        if (height < 1 || ledger.ReadBlock(height) is not { } block)
        {
            return null;
        }

        var skip = Math.Clamp(from, 0, block.Entries - 1);
        var indexes = Enumerable.Range(skip, Math.Min(BlockView.PageSize, block.Entries - skip)).Select(i => block.FirstIndex + i).ToList();
        var entries = indexes.Select(i => (Index: i, Bytes: Read(i))).Select(e => (e.Index, e.Bytes.Length, Entry: LogEntry.Decode(e.Bytes))).ToList();
        var signers = entries.Select(e => e.Entry).OfType<TransactionEntry>().Select(SignerOf).OfType<MemberId>().ToHashSet();
        var known = await NamesAsync(user, signers, [], cancellationToken);
        var lines = entries.Select(e => e.Entry switch
        {
            TransactionEntry act =>
                new EntryLine(e.Index, Describe(act, DisplayNames.None).Title, SignerOf(act) is { } m ? NameOf(known, m) : null, null, e.Length),
            RefusalEntry refused => new EntryLine(e.Index, RefusedTitle, null, refused.Code.ToString(), e.Length),
            _ => new EntryLine(e.Index, "区块封印", null, null, e.Length),
        });
        return new BlockView(
            block.Height, block.Time, block.Entries, block.FirstIndex, ledger.Head.Height, block.Root, block.StateRoot, ledger.ReadCheckpoint(height),
            SealFacts((SealEntry)LogEntry.Decode(Read(block.FirstIndex + block.Entries - 1))), [.. lines], skip);
    }

    public async Task<EntryView?> FindEntryAsync(long index, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var head = ledger.Head;
        if (index < 0 || index >= head.Size || ledger.ReadEntry(index) is not { } bytes)
        {
            return null;
        }

        var leaf = Merkle.HashLeaf(bytes);
        var proof = ledger.ProveInclusion(index, head.Size);
        var json = Indent(bytes);
        var decodedEntry = LogEntry.Decode(bytes);
        if (decodedEntry is RefusalEntry refused)
        {
            return new EntryView(
                index, refused.Height, refused.Time, head.Size, null, refused.Id, new ActSummary("", RefusedTitle, []), [], [],
                RejectionMessages.For(refused.Code.ToString()), [], null, leaf, proof, head.Size, head.Root, bytes, json);
        }

        if (decodedEntry is not TransactionEntry entry)
        {
            var seal = (SealEntry)decodedEntry;
            return new EntryView(
                index, seal.Height, seal.Time, head.Size, null, null, null, [], [], null, SealFacts(seal), null, leaf, proof, head.Size, head.Root,
                bytes, json);
        }

        var (members, organizations) = Ids(json);
        var known = await NamesAsync(user, members, organizations, cancellationToken);
        var payload = entry.Envelope.Payload;
        var command = TransactionPayload.TryDecode(payload, out var decoded) == PayloadFault.None ? decoded!.Command : null;
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var payment = await context.Entries.AsNoTracking().Where(e => e.Index == index).Select(e => e.Payment).SingleOrDefaultAsync(cancellationToken);
        return new EntryView(
            index, entry.Height, entry.Time, head.Size, command, Pae.TransactionId(payload), Describe(entry, new DisplayNames(known)),
            [.. entry.Actors.Select(a => new EntrySigner(a.Key.Id, a.Key.Scheme, a.Member, a.Member is { } m ? NameOf(known, m) : null))],
            [.. entry.Events.Select(e => new EntryEventView(e.Name, JsonSerializer.Serialize(e.Body, Indented)))],
            null, [], payment, leaf, proof, head.Size, head.Root, bytes, json);
    }

    public async Task<string?> SearchAsync(string text, CancellationToken cancellationToken = default)
    {
        await access.UserAsync(cancellationToken);
        var wanted = text.Trim();
        if (PaymentId.TryParse(wanted, out var payment))
        {
            await using var context = await readModels.CreateDbContextAsync(cancellationToken);
            var at = await context.Entries.AsNoTracking().Where(e => e.Payment == payment).OrderBy(e => e.Index).Select(e => (long?)e.Index)
                .FirstOrDefaultAsync(cancellationToken);
            return at is { } found ? EntryPath(found) : null;
        }

        if (ReadHash(wanted) is { } transaction)
        {
            return ledger.FindEntry(transaction) is { } found ? EntryPath(found) : null;
        }

        var block = wanted.TrimStart('#', '第', '块', ' ').TrimEnd('块', ' ');
        var isBlock = block.Length < wanted.Length;
        if (!long.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return isBlock
            ? number >= 1 && number <= ledger.Head.Height ? string.Create(CultureInfo.InvariantCulture, $"/explorer/blocks/{number}") : null
            : number < ledger.Head.Size ? EntryPath(number) : null;
    }

    private static string EntryPath(long index) => string.Create(CultureInfo.InvariantCulture, $"/explorer/entries/{index}");

    // Base64 as the formats write it, or hexadecimal as people copy it from elsewhere.
    private static Hash32? ReadHash(string text) =>
        Hash32.TryParse(text, out var hash) ? hash
        : text.Length == 2 * Hash32.Size && text.All(char.IsAsciiHexDigit) ? new Hash32(Convert.FromHexString(text))
        : null;

    private static string Indent(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return JsonSerializer.Serialize(document.RootElement, Indented);
    }

    private static MemberId? SignerOf(TransactionEntry entry) => entry.Actors is [var first, ..] ? first.Member : null;

    private static string NameOf(Dictionary<string, string> known, MemberId member) =>
        known.TryGetValue(member.ToString(), out var name) ? name : ShortId.Of(member);

    private static ActSummary Describe(TransactionEntry entry, DisplayNames display)
    {
        if (TransactionPayload.TryDecode(entry.Envelope.Payload, out var payload) != PayloadFault.None || payload is null)
        {
            return new ActSummary("", "无法读出的事项", []);
        }

        try
        {
            return CommandSummaries.Describe(payload.Command, CommandRegistry.Decode(payload), display);
        }
        catch (Exception e) when (e is CanonicalJsonException or NotSupportedException)
        {
            // An act of a later version: shown by its name, never hidden.
            return new ActSummary(payload.Command, payload.Command, []);
        }
    }

    private static IReadOnlyList<SummaryFact> SealFacts(SealEntry seal) =>
    [
        new("账本", seal.Network.ToString()),
        new("区块", seal.Height.ToString(CultureInfo.InvariantCulture)),
        new("时间", Terms.Of(seal.Time)),
        new("条目数（含封印）", seal.Entries.ToString(CultureInfo.InvariantCulture)),
        new("首个条目", seal.FirstIndex.ToString(CultureInfo.InvariantCulture)),
        new("此前日志根", seal.PreviousRoot.ToString()),
        new("状态根", seal.StateRoot.ToString()),
        new("节点组", seal.NodeSet.ToString()),
        new("下一节点组", seal.NextNodeSet.ToString()),
    ];

    /// <summary>Ids that stand in a JSON text, bounded.</summary>
    private static (HashSet<MemberId> Members, HashSet<OrganizationId> Organizations) Ids(string json)
    {
        var members = new HashSet<MemberId>();
        var organizations = new HashSet<OrganizationId>();
        foreach (var part in json.Split('"'))
        {
            if (members.Count + organizations.Count >= MostIds)
            {
                break;
            }

            if (MemberId.TryParse(part, out var member))
            {
                members.Add(member);
            }
            else if (OrganizationId.TryParse(part, out var organization))
            {
                organizations.Add(organization);
            }
        }

        // The command stands in the envelope as base64; its ids recur in the events.
        return (members, organizations);
    }

    private async Task<Dictionary<string, string>> NamesAsync(
        CurrentUser user, HashSet<MemberId> members, HashSet<OrganizationId> organizations, CancellationToken cancellationToken)
    {
        var state = access.State;
        var visible = members.Where(m => m == user.Member
            || (state.Member(m) is { } record && access.Allows(user, Right.ViewMembers, record.Branch))).ToList();
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name) in await names.FindAsync(visible, cancellationToken))
        {
            known[id.ToString()] = name;
        }

        foreach (var (id, name) in await names.FindAsync(organizations, cancellationToken))
        {
            known[id.ToString()] = name;
        }

        return known;
    }

    private byte[] Read(long index) =>
        ledger.ReadEntry(index) ?? throw new InvalidOperationException($"The ledger has no entry {index} although its block is final.");
}
