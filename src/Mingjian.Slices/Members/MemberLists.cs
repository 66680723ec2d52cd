using Microsoft.EntityFrameworkCore;
using Mingjian.Collation;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Organizations;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <inheritdoc/>
internal sealed class MemberLists(IDbContextFactory<ReadModelContext> readModels, RosterAccess access, INameDirectory names) : IMemberLists
{
    public async Task<IReadOnlyList<OrganizationNode>> ReadTreeAsync(CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var visible = (await access.OrganizationsAsync(user, Right.ViewMembers, cancellationToken)).ToDictionary(o => o.Record.Organization);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var counts = await context.Members().AsNoTracking().Where(m => m.Import != null)
            .GroupBy(m => new { m.Branch, m.Standing }).Select(g => new { g.Key.Branch, g.Key.Standing, Count = g.Count() }).ToListAsync(cancellationToken);
        var order = await OrderAsync(context, cancellationToken);
        var nodes = new List<OrganizationNode>();
        foreach (var root in visible.Values.Where(o => o.Record.Higher is not { } higher || !visible.ContainsKey(higher)).OrderBy(o => order(o.Record.Organization)))
        {
            Add(root, 0);
        }

        return nodes;

        (int Full, int Probationary) Add((OrganizationRecord Record, string Name) organization, int depth)
        {
            var id = organization.Record.Organization;
            var place = nodes.Count;
            nodes.Add(new OrganizationNode(id, organization.Name, organization.Record.Kind, depth, 0, 0));
            var full = counts.Where(c => c.Branch == id && c.Standing == MemberStanding.FullMember).Sum(c => c.Count);
            var probationary = counts.Where(c => c.Branch == id && c.Standing == MemberStanding.ProbationaryMember).Sum(c => c.Count);
            foreach (var below in visible.Values.Where(o => o.Record.Higher == id).OrderBy(o => o.Record.Kind).ThenBy(o => order(o.Record.Organization)))
            {
                var sum = Add(below, depth + 1);
                (full, probationary) = (full + sum.Full, probationary + sum.Probationary);
            }

            nodes[place] = nodes[place] with { FullMembers = full, Probationers = probationary };
            return (full, probationary);
        }
    }

    public async Task<IReadOnlyList<MemberLine>> ListAsync(
        OrganizationId organization, string? search = null, NameOrder nameOrder = NameOrder.Pinyin, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        if (!access.Allows(user, Right.ViewMembers, organization))
        {
            throw new AccessDeniedException("您不能查看这个组织的党员名册。");
        }

        var organizations = await access.OrganizationsAsync(user, Right.ViewMembers, cancellationToken);
        var below = Below(organization, organizations);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var rows = new List<ProjectedMember>();
        foreach (var branches in below.Keys.Chunk(200))
        {
            rows.AddRange(await context.Members().AsNoTracking().Where(m => m.Import != null && branches.Contains(m.Branch)).ToListAsync(cancellationToken));
        }

        var found = await names.FindAsync([.. rows.Select(r => r.Member), .. rows.Select(r => r.Signer).Distinct()], cancellationToken);
        var order = await OrderAsync(context, cancellationToken);
        var sought = new NameSearch(search);
        IComparer<string> byName = nameOrder == NameOrder.Strokes ? StrokeOrder.OfNames : PinyinOrder.OfNames;
        return
        [
            .. rows.Select(r => Line(r, below[r.Branch], found))
                .Where(l => sought.Finds(l.Name))
                .OrderBy(l => order(l.Branch)).ThenBy(l => l.Name, byName).ThenBy(l => l.Index),
        ];
    }

    public async Task<byte[]> ExportAsync(OrganizationId organization, NameOrder nameOrder = NameOrder.Pinyin, CancellationToken cancellationToken = default)
    {
        var lines = await ListAsync(organization, search: null, nameOrder, cancellationToken);
        var user = await access.UserAsync(cancellationToken);
        var vault = await access.VaultAsync(cancellationToken);
        var records = await vault.FindRecordsAsync([.. lines.Select(l => l.Member)], cancellationToken);
        var withDues = lines.Select(l => l.Branch).Distinct().All(b => MaySeeStandards(user, b));
        var month = Month.Of(access.Today);
        var state = access.State;
        var standards = withDues ? lines.ToDictionary(l => l.Member, l => state.StandardsOf(l.Member)?.InForce(month)) : [];
        var bases = await vault.FindBasesAsync(
            [.. standards.Where(s => s.Value?.Base is not null).Select(s => (s.Key, s.Value!.Base!.Value))], cancellationToken);
        var rows = lines.Select((line, i) =>
        {
            var record = records.GetValueOrDefault(line.Member);
            var standard = standards.GetValueOrDefault(line.Member);
            return RosterSheet.Row(
                line.Name, record?.IdNumber, record is null ? null : (Sex)record.Sex, record?.Ethnicity, record?.BirthDate, record?.Education, line.Standing,
                line.BranchName, line.Admitted, line.FullSince, standard?.Class,
                standard?.Base is { } commitment && bases.TryGetValue(commitment, out var amount) ? amount : null, record?.Phone, record?.OtherPhone, record?.Job,
                record?.Address, i + 1);
        });
        return WorkbookWriter.ToArray(RosterSheet.Create(rows.ToList(), withDues));
    }

    public async Task<MemberDetail> ReadAsync(MemberId member, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        await using var context = await readModels.CreateDbContextAsync(cancellationToken);
        var row = await context.Members().AsNoTracking().SingleOrDefaultAsync(m => m.Member == member, cancellationToken);
        // An unknown member is answered like one of somebody else's branch: nothing is told.
        if (row is null || !access.Allows(user, Right.ViewMembers, row.Branch))
        {
            throw new AccessDeniedException("您不能查看这名党员的资料。");
        }

        var branches = await names.FindAsync([row.Branch], cancellationToken);
        var people = await names.FindAsync([row.Member, row.Signer], cancellationToken);
        var record = await (await access.VaultAsync(cancellationToken)).FindRecordAsync(member, cancellationToken);
        var state = access.State;
        // Class beside amount gives the pay away: only whoever assesses the member or sets the standard needs both.
        var maySee = MaySeeStandards(user, row.Branch);
        var standard = maySee ? state.StandardsOf(member)?.InForce(Month.Of(access.Today)) : null;
        return new MemberDetail(
            Line(row, branches.TryGetValue(row.Branch, out var name) ? name : ShortId.Of(row.Branch), people),
            record?.IdNumber, record is null ? null : CodeLists.SexName((Sex)record.Sex), record?.BirthDate, CodeLists.EthnicityName(record?.Ethnicity),
            CodeLists.EducationName(record?.Education), record?.Job, record?.OtherPhone is { } other ? $"{record.Phone}、{other}" : record?.Phone, record?.Address, standard?.Class, standard?.Monthly,
            state.KeysOf(member) is { Keys.Count: > 0 }, ShowsStandard: maySee);
    }

    private bool MaySeeStandards(CurrentUser user, OrganizationId branch) =>
        access.Allows(user, Right.AssessDues, branch) || access.Allows(user, Right.SetStandards, branch);

    /// <summary>Organisations stand in the order of their founding, as people know them.</summary>
    private static async Task<Func<OrganizationId, long>> OrderAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        var places = await context.Organizations().AsNoTracking().ToDictionaryAsync(o => o.Organization, o => o.Index, cancellationToken);
        return id => places.GetValueOrDefault(id, long.MaxValue);
    }

    private static Dictionary<OrganizationId, string> Below(
        OrganizationId top, IReadOnlyList<(OrganizationRecord Record, string Name)> organizations)
    {
        var inside = new Dictionary<OrganizationId, string>();
        foreach (var (record, name) in organizations.OrderBy(o => o.Record.Depth))
        {
            if (record.Organization == top || (record.Higher is { } higher && inside.ContainsKey(higher)))
            {
                inside[record.Organization] = name;
            }
        }

        return inside;
    }

    private static MemberLine Line(ProjectedMember row, string branch, IReadOnlyDictionary<MemberId, string> found) => new(
        row.Member, found.TryGetValue(row.Member, out var name) ? name : ShortId.Of(row.Member), row.Branch, branch, row.Standing, row.Admitted, row.FullSince,
        found.TryGetValue(row.Signer, out var signer) ? signer : ShortId.Of(row.Signer), row.Height, row.Index);
}
