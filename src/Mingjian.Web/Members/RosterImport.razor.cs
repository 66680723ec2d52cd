using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Web.Signing;

namespace Mingjian.Web.Members;

/// <summary>Upload, preview, confirm, sign; and the list of imports.</summary>
public sealed partial class RosterImport
{
    private readonly CancellationTokenSource _leaving = new();
    private RosterPreview? _preview;
    private List<PreviewRow> _rows = [];
    private IReadOnlyList<ImportView> _imports = [];
    private IReadOnlyList<Month> _months = [];
    private Filter _filter;
    private decimal _farmer = 0.20m;
    private bool _anyRemark;
    private string _from = string.Empty;
    private string? _higher;
    private bool _busy;
    private string _doing = string.Empty;
    private int _done;
    private int _max;
    private int _uploads;
    private int _listening = -1;
    private string? _error;
    private string? _errorCode;
    private ElementReference _outcomeNote;
    private bool _showOutcome;
    private string? _outcome;
    private bool _outcomeGood;
    private long? _outcomeHeight;
    private long? _outcomeIndex;

    private enum Filter
    {
        All,
        Good,
        Faulty,
        Noticed,
        Known,
    }

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var current = Month.Of(LedgerTime.From(Time.GetUtcNow()).BeijingDate);
        _months = [current, current.AddMonths(1), current.AddMonths(-1), current.AddMonths(-2)];
        _from = current.ToString();
        await ListAsync();
    }

    private bool CanChoose => !_busy && _listening == _uploads;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The field listens only some time after it is drawn, and a file that is chosen before is lost without a word: until then it cannot be chosen.
        if (_listening != _uploads)
        {
            var drawn = _uploads;
            await Task.Yield();
            await Js.LoadSigningAsync();
            _listening = drawn;
            StateHasChanged();
        }

        // The list above it has gone, so the note would stand out of sight.
        if (_showOutcome && !_busy)
        {
            _showOutcome = false;
            await _outcomeNote.FocusAsync();
        }
    }

    private static string StateName(PreviewState state) => state switch
    {
        PreviewState.Good => "可以导入",
        PreviewState.Faulty => "有问题",
        _ => "已在册",
    };

    private static string StateName(ImportView import) => import.State switch
    {
        ImportState.InForce => "已入册",
        ImportState.Partial => $"未完成（{import.ReceivedChunks}/{import.Chunks}），请再次上传同一文件补齐",
        ImportState.Withdrawn => "已撤回",
        _ => "未入账",
    };

    private static RenderFragment Remark(PreviewRemark remark) => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", remark.IsFault ? "fault" : "notice");
        var place = remark.Place.Length == 0 || remark.Heading.Length == 0 ? string.Empty
            : $"{remark.Place} {remark.Heading}{(remark.Value.Length > 0 ? $"“{Short(remark.Value)}”" : string.Empty)}：";
        builder.AddContent(2, $"{place}{remark.What}");
        builder.CloseElement();
        builder.AddContent(3, $" {remark.Mend}（{remark.Code}）");
    };

    // A cell may hold a whole page; the workbook of faulty rows has all of it.
    private static string Short(string value) => value.Length <= 30 ? value : string.Concat(value.AsSpan(0, 30), "…");

    private static string Mark(PreviewRow row, params ReadOnlySpan<string> fields)
    {
        var mark = string.Empty;
        foreach (var remark in row.Remarks)
        {
            if (remark.Field is { } field && fields.Contains(field))
            {
                mark = remark.IsFault ? "bad" : mark.Length == 0 ? "odd" : mark;
            }
        }

        return mark;
    }

    private static string ConfirmText(RosterPreview preview) => preview.Good > 0 ? $"确认并签名，导入 {preview.Good} 人" : preview.Known > 0 ? "补设党费标准" : "没有可以导入的行";

    private string MonthlyOf(PreviewRow row) =>
        row.Class == DuesClass.Farmer ? new Amount((long)Math.Round(_farmer * 100)).ToString() : row.Monthly?.ToString() ?? string.Empty;

    private RenderFragment Count(Filter filter, string name, int count) => builder =>
    {
        builder.OpenElement(0, "button");
        builder.AddAttribute(1, "type", "button");
        builder.AddAttribute(2, "class", filter == Filter.Faulty && count > 0 ? "count bad" : "count");
        builder.AddAttribute(3, "aria-pressed", _filter == filter ? "true" : "false");
        builder.AddAttribute(4, "onclick", EventCallback.Factory.Create(this, () => Show(filter)));
        builder.AddContent(5, name);
        builder.OpenElement(6, "b");
        builder.AddContent(7, count);
        builder.CloseElement();
        builder.CloseElement();
    };

    private void Show(Filter filter)
    {
        _filter = filter;
        _rows = _preview is null ? [] :
        [
            .. _preview.Rows.Where(r => filter switch
            {
                Filter.Good => r.State == PreviewState.Good,
                Filter.Faulty => r.State == PreviewState.Faulty,
                Filter.Known => r.State == PreviewState.Known,
                Filter.Noticed => r.Remarks.Any(m => !m.IsFault),
                _ => true,
            }),
        ];
        _anyRemark = _rows.Exists(r => r.Remarks.Count > 0);
    }

    private void Forget()
    {
        _preview = null;
        _rows = [];
        _uploads++;
    }

    private Task ReadAsync(InputFileChangeEventArgs change) => WorkAsync("正在读取…", async () =>
    {
        _outcome = null;
        _preview = null;
        if (change.File.Size > IRosterImports.MaxFileBytes)
        {
            throw new RosterRefusedException("workbook/102", "文件超过 20 MB。请删去图片和无关的工作表，或分成几个文件导入。");
        }

        await using var stream = change.File.OpenReadStream(IRosterImports.MaxFileBytes, _leaving.Token);
        Take(await Imports.ReadAsync(stream, change.File.Name, _leaving.Token));
    });

    private Task SayAsync(RosterMapping mapping) => _preview is { } preview
        ? WorkAsync("正在按新的对应重新读取…", async () => Take(await Imports.MapAsync(preview.Draft, mapping, _leaving.Token)), keepsFile: true)
        : Task.CompletedTask;

    private Task FoundAllAsync() => FoundAsync([.. _preview!.NewBranches.Select(b => b.Name), .. _preview.UnknownBranches.Select(u => u.Name)]);

    private Task FoundAsync(IReadOnlyCollection<string> names) => _preview is { } preview && Higher(preview) is { } higher
        ? WorkAsync("正在重新核对…", async () => Take(await Imports.FoundBranchesAsync(preview.Draft, names, higher, _leaving.Token)), keepsFile: true)
        : Task.CompletedTask;

    private OrganizationId? Higher(RosterPreview preview) =>
        OrganizationId.TryParse(_higher, out var chosen) ? chosen : preview.Committees.Count > 0 ? preview.Committees[0].Branch : null;

    private Task MapAsync(string name, string? branch) => branch == "new" ? FoundAsync([.. _preview!.NewBranches.Select(b => b.Name), name])
        : OrganizationId.TryParse(branch, out var id) && _preview is { } preview
        ? WorkAsync("正在重新核对…", async () => Take(await Imports.MapBranchAsync(preview.Draft, name, id, _leaving.Token)), keepsFile: true)
        : Task.CompletedTask;

    private void Take(RosterPreview preview)
    {
        _preview = preview;
        Show(preview.Faulty > 0 ? Filter.Faulty : Filter.All);
    }

    private Task ConfirmAsync() => WorkAsync("正在加密保存…", async () =>
    {
        var preview = _preview!;
        _max = preview.Good;
        var progress = new Progress<int>(done => _ = InvokeAsync(() =>
        {
            _done = done;
            StateHasChanged();
        }));
        var choices = new ImportChoices(Amount.FromYuan(Math.Round(_farmer, 2)), Month.TryParse(_from, out var from) ? from : _months[0]);
        var staged = await Imports.ConfirmAsync(preview.Draft, choices, progress, _leaving.Token);
        Forget();
        if (staged.Acts.Count == 0)
        {
            Say(good: true, "名册中的人员都已在册，没有需要写入的内容。");
            return;
        }

        _max = 0;
        _doing = "请在弹出的窗口中核对并签名…";
        StateHasChanged();
        var names = preview.Branches.Concat(preview.Committees).DistinctBy(b => b.Branch).ToDictionary(b => b.Branch.ToString(), b => b.Name, StringComparer.Ordinal);
        foreach (var (id, name) in staged.Founded ?? new Dictionary<OrganizationId, string>())
        {
            names[id.ToString()] = name;
        }

        var outcome = await Js.ActAsync(staged.Acts, names, _leaving.Token);
        if (outcome.IsNothing && staged.Import is { } import)
        {
            await Imports.DiscardAsync(import, _leaving.Token);
        }

        (_outcomeHeight, _outcomeIndex) = (outcome.Height, outcome.Index);
        Say(outcome.Ok || (outcome.Open > 0 && outcome.Refused == 0), outcome.Ok ? $"已导入 {staged.People} 人，设定党费标准 {staged.Standards} 人。{(staged.Founded is { Count: > 0 } founded ? $"新设党支部：{string.Join("、", founded.Values)}。" : "")}"
            : outcome.Cancelled ? "没有签名，什么也没有写入。"
            : outcome.Open > 0 && outcome.Refused == 0 ? $"已提交，{outcome.Open} 批等待足够多的节点确认，不要重复导入。"
            : outcome.Uncertain && outcome.Final == 0 ? $"{outcome.Message}已加密保存的内容保留着。"
            : outcome.IsNothing ? $"没有导入。{outcome.Message}{string.Join('；', outcome.Refusals)}"
            : $"只完成了一部分：{outcome.Final} 批已入账，{(outcome.Open > 0 ? $"{outcome.Open} 批等待确认，" : "")}{outcome.Refused} 批没有被接受。{string.Join('；', outcome.Refusals)} 请再次上传同一文件补齐，不会重复。");
        await ListAsync();
    });

    private Task WithdrawAsync(ImportView import) => WorkAsync("请在弹出的窗口中核对并签名…", async () =>
    {
        var outcome = await Js.ActAsync(await Imports.WithdrawAsync(import.Import, _leaving.Token), cancellationToken: _leaving.Token);
        (_outcomeHeight, _outcomeIndex) = (outcome.Height, outcome.Index);
        Say(outcome.Ok || outcome.Open > 0, outcome.Ok ? $"已整批撤回，{import.People} 人不再在册。"
            : outcome.Open > 0 ? "撤回已提交，等待足够多的节点确认。" : outcome.Cancelled ? "没有签名，什么也没有改变。" : $"没有撤回。{outcome.Message}{string.Join('；', outcome.Refusals)}");
        await ListAsync();
    });

    private void Say(bool good, string text) => (_outcome, _outcomeGood, _showOutcome) = (text, good, true);

    private async Task ListAsync()
    {
        try
        {
            _imports = await Imports.ListAsync(_leaving.Token);
        }
        catch (AccessDeniedException denied)
        {
            _error = denied.Message;
        }
    }

    /// <param name="keepsFile">A refusal is about an answer, not about the file: the preview stays as it was.</param>
    private async Task WorkAsync(string doing, Func<Task> work, bool keepsFile = false)
    {
        (_busy, _doing, _done, _max, _error, _errorCode) = (true, doing, 0, 0, null, null);
        (_outcome, _outcomeHeight, _outcomeIndex) = (null, null, null);
        StateHasChanged();
        // Lets the page show what it is doing before the work takes the circuit's thread.
        await Task.Yield();
        try
        {
            await work();
        }
        catch (RosterRefusedException refused)
        {
            (_error, _errorCode) = (refused.Message, refused.Code);
            _uploads += keepsFile ? 0 : 1;
        }
        catch (AccessDeniedException denied)
        {
            _error = denied.Message;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page is gone.
        }
        finally
        {
            _busy = false;
        }
    }
}
