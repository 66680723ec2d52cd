using Mingjian.Acts.Receipts;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Receipts;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Receipts;

/// <summary>Receipts of payments.</summary>
internal sealed class ReceiptsSlice : ISlice
{
    public void AddServices(IServiceCollection services) => services.AddScoped<IReceipts, ReceiptIssuer>().AddSingleton<PaymentStandings>();

    /// <summary>The receipt's file, how its payment stands, and the same for whoever holds the receipt.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/api/v1/receipts/{payment}", DownloadAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("The receipt file of a payment: for the member and for whoever may view dues of the branch.")
            .Produces(200, contentType: ReceiptFile.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(410);
        app.MapGet("/api/v1/receipts/{payment}/standing", StandingAsync).RequireAuthorization(Policies.SignedIn)
            .WithSummary("How the payment stands as of the newest block (in force, reversed), proven; rights as for the receipt.")
            .Produces(200, contentType: PaymentStanding.MediaType).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404);
        app.MapGet(StandingQuery.Address + "{index:long}", HeldStandingAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Api)
            .WithSummary("As /api/v1/receipts/{payment}/standing, for whoever holds the receipt, signed in or not.")
            .WithDescription(
                $"index: the receipt's log entry. Header {StandingQuery.ProofHeader}: SHA-256 of \"mingjian.receipt-holder/v1\\0\" and the entry, 64 hexadecimal "
                + "digits: nobody without the receipt can compute it. Without it, or with another, the answer is that of an entry that does not exist.")
            .Produces(200, contentType: PaymentStanding.MediaType).ProducesProblem(404).ProducesProblem(429);
    }

    private static async Task<IResult> DownloadAsync(string payment, IReceipts receipts, HttpContext context)
    {
        if (!PaymentId.TryParse(payment, out var id) || await receipts.FindAsync(id, context.RequestAborted) is not { } issued)
        {
            return Unknown();
        }

        if (issued.File is null)
        {
            return Problems.Of(StatusCodes.Status410Gone, "receipts/reversed", "这笔缴纳已经冲正，不再出具凭证。");
        }

        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(issued.File, ReceiptFile.MediaType, issued.FileName);
    }

    private static async Task<IResult> StandingAsync(string payment, IReceipts receipts, HttpContext context) =>
        PaymentId.TryParse(payment, out var id) && await receipts.FindStandingAsync(id, context.RequestAborted) is { } standing
            ? Serve(standing, context)
            : Unknown();

    private static async Task<IResult> HeldStandingAsync(long index, PaymentStandings standings, HttpContext context) =>
        await standings.ReadHeldAsync(index, context.Request.Headers[StandingQuery.ProofHeader].ToString(), context.RequestAborted) is { } standing
            ? Serve(standing, context)
            : Unknown();

    private static IResult Serve(PaymentStanding standing, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(standing.Encode(), PaymentStanding.MediaType, "payment" + PaymentStanding.Extension);
    }

    private static IResult Unknown() => Problems.Of(StatusCodes.Status404NotFound, "receipts/unknown", "没有这笔缴纳。");
}
