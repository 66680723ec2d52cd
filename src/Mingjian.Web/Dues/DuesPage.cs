using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Mingjian.Acts.Signing;
using Mingjian.Primitives;
using Mingjian.Views.Dues;
using Mingjian.Views.Preview;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;
using Mingjian.Web.Signing;

namespace Mingjian.Web.Dues;

/// <summary>What the interactive pages on dues share: loading, refusals as messages, signing, and following the ledger.</summary>
public abstract class DuesPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan WaitForLists = TimeSpan.FromSeconds(10);
    private IDisposable? _subscription;
    private int _reloading;

    [Inject]
    protected IDuesReading Reading { get; set; } = default!;

    [Inject]
    protected IDuesActs Preparing { get; set; } = default!;

    [Inject]
    protected IReadModelProgress Progress { get; set; } = default!;

    [Inject]
    protected TimeProvider Time { get; set; } = default!;

    [Inject]
    protected IJSRuntime Js { get; set; } = default!;

    /// <summary>What went wrong; Chinese.</summary>
    protected string? Fault { get; set; }

    /// <summary>What went well; Chinese.</summary>
    protected string? Success { get; set; }

    protected bool IsBusy { get; private set; }

    /// <summary>Today in Beijing.</summary>
    protected DateOnly Today => LedgerTime.From(Time.GetUtcNow()).BeijingDate;

    protected Month ThisMonth => Month.Of(Today);

    /// <summary>Reads what the page shows; called again when the ledger advances.</summary>
    protected abstract Task LoadAsync();

    protected override async Task OnInitializedAsync() => await GuardAsync(LoadAsync);

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _subscription = Progress.Subscribe(_ => Reload());
        }
    }

    /// <summary>Runs an action; refusals become <see cref="Fault"/>.</summary>
    protected async Task GuardAsync(Func<Task> action)
    {
        Fault = null;
        IsBusy = true;
        try
        {
            await action();
        }
        catch (Exception e) when (e is AccessDeniedException or ActInputException)
        {
            Fault = e.Message;
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>Prepares, lets the person sign, waits until the lists show it, and reads them again. True when all acts are final.</summary>
    protected async Task<bool> SignAsync(Func<Task<ActsToSign>> prepare, IReadOnlyDictionary<string, string> names, string success)
    {
        Success = null;
        var done = false;
        await GuardAsync(async () =>
        {
            var acts = await prepare();
            var outcome = await Js.ActAsync(acts, names);
            if (outcome is { Final: > 0, Height: { } height })
            {
                var shown = await Progress.For(IDuesReading.Lists).WaitForAsync(height, WaitForLists);
                Success = outcome.Ok
                    ? $"{success}，已确认于第 {height} 块。{(shown ? "" : "列表稍后更新。")}"
                    : $"{outcome.Final} 项已入账，{(outcome.Open > 0 ? $"{outcome.Open} 项等待确认" : "其余没有被接受")}。";
                await LoadAsync();
            }

            if (outcome.Held)
            {
                Success = "已签名保存，等上级党委组织委员会签后记入账本。进度见“待会签”。";
            }

            Fault = outcome.Ok || outcome.Cancelled || (outcome.Open > 0 && outcome.Refused == 0) ? null : string.Join(" ", outcome.Refusals.Prepend(outcome.Message ?? "账本没有接受。").Distinct(StringComparer.Ordinal));
            done = outcome.Ok;
        });
        return done;
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _subscription?.Dispose();
        }
    }

    // Blocks may come many a second; one reload at a time is enough, and none while the person is signing.
    private void Reload()
    {
        if (IsBusy || Interlocked.Exchange(ref _reloading, 1) == 1)
        {
            return;
        }

        _ = InvokeAsync(async () =>
        {
            try
            {
                await LoadAsync();
                StateHasChanged();
            }
            catch (Exception e) when (e is AccessDeniedException or ActInputException or ObjectDisposedException)
            {
                // The session ended or the page is going: the next click says so.
            }
            finally
            {
                Volatile.Write(ref _reloading, 0);
            }
        });
    }
}
