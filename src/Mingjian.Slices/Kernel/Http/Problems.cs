using Microsoft.AspNetCore.Mvc;

namespace Mingjian.Slices.Kernel.Http;

/// <summary>Faults of a request that no contract knows, as RFC 9457 problem details with a stable code.</summary>
/// <remarks>400 = malformed, 401 = not signed in, 403 = no right, 422 = understood and refused. Never a stack trace.</remarks>
internal static class Problems
{
    /// <summary>The ledger has stopped while acts were under way: nobody here can say how they ended.</summary>
    public static readonly (string Code, string Detail) LedgerStopped =
        ("ledger/stopped", "账本已停止。这次提交是否生效，请在恢复后查看；也可以把同一份已签名的内容原样再提交一次，不会重复记录。");

    /// <summary>A problem with its stable code and a Chinese explanation that says how to mend it.</summary>
    public static IResult Of(int status, string code, string detail, IDictionary<string, object?>? more = null) =>
        TypedResults.Problem(Details(status, code, detail, more));

    public static ProblemDetails Details(int status, string code, string detail, IDictionary<string, object?>? more = null)
    {
        var problem = new ProblemDetails
        {
            Status = status,
            Title = Title(status),
            Detail = detail,
            Type = $"https://mingjian.invalid/problems/{code}",
            Extensions = { ["code"] = code },
        };
        if (more is not null)
        {
            foreach (var (key, value) in more)
            {
                problem.Extensions[key] = value;
            }
        }

        return problem;
    }

    /// <summary>Code and words of a bare status code, for answers that nothing more specific has written.</summary>
    public static (string Code, string Detail) Describe(int status) => status switch
    {
        400 => ("request/malformed", "请求无法理解。请刷新页面后重试。"),
        401 => ("session/sign-in-required", "请先登录。"),
        403 => ("session/forbidden", "您当前的任职没有这项权限。"),
        404 => ("request/not-found", "没有找到。"),
        405 => ("request/method", "不支持这种请求方式。"),
        413 => ("request/too-large", "内容太大。"),
        415 => ("request/media-type", "不支持这种内容类型。"),
        429 => ("request/too-many", "操作太频繁，请稍等一分钟再试。"),
        507 => ("server/disk-full", "服务器的磁盘已满，这次操作没有保存。请联系管理员；已确认的记录不受影响，有了空间再试一次即可。"),
        _ when status >= 500 => ("server/fault", "服务器出了问题，请稍后再试；已确认的记录不受影响。"),
        _ => ($"http/{status}", "请求没有成功。"),
    };

    private static string Title(int status) => status switch
    {
        400 => "请求格式不对",
        401 => "尚未登录",
        403 => "没有权限",
        404 => "没有找到",
        413 => "内容太大",
        422 => "没有通过规则检查",
        429 => "操作太频繁",
        507 => "磁盘已满",
        >= 500 => "服务器故障",
        _ => "请求没有成功",
    };
}

/// <summary>Tells programs from people by the path.</summary>
internal static class Audience
{
    /// <summary>True under <c>/api</c>, <c>/ledger</c>, <c>/openapi</c>, <c>/health</c> and <c>/metrics</c>: answers are data, never pages or redirects.</summary>
    public static bool IsForPrograms(this HttpContext context) => IsForPrograms(context.Request.Path);

    public static bool IsForPrograms(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/ledger", StringComparison.OrdinalIgnoreCase)
            || path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
            || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
}
