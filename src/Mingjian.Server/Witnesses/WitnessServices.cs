using Mingjian.Engine;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;
using Mingjian.Server.Configuration;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Witnesses;

/// <summary>Checkpoints that outside witnesses have cosigned.</summary>
internal static class WitnessServices
{
    public static void AddWitnesses(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WitnessedCheckpoint>();
        builder.Services.AddSingleton<WitnessRounds>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<WitnessRounds>());
    }

    public static void MapWitnesses(this WebApplication app) =>
        app.MapGet("/ledger/witnessed", Read).AllowAnonymous()
            .WithSummary("The newest checkpoint that outside witnesses have cosigned, with the proof that it continues an older one.")
            .WithDescription("old=…: size of the older tree, by default 0. The body is that of C2SP tlog-witness add-checkpoint.")
            .ProducesProblem(400).ProducesProblem(404);

    private static IResult Read(WitnessedCheckpoint witnessed, ILedger ledger, HttpContext context, long old = 0)
    {
        context.Response.Headers.CacheControl = "no-cache";
        if (witnessed.Newest is not { } note)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "ledger/not-witnessed", "还没有外部见证人联名的账本摘要。");
        }

        var size = Checkpoint.Parse(note.Text)!.Size;
        return old < 0 || old > size
            ? Problems.Of(StatusCodes.Status400BadRequest, "request/malformed", $"old 应在 0 到 {size} 之间；更新的账本摘要还没有联名。")
            : Results.Bytes(new WitnessRequest(old, ledger.ProveConsistency(old, size), note).Encode(), "text/plain; charset=utf-8");
    }
}

/// <summary>What <c>/ledger/witnessed</c> serves. Kept in memory alone: after a restart the witnesses are asked again.</summary>
/// <remarks>
/// Not at <c>/ledger/checkpoint</c> and not in receipts: those have one spelling, and this program's verifiers refuse signatures that their
/// network file does not explain.
/// </remarks>
internal sealed class WitnessedCheckpoint
{
    private volatile SignedNote? _newest;

    /// <summary>The checkpoint with the witnesses' lines behind the nodes'; null before the first.</summary>
    public SignedNote? Newest
    {
        get => _newest;
        set => _newest = value;
    }
}
