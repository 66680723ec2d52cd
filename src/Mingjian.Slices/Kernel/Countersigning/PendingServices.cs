using Microsoft.EntityFrameworkCore;
using Mingjian.Client.Pending;
using Mingjian.Client.Session;
using Mingjian.Contracts;
using Mingjian.Server.Hosting;
using Mingjian.Server.LedgerApi;
using Mingjian.Storage.Sql;
using Mingjian.Web;

namespace Mingjian.Server.Pending;

/// <summary>Acts that wait for a second signature.</summary>
internal static class PendingServices
{
    public static void AddPending(this WebApplicationBuilder builder)
    {
        builder.Services.AddMingjianDbContext<PendingDatabase>(PendingDatabase.Name);
        builder.Services.AddHostedService<PendingSchema>();
        builder.Services.AddScoped<PendingActs>();
        builder.Services.AddScoped<IPendingActs>(provider => provider.GetRequiredService<PendingActs>());
    }

    public static void MapPending(this WebApplication app) =>
        app.MapPost("/api/v1/pending", HoldAsync).RequireAuthorization(new RequireRightAttribute(Right.RecordPayment)).RequireCsrfToken()
            .RequireRateLimiting(HostingServices.ApiLimit)
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

    /// <summary>Makes the table before the first request.</summary>
    private sealed class PendingSchema(IDbContextFactory<PendingDatabase> database) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.MigrateStoreAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
