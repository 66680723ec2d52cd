using System.Security.Cryptography;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Vault;
using Mingjian.Views.Members;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <summary>Turns good rows into people for the vault and commands for the ledger.</summary>
/// <remarks>
/// Safe to repeat: people whose blind index is on the ledger are left out. Those of them who still have no dues standard (an import that was
/// broken off between its two kinds of acts) get one. Commands hold people in no order: the roster's own, on a ledger that others read, would say
/// which id is whose. Vault and lists have the people's names, and the roster's order where it matters.
/// </remarks>
/// <param name="founded">Branches that the same signature founds, with the committee above each.</param>
internal sealed class ImportPlan(IStateReader state, ImportChoices choices, IReadOnlyDictionary<OrganizationId, OrganizationId>? founded = null)
{
    private readonly List<(NewPerson Person, RosterPerson Row, OrganizationId Branch)> _new = [];
    private readonly List<(MemberId Member, RosterPerson Row, OrganizationId Branch)> _missing = [];

    public int KnownPeople { get; private set; }

    /// <summary>Branches that get anybody.</summary>
    public IReadOnlySet<OrganizationId> Branches => _new.Select(p => p.Branch).ToHashSet();

    public IReadOnlyList<NewPerson> NewPeople => [.. _new.Select(p => p.Person)];

    /// <summary>Bases of people on the ledger who have no standard yet.</summary>
    public IReadOnlyList<(MemberId Member, Month From, Amount Amount)> MissingBases =>
        [.. _missing.Where(m => m.Row.Base is not null).Select(m => (m.Member, choices.From, m.Row.Base!.Value))];

    public void Add(RosterPerson row, OrganizationId branch, Hash32 identity)
    {
        if (FindKnown(state, identity) is not { } known)
        {
            var record = new PersonRecord(
                row.Name, row.IdNumber.Reveal(), (int)row.Sex, row.BirthDate, row.Ethnicity, row.Education, row.Job, row.Phone, row.Address, row.OtherPhone);
            var dues = row.Base is { } amount ? (choices.From, amount) : default((Month, Amount)?);
            _new.Add((new NewPerson(LedgerId.New<MemberId>(), record, dues), row, branch));
            return;
        }

        KnownPeople++;
        if (NeedsStandard(state, known, row))
        {
            _missing.Add((known.Member, row, known.Branch));
        }
    }

    /// <summary>The member who holds a blind index on the ledger, or null.</summary>
    public static MemberRecord? FindKnown(IStateReader state, Hash32 identity) =>
        state.Get(MembersState.Identities.Key(identity.ToHex())) is { } holder && state.Member(holder.Member) is { } member && state.IsActive(member)
            ? member
            : null;

    /// <summary>Imports first, then standards, each shuffled over all chunks and in chunks that the contracts accept.</summary>
    public (IReadOnlyList<ICommand> Commands, int Standards) Commands(
        ImportId import, IReadOnlyList<StagedPerson> staged, IReadOnlyList<Hash32> missingBases)
    {
        var commands = new List<ICommand>();
        var rows = Shuffled(_new.Zip(staged, (p, s) => new MemberRow(
            s.Member, p.Branch, p.Row.Standing, p.Row.Admitted, p.Row.FullSince, s.Identity, s.Name, s.Record))).Chunk(ImportMembers.MaxRows).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            commands.Add(new ImportMembers(import, i, rows.Count, rows[i]));
        }

        var lines = _new.Zip(staged, (p, s) => Line(s.Member, p.Row, p.Branch, s.Base)).OfType<StandardLine>().ToList();
        var bases = new Queue<Hash32>(missingBases);
        lines.AddRange(_missing.Select(m => Line(m.Member, m.Row, m.Branch, m.Row.Base is null ? null : bases.Dequeue())).OfType<StandardLine>());
        commands.AddRange(Shuffled(lines).Chunk(SetStandards.MaxLines).Select(chunk => new SetStandards(chunk)));
        return (commands, lines.Count);
    }

    /// <summary>Monthly dues of a row, or null where the row gives no class.</summary>
    /// <param name="branch">The branch, or for one that is still to be founded the committee above it: its policy will hold.</param>
    public static Amount? Monthly(IStateReader state, RosterPerson row, OrganizationId branch, ImportChoices choices) => row.Class switch
    {
        null => null,
        DuesClass.Farmer => choices.FarmerMonthly,
        { } flat when !DuesAmounts.HasBase(flat) => DuesAmounts.Flat,
        { } computed => row.Base is { } monthlyBase
            ? DuesAmounts.Compute(computed, monthlyBase, state.PolicyFor(branch), choices.From.FirstDay)
            : null,
    };

    private static T[] Shuffled<T>(IEnumerable<T> items)
    {
        var all = items.ToArray();
        RandomNumberGenerator.Shuffle<T>(all);
        return all;
    }

    private static bool NeedsStandard(IStateReader state, MemberRecord known, RosterPerson row) =>
        row.Class is not null && state.StandardsOf(known.Member) is null;

    private StandardLine? Line(MemberId member, RosterPerson row, OrganizationId branch, Hash32? commitment) =>
        Monthly(state, row, founded?.TryGetValue(branch, out var higher) == true ? higher : branch, choices) is { } monthly ? new StandardLine(member, choices.From, row.Class!.Value, monthly, commitment) : null;
}
