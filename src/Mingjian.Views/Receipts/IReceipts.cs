using Mingjian.Acts.Receipts;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Views.Session;

namespace Mingjian.Views.Receipts;

/// <summary>Issues receipts of recorded payments.</summary>
public interface IReceipts
{
    /// <summary>The receipt of a payment; null when there is no such payment (or it is not final yet).</summary>
    /// <remarks>For the member whose dues they are, and for whoever may view dues of the branch; never for others.</remarks>
    /// <exception cref="AccessDeniedException">Nobody is signed in.</exception>
    Task<IssuedReceipt?> FindAsync(PaymentId payment, CancellationToken cancellationToken = default);

    /// <summary>How a payment stands as of the newest block, proven; rights as for the receipt.</summary>
    /// <returns>Null when there is no such payment, or while this process is catching up.</returns>
    /// <exception cref="AccessDeniedException">Nobody is signed in, or the person may not see it.</exception>
    Task<PaymentStanding?> FindStandingAsync(PaymentId payment, CancellationToken cancellationToken = default);
}

/// <summary>A receipt with what its page shows.</summary>
/// <param name="Contents">What the receipt says.</param>
/// <param name="File">Bytes of the receipt file; null for a reversed payment, which no longer has one.</param>
/// <param name="Items">Months and amounts; empty for a voluntary payment.</param>
/// <param name="CollectorName">From the vault.</param>
/// <param name="BranchName">From the vault.</param>
/// <param name="RuleName">Article of the rule on payment, in Chinese.</param>
/// <param name="Codes">QR codes as SVG elements, in order; empty when there is no file or it is too long for codes.</param>
/// <param name="Index">The log entry.</param>
/// <param name="Reversal">Why it no longer counts; null while in force.</param>
/// <param name="Standing">
/// How the payment stood as of the newest block, as the file shows it; null while this process is catching up, so that the file shows nothing of it.
/// </param>
public sealed record IssuedReceipt(
    ReceiptContents Contents, byte[]? File, IReadOnlyList<PaidMonth> Items, string CollectorName, string BranchName, string RuleName,
    IReadOnlyList<string> Codes, long Index, ReversalReason? Reversal, ReceiptStanding? Standing)
{
    /// <summary>File name to save it under: the date and the start of the payment's id.</summary>
    public string FileName => $"{Contents.Date:yyyyMMdd}-{Contents.Payment.ToString()[2..10]}{ReceiptFile.Extension}";
}
