using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Mingjian.Contracts;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Views.Members;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Members;

/// <summary>An uploaded roster in numbers, and its faults.</summary>
internal sealed record RosterUploadAnswer(
    string Draft, string Sheet, int Good, int Faulty, int Known, IReadOnlyList<PreviewRemark> Faults, IReadOnlyList<UnknownBranch> UnknownBranches);

/// <summary>What was staged, and the commands to sign.</summary>
internal sealed record RosterConfirmAnswer(string? Import, int People, int Standards, JsonElement Commands);

/// <summary>Roster imports for programs: the same service as the page's, over HTTP.</summary>
internal static class RosterApi
{
    public static void MapRosterApi(this WebApplication app)
    {
        app.MapPost("/api/v1/roster/imports", (Delegate)UploadAsync).RequireAuthorization(new RequireRightAttribute(Right.ImportMembers)).RequireCsrfToken()
            .RequireRateLimiting(RateLimits.Api).WithSummary("Reads an uploaded workbook (the request's body) and keeps it as a draft.")
            .Produces<RosterUploadAnswer>().ProducesProblem(403).ProducesProblem(413).ProducesProblem(422);
        app.MapPost("/api/v1/roster/imports/{draft}/confirm", (Delegate)ConfirmAsync).RequireAuthorization(new RequireRightAttribute(Right.ImportMembers)).RequireCsrfToken()
            .RequireRateLimiting(RateLimits.Api).WithSummary("Stages a draft's good rows and gives the commands to sign.")
            .Produces<RosterConfirmAnswer>().ProducesProblem(403).ProducesProblem(422);
        app.MapPost("/api/v1/roster/imports/{import}/discard", (Delegate)DiscardAsync).RequireAuthorization(new RequireRightAttribute(Right.ImportMembers)).RequireCsrfToken()
            .RequireRateLimiting(RateLimits.Api).WithSummary("Removes what was staged when nothing was signed.")
            .Produces(204).ProducesProblem(403).ProducesProblem(404);
    }

    private static Task<IResult> UploadAsync(IRosterImports imports, HttpContext context, string? name = null) => GuardedAsync(async () =>
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = IRosterImports.MaxFileBytes;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        var preview = await imports.ReadAsync(body, Path.GetFileName(name ?? "roster.xlsx"), context.RequestAborted);
        return Results.Ok(new RosterUploadAnswer(
            preview.Draft, preview.Sheet, preview.Good, preview.Faulty, preview.Known,
            [.. preview.Remarks.Concat(preview.Rows.SelectMany(r => r.Remarks)).Where(r => r.IsFault)], preview.UnknownBranches));
    });

    private static Task<IResult> ConfirmAsync(string draft, IRosterImports imports, TimeProvider clock, HttpContext context) => GuardedAsync(async () =>
    {
        var month = Month.Of(LedgerTime.From(clock.GetUtcNow()).BeijingDate);
        var staged = await imports.ConfirmAsync(
            draft, new ImportChoices(ImportChoices.DefaultFarmer, month), cancellationToken: context.RequestAborted);
        return Results.Ok(new RosterConfirmAnswer(
            staged.Import?.ToString(), staged.People, staged.Standards, JsonElement.Parse(staged.Acts.CommandsJson)));
    });

    private static Task<IResult> DiscardAsync(string import, IRosterImports imports, HttpContext context) => GuardedAsync(async () =>
    {
        if (!ImportId.TryParse(import, out var id))
        {
            return Problems.Of(StatusCodes.Status404NotFound, "roster/import-unknown", "没有这次导入。");
        }

        await imports.DiscardAsync(id, context.RequestAborted);
        return Results.NoContent();
    });

    private static async Task<IResult> GuardedAsync(Func<Task<IResult>> work)
    {
        try
        {
            return await work();
        }
        catch (AccessDeniedException e)
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "roster/forbidden", e.Message);
        }
        catch (RosterRefusedException e)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, e.Code, e.Message);
        }
    }
}
