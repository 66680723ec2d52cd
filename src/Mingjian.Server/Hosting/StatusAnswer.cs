using System.Text;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.Hosting;

/// <summary>The body of an answer that is only a status: a problem for programs, a small page for people, whatever <c>Accept</c> says.</summary>
/// <remarks>The framework's writers of problems refuse to write for <c>Accept: text/html</c>, which would turn a 404 into a fault.</remarks>
internal static class StatusAnswer
{
    public static Task WriteAsync(HttpContext context)
    {
        // HEAD and what has no body by its nature: the status and headers are the answer.
        if (context.IsForPrograms())
        {
            return WriteProblemAsync(context, context.Response.StatusCode);
        }

        var (code, detail) = Problems.Describe(context.Response.StatusCode);
        var html = Encoding.UTF8.GetBytes(
            "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>明鉴</title></head>"
            + $"<body><h1>{detail}</h1><p>{code}</p><p><a href=\"/\">回到首页</a></p></body></html>");
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = html.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(html, context.RequestAborted).AsTask();
    }

    /// <summary>The problem of a status with its stable code.</summary>
    public static Task WriteProblemAsync(HttpContext context, int status, (string Code, string Detail)? what = null)
    {
        var (code, detail) = what ?? Problems.Describe(status);
        return Problems.Of(status, code, detail).ExecuteAsync(context);
    }
}
