using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Mingjian.Server.Session;

/// <summary>Notes what a person does in a circuit as use of the session, and lets nothing of a page through whose session has ended.</summary>
/// <remarks>
/// Not use: renderings that the browser acknowledges, answers to the page's own scripts, component libraries that call back (sizes,
/// scrolling), connecting again. Use: clicks, keys, input, touch, and links that a person follows.
/// </remarks>
internal sealed class CircuitUse(SessionManager sessions) : IHubFilter
{
    private const string Call = "BeginInvokeDotNetFromJS";
    private const string Moved = "OnLocationChanged";
    private const string Event = "DispatchEventAsync";
    private const int EventArguments = 4;

    private static readonly string[] Beginnings = ["click", "dblclick", "contextmenu", "aux", "mouse", "pointer", "touch", "key", "wheel", "input", "beforeinput", "change", "submit", "drag", "drop", "copy", "cut", "paste"];

    // These make components work or take them up again; the others acknowledge what the server sent.
    private static readonly HashSet<string> Guarded =
        new(StringComparer.Ordinal) { Call, Moved, "OnLocationChanging", "StartCircuit", "ConnectCircuit", "ResumeCircuit", "UpdateRootComponents" };

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (Guarded.Contains(invocationContext.HubMethodName))
        {
            var (user, aborted) = (invocationContext.Context.User, invocationContext.Context.ConnectionAborted);
            var session = IsOfAPerson(invocationContext.HubMethodName, invocationContext.HubMethodArguments)
                ? await sessions.UseAsync(user, aborted)
                : await sessions.CheckAsync(user, aborted);
            if (session is null)
            {
                // The page is told by SessionWatch and leaves.
                return null;
            }
        }

        return await next(invocationContext);
    }

    /// <summary>Whether a message of a circuit is what a person did.</summary>
    internal static bool IsOfAPerson(string method, IReadOnlyList<object?> arguments) => method switch
    {
        // uri, state, intercepted: a link was clicked
        Moved => arguments is [_, _, true],
        // callId, assembly, method, object, arguments
        Call => arguments is [_, _, Event, _, string json] && IsOfAPerson(json),
        _ => false,
    };

    // [{"eventHandlerId":1,"eventName":"click","eventFieldInfo":null},{…}]
    private static bool IsOfAPerson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() is > 0 and < EventArguments
                && array[0] is { ValueKind: JsonValueKind.Object } descriptor
                && descriptor.TryGetProperty("eventName", out var name) && name.ValueKind == JsonValueKind.String
                && Beginnings.Any(b => name.GetString()!.StartsWith(b, StringComparison.Ordinal));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
