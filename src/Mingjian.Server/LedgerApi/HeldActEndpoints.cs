using Mingjian.Contracts.Kernel;
using Mingjian.Slices.Kernel.Countersigning;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Session;

namespace Mingjian.Server.LedgerApi;

/// <summary>Takes acts that wait for a second signature.</summary>
internal static class HeldActEndpoints
{
    public static void MapHeldActs(this WebApplication app) =>
        app.MapPost("/api/v1/pending", HoldAsync).RequireAuthorization(new RequireRightAttribute(Right.RecordPayment)).RequireCsrfToken()
            .RequireRateLimiting(RateLimits.Api)
            .WithSummary("Keeps one signed act until a second person signs it. Nothing is written to the ledger.")
            .Accepts<object>("application/json").Produces(204).ProducesProblem(400).ProducesProblem(422);

    private static async Task<IResult> HoldAsync(Submissions submissions, PasskeySite site, PendingActs pending, HttpContext context)
    {
        var request = await submissions.ReadAsync(context, 1);
        if (request.Fault is { } malformed)
        {
            return malformed;
        }

        var act = request.Acts[0];
        var fault = site.Accepts(act, context.Request)
            ? await pending.HoldAsync(act, context.RequestAborted)
            : PendingFault.Signature;
        return fault is null ? Results.NoContent() : Problems.Of(StatusCodes.Status422UnprocessableEntity, fault.Code, fault.Detail);
    }
}
