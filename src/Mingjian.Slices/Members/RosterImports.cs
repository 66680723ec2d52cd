using System.Security.Cryptography;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <inheritdoc/>
internal sealed class RosterImports(RosterAccess access, IRosterDrafts drafts, INameDirectory names, INameRegistry registry) : IRosterImports
{
    /// <summary>Staged imports that nobody signed within this time are removed with their data. Signatures of an import are valid for half a day.</summary>
    private static readonly TimeSpan UnsignedLifetime = TimeSpan.FromDays(1);

    private const int ListedImports = 100;

    private const int MaxNameLength = 60;

    public async Task<RosterPreview> ReadAsync(Stream file, string fileName, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        var bytes = await ReadBoundedAsync(file, cancellationToken);
        var draft = new RosterDraft(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), desk.User.Member, fileName, bytes,
            Read(bytes, desk, RosterSaid.Nothing, cancellationToken), RosterSaid.Nothing, drafts.NewExpiry);
        await drafts.PutAsync(draft, cancellationToken);
        return await PreviewAsync(draft, desk, cancellationToken);
    }

    public async Task<RosterPreview> MapBranchAsync(string draft, string name, OrganizationId branch, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        var found = await FindAsync(draft, desk, take: false, cancellationToken);
        if (!desk.Branches.Any(b => b.Record.Organization == branch))
        {
            throw new AccessDeniedException("这个党支部不在您的管理范围之内。");
        }

        var aliases = new Dictionary<string, OrganizationId>(found.Said.Aliases, StringComparer.Ordinal) { [name] = branch };
        return await SayAsync(found, desk, found.Said with { Aliases = aliases }, cancellationToken);
    }

    public async Task<RosterPreview> MapAsync(string draft, RosterMapping mapping, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        var found = await FindAsync(draft, desk, take: false, cancellationToken);

        // Columns of another sheet, or of a text read otherwise, are others.
        var before = found.Said.Mapping;
        var columns = mapping.Sheet == before.Sheet && mapping.Encoding == before.Encoding ? mapping.Columns : new Dictionary<int, string?>();
        return await SayAsync(found, desk, found.Said with { Mapping = mapping with { Columns = columns } }, cancellationToken);
    }

    public async Task<RosterPreview> FoundBranchesAsync(
        string draft, IReadOnlyCollection<string> names, OrganizationId higher, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        var found = await FindAsync(draft, desk, take: false, cancellationToken);
        if (!desk.Committees.Any(c => c.Record.Organization == higher))
        {
            throw new AccessDeniedException("您没有在这个党组织之下设立支部的权限。");
        }

        var founded = new Dictionary<string, (OrganizationId, OrganizationId)>(StringComparer.Ordinal);
        foreach (var name in names.Select(TextFold.Stored).OfType<string>().DistinctBy(TextFold.Compact, StringComparer.Ordinal))
        {
            if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
            {
                throw new RosterRefusedException("roster/112", $"支部名称“{name}”应为 1 至 {MaxNameLength} 字，请在表格里改正后重新上传。");
            }

            if (desk.Branches.Any(b => TextFold.Compact(b.Name) == TextFold.Compact(name)))
            {
                throw new RosterRefusedException("roster/113", $"已经有名为“{name}”的支部，请指定是哪一个，不要重复设立。");
            }

            founded[name] = (found.Said.Founded.TryGetValue(name, out var before) ? before.Branch : LedgerId.New<OrganizationId>(), higher);
        }

        return await SayAsync(found, desk, found.Said with { Founded = founded }, cancellationToken);
    }

    public async Task<StagedImport> ConfirmAsync(
        string draft, ImportChoices choices, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        if (choices.FarmerMonthly < DuesAmounts.Flat || choices.FarmerMonthly > DuesAmounts.FarmerMost)
        {
            throw new RosterRefusedException("roster/105", "农民党员的月党费应在 0.20 元至 1.00 元之间。");
        }

        if (!(await FindAsync(draft, desk, take: false, cancellationToken)).Reading.CanImport)
        {
            throw new RosterRefusedException("roster/111", "这份名册还有要先回答的问题，见“列的对应”。回答之后才能导入。");
        }

        var found = await FindAsync(draft, desk, take: true, cancellationToken);
        var vault = await access.VaultAsync(cancellationToken);
        await RemoveUnsignedAsync(vault, desk.User.Member, cancellationToken);

        // Posts may have ended since the file was read.
        var committees = desk.Committees.Select(c => c.Record.Organization).ToHashSet();
        var founded = found.Said.Founded.Where(f => committees.Contains(f.Value.Higher)).ToDictionary(f => f.Value.Branch, f => (Name: f.Key, f.Value.Higher));
        var allowed = desk.Branches.Select(b => b.Record.Organization).Concat(founded.Keys).ToHashSet();
        var plan = new ImportPlan(access.State, choices, founded.ToDictionary(f => f.Key, f => f.Value.Higher));
        foreach (var row in found.Reading.Rows)
        {
            if (row.Person is { Organization: { } branch } person && allowed.Contains(branch))
            {
                plan.Add(person, branch, vault.Index(person.IdNumber));
            }
        }

        var import = LedgerId.New<ImportId>();
        var people = plan.NewPeople;
        var staged = people.Count == 0 ? [] : await vault.StageAsync(
            new ImportRow
            {
                Import = import,
                By = desk.User.Member,
                File = Hash32.Of(found.File),
                People = people.Count,
                LeftOut = found.Reading.Rows.Count(r => !r.IsGood),
                Known = plan.KnownPeople,
            },
            people, progress, cancellationToken);
        var missing = plan.MissingBases.Count == 0 ? [] : await vault.StageBasesAsync(plan.MissingBases, cancellationToken);
        var (commands, standards) = plan.Commands(import, staged, missing);

        // Founded first: acts of one signature are carried out in their order.
        var used = founded.Where(f => plan.Branches.Contains(f.Key)).ToDictionary(f => f.Key, f => f.Value.Name);
        var establishing = new List<ICommand>();
        foreach (var (branch, name) in used)
        {
            establishing.Add(new EstablishOrganization(
                branch, founded[branch].Higher, OrganizationKind.PartyBranch, await registry.RegisterAsync(branch, name, cancellationToken)));
        }

        return new StagedImport(people.Count == 0 ? null : import, people.Count, standards, ActsToSign.Create([.. establishing, .. commands]), used);
    }

    public async Task DiscardAsync(ImportId import, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var vault = await access.VaultAsync(cancellationToken);
        var row = (await vault.FindImportsAsync(ListedImports, cancellationToken)).FirstOrDefault(i => i.Import == import);
        if (row is not null && row.By == user.Member && access.State.Import(import) is null)
        {
            await vault.RemoveAsync(import, cancellationToken);
        }
    }

    public async Task<byte[]> ExportFaultyAsync(string draft, CancellationToken cancellationToken = default)
    {
        var desk = await DeskAsync(cancellationToken);
        return WorkbookWriter.ToArray(RosterReasons.Create((await FindAsync(draft, desk, take: false, cancellationToken)).Reading));
    }

    public async Task<byte[]> CreateTemplateAsync(CancellationToken cancellationToken = default) =>
        WorkbookWriter.ToArray(RosterSheet.Template([.. (await DeskAsync(cancellationToken)).Branches.Select(b => b.Name)]));

    public async Task<IReadOnlyList<ImportView>> ListAsync(CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var branches = await access.OrganizationsAsync(user, Right.ImportMembers, cancellationToken);
        if (branches.Count == 0)
        {
            throw new AccessDeniedException("您当前的任职没有这项权限。");
        }

        var vault = await access.VaultAsync(cancellationToken);
        var state = access.State;
        var rows = await vault.FindImportsAsync(ListedImports, cancellationToken);
        var by = await names.FindAsync(rows.Select(r => r.By).Distinct().ToArray(), cancellationToken);
        var views = new List<ImportView>(rows.Count);
        foreach (var row in rows)
        {
            var record = state.Import(row.Import);
            if (row.By == user.Member || (record is not null && access.Allows(user, Right.ImportMembers, record.Branch)))
            {
                views.Add(View(state, row, record, user, by));
            }
        }

        return views;
    }

    public async Task<ActsToSign> WithdrawAsync(ImportId import, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var state = access.State;
        var record = state.Import(import) ?? throw new RosterRefusedException("members/1201", "账本上没有这次导入。");
        return MayWithdraw(state, record, user, out var why)
            ? ActsToSign.Create(new WithdrawImport(import))
            : throw new RosterRefusedException("roster/106", why);
    }

    private static async Task<byte[]> ReadBoundedAsync(Stream file, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[81_920];
        int read;
        while ((read = await file.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > IRosterImports.MaxFileBytes)
            {
                throw new RosterRefusedException("workbook/102", "文件超过 20 MB。请删去图片和无关的工作表，或分成几个文件导入。");
            }

            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
        }

        return buffer.ToArray();
    }

    /// <summary>What the signed-in officer may import into and found under, and what the organisation's headings mean.</summary>
    private async Task<ImportDesk> DeskAsync(CancellationToken cancellationToken)
    {
        var user = await access.UserAsync(cancellationToken);
        var all = await access.OrganizationsAsync(user, Right.ImportMembers, cancellationToken);
        if (all.Count == 0)
        {
            throw new AccessDeniedException("您当前的任职没有这项权限。");
        }

        var committees = (await access.OrganizationsAsync(user, Right.EstablishOrganization, cancellationToken))
            .Where(o => o.Record.Kind != OrganizationKind.PartyBranch).OrderBy(o => o.Record.Depth).ToList();
        var own = all.OrderBy(o => o.Record.Depth).ThenBy(o => o.Record.Organization.ToString(), StringComparer.Ordinal).First().Record.Organization;
        var remembered = await (await access.VaultAsync(cancellationToken)).FindRosterHeadingsAsync(own, cancellationToken);
        return new ImportDesk(user, own, [.. all.Where(o => o.Record.Kind == OrganizationKind.PartyBranch)], committees, remembered);
    }

    private async Task<RosterPreview> SayAsync(RosterDraft found, ImportDesk desk, RosterSaid said, CancellationToken cancellationToken)
    {
        var reading = Read(found.File, desk, said, cancellationToken);
        var chosen = reading.Columns.Where(c => c is { By: MappedBy.Hand, Heading.Length: > 0 })
            .GroupBy(c => RosterHeadings.Plain(c.Heading), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Field is { } field ? (int)field : 0, StringComparer.Ordinal);
        if (chosen.Count > 0)
        {
            await (await access.VaultAsync(cancellationToken)).RememberRosterHeadingsAsync(desk.Organization, chosen, cancellationToken);
        }

        var draft = found with { Said = said, Reading = reading, Expires = drafts.NewExpiry };
        await drafts.PutAsync(draft, cancellationToken);
        return await PreviewAsync(draft, desk, cancellationToken);
    }

    private async Task<RosterDraft> FindAsync(string draft, ImportDesk desk, bool take, CancellationToken cancellationToken) =>
        await drafts.FindAsync(draft, desk.User.Member, take, (file, said) => Read(file, desk, said, cancellationToken), cancellationToken)
        ?? throw Forgotten();

    private RosterReading Read(byte[] bytes, ImportDesk desk, RosterSaid said, CancellationToken cancellationToken)
    {
        // Two branches of one name cannot be told apart: both are left out, and the officer maps the name.
        var byName = desk.Branches.GroupBy(b => b.Name, StringComparer.Ordinal).Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.First().Record.Organization, StringComparer.Ordinal);
        foreach (var (name, (branch, _)) in said.Founded)
        {
            byName.TryAdd(name, branch);
        }

        foreach (var (name, branch) in said.Aliases)
        {
            byName[name] = branch;
        }

        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            return RosterReader.Read(stream, new RosterContext(access.Today, byName, said.Choices(desk.Remembered)), limits: null, cancellationToken);
        }
        catch (WorkbookException e)
        {
            throw new RosterRefusedException(e.Code, e.Message, e);
        }
        catch (RosterException e)
        {
            throw new RosterRefusedException(e.Code, e.Message, e);
        }
    }

    private async Task<RosterPreview> PreviewAsync(RosterDraft draft, ImportDesk desk, CancellationToken cancellationToken)
    {
        var vault = await access.VaultAsync(cancellationToken);
        return RosterPreviews.Create(draft, desk, access.State, vault.Index, access.Today);
    }

    private ImportView View(
        IStateReader state, ImportRow row, ImportRecord? record, CurrentUser user, IReadOnlyDictionary<MemberId, string> by)
    {
        var may = false;
        var why = string.Empty;
        if (record is not null)
        {
            may = MayWithdraw(state, record, user, out why);
        }

        var position = record switch
        {
            null => ImportState.Unsigned,
            { Withdrawn: true } => ImportState.Withdrawn,
            _ when record.Received < record.Chunks => ImportState.Partial,
            _ => ImportState.InForce,
        };
        return new ImportView(
            row.Import, by.TryGetValue(row.By, out var name) ? name : ShortId.Of(row.By), row.Staged, record?.Members ?? row.People, row.LeftOut, row.Known,
            position, record?.Received ?? 0, record?.Chunks ?? 0, may, why);
    }

    // The contract decides; this only spares the officer a signature that it would refuse.
    private bool MayWithdraw(IStateReader state, ImportRecord record, CurrentUser user, out string why)
    {
        why = record.Withdrawn ? "已经撤回。"
            : state.Get(MembersState.ImportUses.Key(record.Import)) is not null ? "已有人员核定了党费、绑定了密钥或担任了职务，不能整批撤回。"
            : record.By != user.Member && !IsTopOfficer(state, user) ? "只有导入人本人或上级党委的组织委员可以撤回。"
            : string.Empty;
        return why.Length == 0;
    }

    private bool IsTopOfficer(IStateReader state, CurrentUser user) =>
        state.Get(Contracts.Organizations.OrganizationsState.TopKey) is { } top && access.Allows(user, Right.WithdrawImport, top.Committee);

    private async Task RemoveUnsignedAsync(PersonVault vault, MemberId officer, CancellationToken cancellationToken)
    {
        // By the ledger's time, not the clock's: what this process has not seen yet may hold the import.
        var oldest = access.LedgerNow.AddMilliseconds(-(long)UnsignedLifetime.TotalMilliseconds);
        var state = access.State;
        foreach (var row in await vault.FindImportsAsync(ListedImports, cancellationToken))
        {
            if (row.By == officer && row.Staged < oldest && state.Import(row.Import) is null)
            {
                await vault.RemoveAsync(row.Import, cancellationToken);
            }
        }
    }

    private static RosterRefusedException Forgotten() => new("roster/107", "这次上传已过期或已导入过，请重新上传文件。");
}
