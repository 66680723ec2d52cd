using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Mingjian.Acts.Messages;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;
using Mingjian.Slices.Kernel.Http;

namespace Mingjian.Server.LedgerApi;

/// <summary>How one act ended.</summary>
/// <param name="TransactionId">Null when the envelope could not be read.</param>
/// <param name="Status"><c>final</c> or <c>refused</c>; <c>waiting</c>, <c>accepted</c> or <c>ordered</c> when that was not known in time.</param>
/// <param name="Height">The block, also of a refusal after ordering.</param>
/// <param name="Index">The log entry.</param>
/// <param name="Code">Null unless refused.</param>
/// <param name="Message">What is wrong and how to mend it, in Chinese; while the end is open, what to do meanwhile; null when final.</param>
/// <param name="Url">Where to ask again; null once the end is known.</param>
internal sealed record SubmissionResult(
    string? TransactionId, string Status, long? Height, long? Index, string? Code, string? Message, string? Url = null)
{
    /// <summary>The end was not known in time.</summary>
    internal bool IsOpen => Url is not null;
}

/// <summary>Answer to a list of acts, in their order.</summary>
/// <param name="Ok">All are final and carried out.</param>
internal sealed record SubmissionAnswer(bool Ok, IReadOnlyList<SubmissionResult> Results);

/// <summary>Acts of a request, or why it cannot be read.</summary>
internal sealed record SubmissionRequest(IReadOnlyList<SubmittedAct> Acts, IResult? Fault);

/// <summary>Takes signed envelopes from a request to the ledger and puts the outcome into words.</summary>
internal sealed class Submissions(FinalLedger ledger, OpenActs open, ServerOptions options, PasskeySite site, Doors doors, TimeProvider clock)
{
    /// <summary>Refusals that say that the request itself was malformed: 400. All others are 422, a full queue 503.</summary>
    private static readonly HashSet<string> Malformed = new(
        new[]
        {
            AdmissionRejection.TooLarge, AdmissionRejection.MalformedEnvelope, AdmissionRejection.MalformedPayload,
            AdmissionRejection.MalformedCommand, AdmissionRejection.SignerMissing,
        }.Select(r => r.ToRefusal().Code), StringComparer.Ordinal);

    /// <summary>How long a request waits while the node is out of reach: a connection that was only broken off is made anew within it.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>So much memory a request gets on its word alone, before its bytes are here.</summary>
    private const int SmallBody = 64 * 1024;

    /// <summary>Room for the member's name and for spaces between envelopes.</summary>
    private const long Frame = 4096;

    private static readonly (string Code, string Message) FromElsewhere = (
        PasskeySite.Code, "这个通行密钥签名不是在本站的页面上作出的，或者这个网址没有登记，没有提交。请从已登记的正式网址打开页面重新签名，或者改用本机密钥。");

    /// <summary>Reads <c>{"envelopes":[…]}</c>; each envelope is handed on byte for byte.</summary>
    /// <param name="most">Envelopes; a body that so many of the largest would not fill is not read to its end.</param>
    public async Task<SubmissionRequest> ReadAsync(HttpContext context, int most)
    {
        var bound = Math.Min(options.Limits.TransactionBytes, Frame + (most * (long)Envelope.MaxSize));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bound;
        }

        if (!context.Request.HasJsonContentType())
        {
            return Fault(StatusCodes.Status415UnsupportedMediaType, "request/media-type", "内容类型应为 application/json。");
        }

        if (await ReadBodyAsync(context, bound) is not { } bytes)
        {
            return Fault(StatusCodes.Status413PayloadTooLarge, "request/too-large", "一次提交的内容太大，请分几次提交。");
        }

        if (!TrySplit(bytes, out var acts))
        {
            return Fault(
                StatusCodes.Status400BadRequest, "request/malformed", "请求应为 {\"envelopes\":[…]}，其中每一项是一个签名信封。");
        }

        return acts.Count switch
        {
            0 => Fault(StatusCodes.Status400BadRequest, "request/empty", "没有要提交的事项。"),
            var n when n > most => Fault(
                StatusCodes.Status400BadRequest, "request/too-many-envelopes", $"一次最多提交 {most} 项，请分几次提交。"),
            _ => new SubmissionRequest(acts, null),
        };
    }

    /// <summary>Submits in order and waits until each is final or refused, but no longer than a request may take.</summary>
    public Task<SubmissionAnswer> SubmitAsync(IReadOnlyList<SubmittedAct> acts, Door door, HttpContext context) => SubmitAsync(
        acts, a => site.Accepts(a, context.Request) ? doors.Refuse(a, door) : FromElsewhere, context.RequestAborted);

    /// <summary>The same for a web process, which has asked already on which site passkeys were used.</summary>
    public Task<SubmissionAnswer> SubmitForWebAsync(IReadOnlyList<SubmittedAct> acts, CancellationToken cancellationToken) =>
        SubmitAsync(acts, a => doors.Refuse(a, Door.Web), cancellationToken);

    private async Task<SubmissionAnswer> SubmitAsync(
        IReadOnlyList<SubmittedAct> acts, Func<SubmittedAct, (string Code, string Message)?> refuse, CancellationToken cancellationToken)
    {
        using var activity = ServerInstruments.Activities.StartActivity("submit acts");
        activity?.SetTag("mingjian.acts", acts.Count);
        // Not awaited one by one: the ledger keeps the order and puts what waits together into one block.
        var refused = acts.Select(refuse).ToArray();
        var own = Enumerable.Range(0, refused.Length).Where(i => refused[i] is null).ToList();
        var submitted = ledger.Submit([.. own.Select(i => acts[i])]);
        var pending = new Task<SubmitResult>?[acts.Count];
        for (var i = 0; i < own.Count; i++)
        {
            pending[own[i]] = submitted[i];
        }

        try
        {
            await Task.WhenAll(submitted).WaitAsync(ledger.TakesActs ? options.Limits.FinalWait : ShortWait, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Some are still on their way: the answer says how far each has come.
        }

        var results = new SubmissionResult[pending.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = pending[i] switch
            {
                null => new SubmissionResult(null, "refused", null, null, refused[i]!.Value.Code, refused[i]!.Value.Message),
                { IsCompleted: true } done => Describe(await done),
                { } running => await open.KeepAsync(acts[i], running),
            };
        }

        activity?.SetTag("mingjian.height", results.Max(r => r.Height));
        return new SubmissionAnswer(Array.TrueForAll(results, r => r.Code is null && !r.IsOpen), results);
    }

    /// <summary>
    /// 200 when all are final, 202 when some may still become so; else a problem with the first refusal's code that still carries every result.
    /// </summary>
    public static IResult ToResult(SubmissionAnswer answer)
    {
        if (answer.Ok)
        {
            return Results.Ok(answer);
        }

        var refused = answer.Results.Where(r => r.Code is not null).ToArray();
        if (refused.Length == 0)
        {
            return Results.Accepted(answer.Results.First(r => r.IsOpen).Url, answer);
        }

        var status = refused.Any(r => r.Code == AdmissionRejection.Busy.ToRefusal().Code) ? StatusCodes.Status503ServiceUnavailable
            : refused.All(r => Malformed.Contains(r.Code!)) ? StatusCodes.Status400BadRequest
            : StatusCodes.Status422UnprocessableEntity;
        return Problems.Of(status, refused[0].Code!, refused[0].Message!, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["ok"] = false,
            ["results"] = answer.Results,
        });
    }

    internal static SubmissionResult Describe(SubmitResult result) => new(
        result.TransactionId == default ? null : result.TransactionId.ToString(),
        result.Refusal is null ? "final" : "refused",
        result.Height, result.Index, result.Refusal?.Code,
        result.Refusal is { } refusal ? RejectionMessages.For(refusal.Code).Text : null);

    private static SubmissionRequest Fault(int status, string code, string detail) => new([], Problems.Of(status, code, detail));

    /// <summary>The whole body in memory of its own, which the acts stay in; null when it is longer than the bound.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context, long bound)
    {
        if (context.Request.ContentLength is { } length && length <= Math.Min(bound, SmallBody))
        {
            // Kestrel holds a body to the length that its header says.
            var whole = new byte[length];
            return whole.AsMemory(0, await context.Request.Body.ReadAtLeastAsync(whole, whole.Length, throwOnEndOfStream: false, context.RequestAborted));
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.Length > bound ? null : body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    // The envelopes are not decoded here: whether they are canonical is the ledger's question.
    private static bool TrySplit(ReadOnlyMemory<byte> body, out List<SubmittedAct> acts)
    {
        acts = [];
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth + 2 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
                || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("envelopes"u8)
                || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    return false;
                }

                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                acts.Add(new SubmittedAct(body[start..(int)reader.BytesConsumed]));
            }

            return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
