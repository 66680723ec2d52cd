using System.Globalization;
using System.Text.Json;
using Mingjian.Acts;
using Mingjian.Acts.Messages;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Kernel.Subjects;
using Mingjian.Views.Directory;
using Mingjian.Views.Explorer;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Explorer;

/// <inheritdoc/>
internal sealed class LedgerExplorer(
    ILedger ledger, LedgerAccess access, INameDirectory names, IEnumerable<IEntrySubjects> subjects) : ILedgerExplorer
{
    private const int BlocksPerPage = 50;
    private const string OtherKind = "未被接受的事项";
    private const string OthersLeftOut = "这一条还涉及其他人，只显示您有权查看的部分。";
    private const string UnnamedSigner = "另一位签名人";

    /// <summary>Most people of one entry whose names are looked up; a chunk of 60 assessments has 62.</summary>
    private const int MostIds = 400;

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
        var entries = Enumerable.Range(skip, Math.Min(BlockView.PageSize, block.Entries - skip)).Select(i => block.FirstIndex + i)
            .Select(i => (Index: i, Bytes: Read(i))).Select(e => (e.Index, e.Bytes, Entry: LogEntry.Decode(e.Bytes))).ToList();
        var sights = entries.Where(e => e.Entry is TransactionEntry).ToDictionary(e => e.Index, e => SightOf(user, (TransactionEntry)e.Entry));
        var signers = entries.Where(e => sights.TryGetValue(e.Index, out var s) && s.Level > Sight.Shape)
            .Select(e => SignerOf((TransactionEntry)e.Entry)).OfType<MemberId>().ToHashSet();
        var known = await NamesAsync(signers, [], cancellationToken);
        var lines = entries.Select(e => e.Entry switch
        {
            TransactionEntry act => new EntryLine(
                e.Index, KindOf(act), sights[e.Index].Level > Sight.Shape && SignerOf(act) is { } m && MaySeeSigner(user, sights[e.Index], m) ? known.GetValueOrDefault(m.ToString()) : null,
                null, e.Bytes.Length),
            RefusalEntry refused => new EntryLine(e.Index, OtherKind, null, refused.Code.ToString(), e.Bytes.Length),
            SealEntry => new EntryLine(e.Index, "区块封印", null, null, e.Bytes.Length),
            _ => throw new InvalidOperationException($"Entry {e.Index} is of an unknown kind."),
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

        var proof = ledger.ProveInclusion(index, head.Size);
        var shape = new EntryView(
            index, 0, default, head.Size, EntryScope.Shape, null, string.Empty, null, [], [], null, [], [], Merkle.HashLeaf(bytes), proof, head.Size, head.Root,
            bytes.Length, null, null);
        return LogEntry.Decode(bytes) switch
        {
            TransactionEntry entry => await ShowAsync(shape with { Height = entry.Height, Time = entry.Time, Title = KindOf(entry) }, user, entry, bytes, cancellationToken),
            SealEntry seal => shape with
            {
                Height = seal.Height,
                Time = seal.Time,
                Scope = EntryScope.Whole,
                Title = "区块封印",
                Seal = SealFacts(seal),
                Bytes = bytes,
                Json = Indent(bytes),
            },
            RefusalEntry refused => shape with
            {
                Height = refused.Height,
                Time = refused.Time,
                Scope = EntryScope.Whole,
                Title = OtherKind,
                Transaction = refused.Id,
                Refusal = RejectionMessages.For(refused.Code.ToString()),
                Seal = [new("事项编号", refused.Id.ToString()), new("代码", refused.Code.ToString())],
                Bytes = bytes,
                Json = Indent(bytes),
            },
            _ => throw new InvalidOperationException($"Entry {index} is of an unknown kind."),
        };
    }

    public async Task<string?> SearchAsync(string text, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var wanted = text.Trim();
        foreach (var kind in subjects)
        {
            if (await kind.FindAsync(wanted, user, cancellationToken) is { } entry)
            {
                return EntryPath(entry);
            }
        }

        if (ReadHash(wanted) is { } transaction)
        {
            return ledger.FindEntry(transaction) is { } found && EntrySight.Concerns(ledger, user.Member, access.Today, found) ? EntryPath(found) : null;
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

    private EntrySight SightOf(CurrentUser user, TransactionEntry entry) => EntrySight.Of(access.State, user.Member, access.Today, entry);

    private async Task<EntryView> ShowAsync(
        EntryView shape, CurrentUser user, TransactionEntry entry, byte[] bytes, CancellationToken cancellationToken)
    {
        var sight = SightOf(user, entry);
        if (sight.Level == Sight.Shape)
        {
            return shape;
        }

        var json = Indent(bytes);
        var (people, organizations) = Ids(json, entry);
        var actors = entry.Actors.Select(a => a.Member).OfType<MemberId>().Where(m => MaySeeSigner(user, sight, m)).ToHashSet();
        var known = await NamesAsync(
            [.. people.Where(m => sight.Of(m) != FactSight.None || actors.Contains(m) || MaySeeSigner(user, sight, m))], organizations, cancellationToken);
        var isWhole = sight.Level == Sight.Whole;
        var command = TransactionPayload.TryDecode(entry.Envelope.Payload, out var payload) == PayloadFault.None ? payload!.Command : null;
        return shape with
        {
            Scope = sight.Level switch { Sight.Whole => EntryScope.Whole, Sight.Own => EntryScope.Own, _ => EntryScope.Part },
            Command = command,
            Transaction = Pae.TransactionId(entry.Envelope.Payload),
            Summary = Describe(entry, sight, new DisplayNames(known)),
            Signers =
            [
                .. entry.Actors.Select(a => isWhole || a.Member == user.Member || a.Member is null
                    ? new EntrySigner(a.Key.Id, a.Key.Scheme, a.Member, a.Member is { } m ? known.GetValueOrDefault(m.ToString()) ?? ShortId.Of(m) : null)
                    : new EntrySigner(null, null, null, (actors.Contains(a.Member.Value) ? known.GetValueOrDefault(a.Member.Value.ToString()) : null) ?? UnnamedSigner)),
            ],
            Events =
            [
                .. entry.Events.Select(e => (e.Name, Text: EventText.Write(e.Body, sight, m => actors.Contains(m) || m == user.Member ? known.GetValueOrDefault(m.ToString()) : null)))
                    .Where(e => e.Text is not null).Select(e => new EntryEventView(e.Name, e.Text!)),
            ],
            Subjects = [.. subjects.SelectMany(s => s.Of(entry, user))],
            Bytes = isWhole ? bytes : null,
            Json = isWhole ? json : null,
        };
    }

    /// <summary>The official who signed is known to whom the act concerns, and to whoever may see the official's branch's list.</summary>
    private bool MaySeeSigner(CurrentUser user, EntrySight sight, MemberId signer) =>
        signer == user.Member || sight.IsInvolved
        || (sight.Level > Sight.Shape && access.State.Member(signer) is { } record && access.Allows(user, Right.ViewMembers, record.Branch));

    private static string EntryPath(long index) => string.Create(CultureInfo.InvariantCulture, $"/explorer/entries/{index}");

    // Base64 as the formats write it, or hexadecimal as people copy it from elsewhere.
    private static Hash32? ReadHash(string text) =>
        Hash32.TryParse(text, out var hash) ? hash
        : text.Length == 2 * Hash32.Size && text.All(char.IsAsciiHexDigit) ? new Hash32(Convert.FromHexString(text))
        : null;

    private static string Indent(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return EventText.Indent(document.RootElement);
    }

    private static MemberId? SignerOf(TransactionEntry entry) => entry.Actors is [var first, ..] ? first.Member : null;

    /// <summary>What kind of act it is, the same whatever was decided in it.</summary>
    private static string KindOf(TransactionEntry entry) => Decode(entry) switch
    {
        (_, null) => "无法读出的事项",
        ({ } command, { Command: var name }) => command is DecideReduction ? "决定党费减免" : CommandSummaries.Describe(name, command, DisplayNames.None).Title,
        (null, { Command: var name }) => name,
    };

    private static ActSummary? Describe(TransactionEntry entry, EntrySight sight, DisplayNames display)
    {
        if (Decode(entry) is not (var command, { } payload))
        {
            return new ActSummary("", "无法读出的事项", []);
        }

        if (command is null)
        {
            // An act of a later version: shown by its name, never hidden.
            return new ActSummary(payload.Command, payload.Command, []);
        }

        using var body = JsonDocument.Parse(payload.Body);
        return sight.Filter(command, body.RootElement, out var isPart) is { } shown
            ? CommandSummaries.Describe(payload.Command, shown, display) is var summary && isPart ? summary with { Warning = OthersLeftOut } : summary
            : new ActSummary(payload.Command, KindOf(entry), [], OthersLeftOut);
    }

    private static (ICommand? Command, TransactionPayload? Payload) Decode(TransactionEntry entry)
    {
        if (TransactionPayload.TryDecode(entry.Envelope.Payload, out var payload) != PayloadFault.None || payload is null)
        {
            return default;
        }

        try
        {
            return (CommandRegistry.Decode(payload), payload);
        }
        catch (Exception e) when (e is CanonicalJsonException or NotSupportedException)
        {
            return (null, payload);
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

    /// <summary>Ids that stand in an entry, in the command that was signed as well, bounded.</summary>
    private static (HashSet<MemberId> Members, HashSet<OrganizationId> Organizations) Ids(string json, TransactionEntry entry)
    {
        var members = new HashSet<MemberId>();
        var organizations = new HashSet<OrganizationId>();
        var payload = System.Text.Encoding.UTF8.GetString(entry.Envelope.Payload);
        foreach (var part in json.Split('"').Concat(payload.Split('"')))
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

        return (members, organizations);
    }

    /// <param name="members">Whom the reader may know by name.</param>
    private async Task<Dictionary<string, string>> NamesAsync(
        IReadOnlyCollection<MemberId> members, HashSet<OrganizationId> organizations, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name) in await names.FindAsync(members, cancellationToken))
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
