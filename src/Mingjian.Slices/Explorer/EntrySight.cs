using System.Text.Json;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Slices.Explorer;

/// <summary>How much one person may see of one entry. Numbers order: more includes less.</summary>
internal enum Sight
{
    /// <summary>That it is there: kind, time, size, hash and proof. For everybody who is signed in.</summary>
    Shape = 0,

    /// <summary>The facts about people whom the person may see, in words; other people are in the entry, too, so its bytes are not shown.</summary>
    Part = 1,

    /// <summary>It is about this person and nobody else: all of it, bytes included.</summary>
    Own = 2,

    /// <summary>The person audits every organisation that it concerns: all of it, ids of signers included.</summary>
    Whole = 3,
}

/// <summary>What of a person a viewer may see in one entry.</summary>
internal enum FactSight
{
    None = 0,

    /// <summary>What the right to view dues gives: months and amounts, neither class nor base.</summary>
    Amounts = 1,
    All = 2,
}

/// <summary>Decides how much of an entry a person may see: by what it says of whom, and by the person's posts at the ledger's head.</summary>
/// <remarks>
/// Whom an entry concerns is read from its bytes, not from a list of message types: an act that a later version adds is closed to everybody whom
/// it does not name, and to auditors of an organisation that it does not concern, without a line written here. The officer who signed
/// (<c>by</c>, <c>collector</c>) is no one whom it concerns; whoever else stands in it is.
/// </remarks>
internal sealed class EntrySight
{
    private const string DuesPrefix = "dues.";

    /// <summary>Who runs the network is public (<c>/ledger/agreement</c>), and no act of it names a person.</summary>
    private const string NodesPrefix = "nodes.";
    private const string Standards = "dues.SetStandards";

    /// <summary>Members of a message that name the official who acted.</summary>
    internal static readonly HashSet<string> Officials = new(StringComparer.Ordinal) { "by", "collector" };

    private readonly IStateReader _state;
    private readonly MemberId _viewer;
    private readonly DateOnly _today;
    private readonly string _command;
    private readonly bool _hasPosts;
    private readonly Dictionary<(Right, OrganizationId), bool> _rights = [];
    private readonly Dictionary<MemberId, FactSight> _people = [];

    private EntrySight(IStateReader state, MemberId viewer, DateOnly today, string command)
    {
        (_state, _viewer, _today, _command) = (state, viewer, today, command);
        _hasPosts = state.PostsOf(viewer)?.Appointments.Any(a => a.HoldsOn(today)) == true;
    }

    /// <summary>How much.</summary>
    public Sight Level { get; private set; }

    /// <summary>The viewer signed it, or it says something of the viewer.</summary>
    public bool IsInvolved { get; private set; }

    /// <summary>The sight of one person on one entry.</summary>
    /// <param name="state">At the ledger's head.</param>
    /// <param name="viewer">Signed in.</param>
    /// <param name="today">In Beijing: posts hold on days.</param>
    /// <param name="entry">Of a final block.</param>
    public static EntrySight Of(IStateReader state, MemberId viewer, DateOnly today, TransactionEntry entry)
    {
        var payload = TransactionPayload.TryDecode(entry.Envelope.Payload, out var decoded) == PayloadFault.None ? decoded : null;
        var sight = new EntrySight(state, viewer, today, payload?.Command ?? string.Empty);
        var all = new Mentions();
        if (payload is not null)
        {
            using var body = JsonDocument.Parse(payload.Body);
            sight.Collect(body.RootElement, all);
        }

        foreach (var happened in entry.Events ?? [])
        {
            sight.Collect(happened.Body, all);
        }

        sight.IsInvolved = entry.Actors.Any(a => a.Member == viewer) || all.People.Contains(viewer);
        sight.Level = sight._command.StartsWith(NodesPrefix, StringComparison.Ordinal) || sight.Audits(all) ? Sight.Whole
            : sight.IsInvolved && all.People.All(p => p == viewer) ? Sight.Own
            : sight.IsInvolved || all.People.Any(p => sight.Of(p) != FactSight.None) ? Sight.Part
            : Sight.Shape;
        return sight;
    }

    /// <summary>Whether an entry is anything to a person: else its act is answered like one that does not exist.</summary>
    public static bool Concerns(ILedger ledger, MemberId viewer, DateOnly today, long index) =>
        ledger.ReadEntry(index) is { } bytes
        && (LogEntry.DecodeOwn(bytes) is not TransactionEntry entry || Of(ledger.ReadState(), viewer, today, entry).Level > Sight.Shape);

    /// <summary>What of a person the viewer may see.</summary>
    public FactSight Of(MemberId person)
    {
        if (Level == Sight.Whole || person == _viewer)
        {
            return FactSight.All;
        }

        if (!_hasPosts)
        {
            return FactSight.None;
        }

        if (!_people.TryGetValue(person, out var sight))
        {
            _people[person] = sight = Look(person);
        }

        return sight;
    }

    /// <summary>The least that the viewer may see of those whom a piece of JSON names; all where it names nobody.</summary>
    public FactSight Of(JsonElement part)
    {
        var named = new Mentions();
        Collect(part, named);
        return named.People.Select(Of).DefaultIfEmpty(FactSight.All).Min();
    }

    /// <summary>A command with only those in it whom the viewer may see; null when nothing of it may be shown.</summary>
    /// <param name="command">As signed.</param>
    /// <param name="body">Its JSON.</param>
    /// <param name="isPart">Somebody was left out.</param>
    public ICommand? Filter(ICommand command, JsonElement body, out bool isPart)
    {
        isPart = false;
        ICommand? left = command switch
        {
            _ when Of(body) != FactSight.None => Level > Sight.Shape ? command : null,
            AssessDues c => Visible(c.Members, m => m) is { Count: > 0 } members ? c with { Members = members } : null,
            SetStandards c => Visible(c.Lines, l => l.Member) is { Count: > 0 } lines ? c with { Lines = lines } : null,
            ImportMembers c => Visible(c.Rows, r => r.Member) is { Count: > 0 } rows ? c with { Rows = rows } : null,
            _ => null,
        };
        isPart = !ReferenceEquals(left, command);
        return left;
    }

    private List<T> Visible<T>(IReadOnlyList<T> items, Func<T, MemberId> of) => [.. items.Where(i => Of(of(i)) != FactSight.None)];

    private FactSight Look(MemberId person)
    {
        if (_state.Member(person)?.Branch is not { } branch)
        {
            // Withdrawn, or named by an act that was refused.
            return AuditsAll() ? FactSight.All : FactSight.None;
        }

        if (Has(Right.ViewAudit, branch))
        {
            return FactSight.All;
        }

        if (!_command.StartsWith(DuesPrefix, StringComparison.Ordinal))
        {
            return FactSight.None;
        }

        return Has(Right.AssessDues, branch) || Has(Right.SetStandards, branch) ? FactSight.All
            : _command != Standards && Has(Right.ViewDues, branch) ? FactSight.Amounts
            : FactSight.None;
    }

    private bool Audits(Mentions all)
    {
        if (!_hasPosts)
        {
            return false;
        }

        var concerned = all.Organizations.ToHashSet();
        foreach (var person in all.People)
        {
            if (_state.Member(person)?.Branch is { } branch)
            {
                concerned.Add(branch);
            }
            else if (!AuditsAll())
            {
                return false;
            }
        }

        return concerned.Count == 0 ? AuditsAll() : concerned.All(o => Has(Right.ViewAudit, o) || (_state.Organization(o) is null && AuditsAll()));
    }

    /// <summary>Audits the committee above all others.</summary>
    private bool AuditsAll() => _state.PostsOf(_viewer) is { } posts && posts.Appointments.Any(a => a.HoldsOn(_today)
        && Rights.Granted(a.Post, Right.ViewAudit) == Reach.Below && _state.Organization(a.Organization) is { Higher: null });

    private bool Has(Right right, OrganizationId organization)
    {
        if (!_rights.TryGetValue((right, organization), out var has))
        {
            _rights[(right, organization)] = has = Rights.Allows(_state, _viewer, right, organization, _today);
        }

        return has;
    }

    private void Collect(JsonElement json, Mentions into)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    if (!Officials.Contains(member.Name))
                    {
                        Collect(member.Value, into);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    Collect(item, into);
                }

                break;
            case JsonValueKind.String:
                Collect(json.GetString()!, into);
                break;
        }
    }

    private void Collect(string text, Mentions into)
    {
        if (MemberId.TryParse(text, out var member))
        {
            into.People.Add(member);
        }
        else if (OrganizationId.TryParse(text, out var organization))
        {
            into.Organizations.Add(organization);
        }
        else if (PaymentId.TryParse(text, out var id) && _state.Payment(id) is { } payment)
        {
            into.People.Add(payment.Member);
            into.Organizations.Add(payment.Branch);
        }
        else if (KeyId.TryParse(text, out var key) && _state.KeyRecord(key) is { } record)
        {
            into.People.Add(record.Member);
        }
        else if (ImportId.TryParse(text, out var import) && _state.Import(import) is { } imported)
        {
            into.Organizations.Add(imported.Branch);
        }
    }

    private sealed class Mentions
    {
        public HashSet<MemberId> People { get; } = [];

        public HashSet<OrganizationId> Organizations { get; } = [];
    }
}
