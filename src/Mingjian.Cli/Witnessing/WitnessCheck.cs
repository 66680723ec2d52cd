using System.Net;
using Mingjian.Acts.Receipts;
using Mingjian.Cli.Kit;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Store;
using Mingjian.Log;
using Mingjian.Log.Notes;
using Mingjian.Log.Witnessing;

namespace Mingjian.Cli.Witnessing;

/// <summary>Demands outside witnesses on top of the nodes' quorum.</summary>
internal static class WitnessCheck
{
    /// <summary>Id of the step in a report.</summary>
    public const string Step = "witness";

    private const string Title = "外部见证人联名";

    /// <summary>A receipt's verification with one more step: witnesses cosigned a log that continues the receipt's.</summary>
    /// <param name="receipt">Verified already when the report says so.</param>
    /// <param name="witnessed">What <c>/ledger/witnessed?old=SIZE</c> answered; never trusted.</param>
    public static ReceiptReport Extend(ReceiptReport report, byte[] receipt, WitnessPolicy policy, byte[] witnessed)
    {
        var step = report.IsGenuine
            ? Check(Checkpoint.OfNote(TlogProof.Parse(ReceiptFile.Parse(receipt).Proof)!.Checkpoint)!, policy, witnessed)
            : new VerificationStep(Step, StepStatus.NotReached, Title, "前面的步骤没有通过，没有进行这一步。", null);
        return report.With(step);
    }

    /// <summary>Says in words why a checkpoint does not satisfy a policy; null when it does.</summary>
    public static string? Explain(PolicyResult result) => result.Fault switch
    {
        PolicyFault.None => null,
        PolicyFault.Form => "联名文件里没有账本摘要。",
        PolicyFault.Signature => "联名文件里有一个签名无效或重复，文件可能被改动过。",
        PolicyFault.Log => "账本摘要没有规则文件所列账本的签名。",
        _ => $"见证人不够：只有 {result.Witnesses.Count} 个见证人的联名有效（{string.Join("、", result.Witnesses)}），达不到规则文件的要求。",
    };

    private static VerificationStep Check(Checkpoint receipt, WitnessPolicy policy, byte[] witnessed)
    {
        if (WitnessRequest.TryParse(witnessed) is not { } file)
        {
            return Failed("联名文件的格式不对。");
        }

        var result = policy.Check(file.Note);
        if (Explain(result) is { } fault)
        {
            return Failed(fault);
        }

        var later = result.Checkpoint!;
        if (later.Origin != receipt.Origin)
        {
            return Failed("联名文件属于另一个账本。");
        }

        if (file.OldSize != receipt.Size)
        {
            return Failed($"联名文件不是为这张凭证取的：请取 /ledger/witnessed?old={receipt.Size}。");
        }

        return Merkle.VerifyConsistency(receipt.Size, receipt.Root, later.Size, later.Root, file.Proof)
            ? new VerificationStep(
                Step, StepStatus.Ok, Title,
                $"{result.Witnesses.Count} 个见证人为 {later.Size} 条记录的账本联名，凭证所在的账本（{receipt.Size} 条）是它的前一部分。", string.Join(", ", result.Witnesses))
            : Failed("见证人联名的账本不是凭证所在账本的延续：同一个账本可能出现了两份内容，请保留这两份文件并报告。");

        static VerificationStep Failed(string explanation) => new(Step, StepStatus.Failed, Title, explanation, null);
    }
}

/// <summary>A public log up to the checkpoint that witnesses have cosigned.</summary>
internal sealed class WitnessedSource(ILedgerSource log, SignedNote note) : ILedgerSource
{
    /// <inheritdoc/>
    public IStoredLedger? Stored => log.Stored;

    /// <summary>The log at an address, up to its newest witnessed checkpoint.</summary>
    /// <param name="http">Its base address is the log's.</param>
    /// <exception cref="CommandException">The log has none.</exception>
    /// <exception cref="WitnessFaultException">The policy is not satisfied.</exception>
    public static async Task<WitnessedSource> OpenAsync(ILedgerSource log, HttpClient http, WitnessPolicy policy, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri("witnessed", UriKind.Relative), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new CommandException("这个账本还没有外部见证人联名的账本摘要。");
        }

        response.EnsureSuccessStatusCode();
        var file = WitnessRequest.TryParse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return file is { OldSize: 0 } ? Of(log, file.Note, policy) : throw new WitnessFaultException("服务器给的联名文件格式不对。");
    }

    /// <summary>A log whose own checkpoint carries the cosignatures.</summary>
    /// <exception cref="WitnessFaultException">The policy is not satisfied.</exception>
    public static WitnessedSource Of(ILedgerSource log, SignedNote note, WitnessPolicy policy) =>
        WitnessCheck.Explain(policy.Check(note)) is { } fault ? throw new WitnessFaultException(fault) : new WitnessedSource(log, note);

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken) => log.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> ReadCheckpointAsync(CancellationToken cancellationToken) => new(note.ToString());

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadTileAsync(TilePath path, CancellationToken cancellationToken) => log.ReadTileAsync(path, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => log.DisposeAsync();
}

/// <summary>Looked at, and not witnessed as demanded: a finding, not a failure of this program.</summary>
internal sealed class WitnessFaultException(string message) : Exception(message);
