using Microsoft.AspNetCore.Diagnostics;
using Mingjian.Engine;
using Mingjian.Slices.Kernel.Http;
using Mingjian.Storage.Sql;
using Mingjian.Views.Session;

namespace Mingjian.Server.Hosting;

/// <summary>Turns unexpected exceptions into a problem (API) or the error page; the log keeps the details.</summary>
internal sealed partial class UnexpectedFaults(ILogger<UnexpectedFaults> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            LedgerStoppedException => StatusCodes.Status503ServiceUnavailable,
            // The session ended between the endpoint's own check and the service's.
            AccessDeniedException => StatusCodes.Status403Forbidden,
            _ when SqlFaults.IsDiskFull(exception) => StatusCodes.Status507InsufficientStorage,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status >= 500)
        {
            LogFault(logger, exception, httpContext.TraceIdentifier);
        }

        // The middleware has already turned the path to the error page's.
        if (!Audience.IsForPrograms(httpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? httpContext.Request.Path))
        {
            if (HttpMethods.IsGet(httpContext.Request.Method))
            {
                return false;
            }

            // The error page answers GET only.
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = $"/error/{status}";
            return true;
        }

        await StatusAnswer.WriteProblemAsync(httpContext, status, exception is LedgerStoppedException ? Problems.LedgerStopped : null);
        return true;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Unexpected fault in request {TraceId}")]
    private static partial void LogFault(ILogger logger, Exception exception, string traceId);
}
