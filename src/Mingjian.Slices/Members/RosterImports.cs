using System.Security.Cryptography;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <inheritdoc/>
internal sealed class RosterImports(RosterAccess access, IRosterDrafts drafts, INameDirectory names) : IRosterImports
{
    /// <summary>Staged imports that nobody signed within this time are removed with their data. Signatures of an import are valid for half a day.</summary>
    private static readonly TimeSpan UnsignedLifetime = TimeSpan.FromDays(1);

    private const int ListedImports = 100;

    public async Task<RosterPreview> ReadAsync(Stream file, string fileName, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var branches = await access.BranchesAsync(user, Right.ImportMembers, cancellationToken);
        var bytes = await ReadBoundedAsync(file, cancellationToken);
        var aliases = new Dictionary<string, OrganizationId>(StringComparer.Ordinal);
        var draft = new RosterDraft(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), user.Member, fileName, bytes, Read(bytes, branches, aliases, cancellationToken),
            aliases, drafts.NewExpiry);
        await drafts.PutAsync(draft, cancellationToken);
        return await PreviewAsync(draft, branches, cancellationToken);
    }

    public async Task<RosterPreview> MapBranchAsync(string draft, string name, OrganizationId branch, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var branches = await access.BranchesAsync(user, Right.ImportMembers, cancellationToken);
        var found = await FindAsync(draft, user, take: false, branches, cancellationToken);
        if (!branches.Any(b => b.Record.Organization == branch))
        {
            throw new AccessDeniedException("这个党支部不在您的管理范围之内。");
        }

        var aliases = new Dictionary<string, OrganizationId>(found.Aliases, StringComparer.Ordinal) { [name] = branch };
        var mapped = found with { Aliases = aliases, Reading = Read(found.File, branches, aliases, cancellationToken), Expires = drafts.NewExpiry };
        await drafts.PutAsync(mapped, cancellationToken);
        return await PreviewAsync(mapped, branches, cancellationToken);
    }

    public async Task<StagedImport> ConfirmAsync(
        string draft, ImportChoices choices, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        var branches = await access.BranchesAsync(user, Right.ImportMembers, cancellationToken);
        if (choices.FarmerMonthly < DuesAmounts.Flat || choices.FarmerMonthly > DuesAmounts.FarmerMost)
        {
            throw new RosterRefusedException("roster/105", "农民党员的月党费应在 0.20 元至 1.00 元之间。");
        }

        var found = await FindAsync(draft, user, take: true, branches, cancellationToken);
        var allowed = branches.Select(b => b.Record.Organization).ToHashSet();
        var vault = await access.VaultAsync(cancellationToken);
        await RemoveUnsignedAsync(vault, user.Member, cancellationToken);
        var state = access.State;
        var plan = new ImportPlan(state, choices);
        foreach (var row in found.Reading.Rows)
        {
            // The post may have ended since the file was read.
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
                By = user.Member,
                File = Hash32.Of(found.File),
                People = people.Count,
                LeftOut = found.Reading.Rows.Count(r => !r.IsGood),
                Known = plan.KnownPeople,
            },
            people, progress, cancellationToken);
        var missing = plan.MissingBases.Count == 0 ? [] : await vault.StageBasesAsync(plan.MissingBases, cancellationToken);
        var (commands, standards) = plan.Commands(import, staged, missing);
        return new StagedImport(people.Count == 0 ? null : import, people.Count, standards, ActsToSign.Create(commands));
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
        var user = await access.UserAsync(cancellationToken);
        var branches = await access.BranchesAsync(user, Right.ImportMembers, cancellationToken);
        return WorkbookWriter.ToArray(RosterReasons.Create((await FindAsync(draft, user, take: false, branches, cancellationToken)).Reading));
    }

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

    private async Task<RosterDraft> FindAsync(
        string draft, CurrentUser user, bool take, IReadOnlyList<(Contracts.Organizations.OrganizationRecord Record, string Name)> branches,
        CancellationToken cancellationToken) =>
        await drafts.FindAsync(draft, user.Member, take, (file, aliases) => Read(file, branches, aliases, cancellationToken), cancellationToken)
        ?? throw Forgotten();

    private RosterReading Read(
        byte[] bytes, IReadOnlyList<(Contracts.Organizations.OrganizationRecord Record, string Name)> branches,
        IReadOnlyDictionary<string, OrganizationId> aliases, CancellationToken cancellationToken)
    {
        // Two branches of one name cannot be told apart: both are left out, and the officer maps the name.
        var byName = branches.GroupBy(b => b.Name, StringComparer.Ordinal).Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.First().Record.Organization, StringComparer.Ordinal);
        foreach (var (name, branch) in aliases)
        {
            byName[name] = branch;
        }

        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            return RosterReader.Read(stream, new RosterContext(access.Today, byName), limits: null, cancellationToken);
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

    private async Task<RosterPreview> PreviewAsync(
        RosterDraft draft, IReadOnlyList<(Contracts.Organizations.OrganizationRecord Record, string Name)> branches, CancellationToken cancellationToken)
    {
        var vault = await access.VaultAsync(cancellationToken);
        return RosterPreviews.Create(draft, branches, access.State, vault.Index, access.Today);
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
