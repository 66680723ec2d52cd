using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Mingjian.Log.Witnessing;

namespace Mingjian.Cli.Witnessing;

/// <summary>Puts a witness on HTTP: <c>POST /add-checkpoint</c> for logs, <c>GET /&lt;origin hash&gt;/checkpoint</c> for monitors.</summary>
/// <remarks>
/// No sign-in: a request is judged by the log's signature on its checkpoint (C2SP tlog-witness). On the loopback address unless another is
/// given; TLS and limits on how often anybody asks are a proxy's matter.
/// </remarks>
internal static class WitnessHost
{
    /// <summary>The server, not yet started.</summary>
    public static WebApplication Build(Witness witness, IPAddress address, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = WitnessRequest.MaxSize;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(address, port);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(witness, context));
        return app;
    }

    private static async Task AnswerAsync(Witness witness, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        var path = request.Path.Value ?? "/";
        if (HttpMethods.IsPost(request.Method) && path == "/add-checkpoint")
        {
            using var body = new MemoryStream();
            try
            {
                await request.Body.CopyToAsync(body, context.RequestAborted);
            }
            catch (BadHttpRequestException e)
            {
                response.StatusCode = e.StatusCode;
                return;
            }

            var reply = await witness.AddAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
            await WriteAsync(response, (int)reply.Status, reply.Type, reply.Body);
        }
        else if (HttpMethods.IsGet(request.Method) && path.Split('/') is ["", var hash, "checkpoint"] && witness.Find(hash) is { } note)
        {
            response.Headers.CacheControl = "no-cache";
            await WriteAsync(response, StatusCodes.Status200OK, "text/plain; charset=utf-8", note);
        }
        else
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static Task WriteAsync(HttpResponse response, int status, string type, string body)
    {
        response.StatusCode = status;
        response.ContentType = type;
        return response.WriteAsync(body);
    }
}
