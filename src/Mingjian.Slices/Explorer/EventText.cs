using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mingjian.Primitives;

namespace Mingjian.Slices.Explorer;

/// <summary>Writes an event for reading, with nothing in it that its reader may not see.</summary>
internal static class EventText
{
    private const string SomeOfficial = "经办人";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Say in which class somebody is, and so what the pay is that an amount comes from.</summary>
    private static readonly HashSet<string> OfTheBase = new(StringComparer.Ordinal) { "class", "base", "rule" };

    /// <summary>Any JSON, indented.</summary>
    public static string Indent(JsonElement json) => JsonSerializer.Serialize(json, Indented);

    /// <summary>An event's body, or null when nothing of it may be shown.</summary>
    /// <param name="nameOf">Names of officials whom the reader may know; null for others.</param>
    public static string? Write(JsonElement body, EntrySight sight, Func<MemberId, string?> nameOf)
    {
        if (sight.Level == Sight.Whole)
        {
            return Indent(body);
        }

        return Part(body, sight, nameOf) is { } part ? part.ToJsonString(Indented) : null;
    }

    private static JsonObject? Part(JsonElement body, EntrySight sight, Func<MemberId, string?> nameOf)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var shown = new JsonObject();
        var least = sight.Of(body);
        foreach (var member in body.EnumerateObject())
        {
            if (EntrySight.Officials.Contains(member.Name))
            {
                shown[member.Name] = Official(member.Value, nameOf);
            }
            else if (member.Value.ValueKind == JsonValueKind.Array && least == FactSight.None)
            {
                // Of many people, those whom the reader may see.
                var items = member.Value.EnumerateArray().Where(i => sight.Of(i) != FactSight.None).Select(i => Value(i, sight.Of(i), nameOf)).ToArray();
                if (items.Length == 0)
                {
                    return null;
                }

                shown[member.Name] = new JsonArray(items);
            }
            else if (sight.Of(member.Value) is var of && of == FactSight.None)
            {
                return null;
            }
            else if (least == FactSight.All || !OfTheBase.Contains(member.Name))
            {
                shown[member.Name] = Value(member.Value, least == FactSight.None ? of : least, nameOf);
            }
        }

        return shown;
    }

    private static JsonNode? Value(JsonElement json, FactSight sight, Func<MemberId, string?> nameOf)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var shown = new JsonObject();
                foreach (var member in json.EnumerateObject().Where(m => sight == FactSight.All || !OfTheBase.Contains(m.Name)))
                {
                    shown[member.Name] = EntrySight.Officials.Contains(member.Name) ? Official(member.Value, nameOf) : Value(member.Value, sight, nameOf);
                }

                return shown;
            case JsonValueKind.Array:
                return new JsonArray([.. json.EnumerateArray().Select(i => Value(i, sight, nameOf))]);
            default:
                return JsonNode.Parse(json.GetRawText());
        }
    }

    private static JsonValue Official(JsonElement json, Func<MemberId, string?> nameOf) =>
        JsonValue.Create(json.ValueKind == JsonValueKind.String && MemberId.TryParse(json.GetString(), out var member) && nameOf(member) is { } name ? name : SomeOfficial)!;
}
