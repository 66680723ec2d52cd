using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Schemas;

/// <summary>JSON Schema 2020-12 of types as the product's own canonical serialisation sees them: names, order, what may be left out.</summary>
/// <remarks>Text values (ids, hashes, amounts) are named and described in values.json; other documents refer to them.</remarks>
/// <param name="document">Its file name.</param>
/// <param name="homes">Document of every type that has been written so far, this one's included as they come.</param>
internal sealed class SchemaWriter(string document, Dictionary<Type, string> homes, DocComments docs)
{
    /// <summary>Where the text forms stand.</summary>
    public const string Values = "values.json";

    /// <summary>List sizes and ranges that a rule of form sets; by declaring type and property, lowest and highest.</summary>
    private readonly Dictionary<(Type, string), (long Low, long High)> _limits = Limits.All;

    public JsonObject Definitions { get; } = [];

    /// <summary>Writes a type, and all that it is made of, unless another document has it.</summary>
    public JsonObject Reference(JsonTypeInfo type, JsonSerializerOptions options)
    {
        if (!homes.TryGetValue(type.Type, out var home))
        {
            homes.Add(type.Type, home = document);
            Definitions[type.Type.Name] = new JsonObject();
            Definitions[type.Type.Name] = type.Kind == JsonTypeInfoKind.Object ? Write(type, options) : throw new NotSupportedException(type.Type.Name);
        }

        return ReferenceTo(home, type.Type.Name);
    }

    private JsonObject ReferenceTo(string home, string name) =>
        new() { ["$ref"] = home == document ? $"#/$defs/{name}" : $"{home}#/$defs/{name}" };

    private JsonObject Write(JsonTypeInfo type, JsonSerializerOptions options)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in type.Properties.Where(p => p.Get is not null))
        {
            var member = PropertyOf(type.Type, property);
            var schema = SchemaOf(member, property.PropertyType, options);
            if (docs.Of(type.Type, member.Name) is { Length: > 0 } said)
            {
                schema["description"] = said;
            }

            properties[property.Name] = schema;
            if (!IsLeftOut(property))
            {
                required.Add(property.Name);
            }
        }

        var result = new JsonObject { ["type"] = "object" };
        if (docs.Of(type.Type) is { Length: > 0 } summary)
        {
            result["description"] = summary;
        }

        result["properties"] = properties;
        result["required"] = required;
        result["additionalProperties"] = false;
        return result;
    }

    private JsonObject SchemaOf(PropertyInfo member, Type type, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (member.PropertyType == typeof(string) && ConstantOf(member) is { } constant)
        {
            return new JsonObject { ["const"] = constant };
        }

        var schema = SchemaOf(type, options);
        if (_limits.TryGetValue((member.DeclaringType!, member.Name), out var limit))
        {
            var isList = (string?)schema["type"] == "array";
            schema[isList ? "minItems" : "minimum"] = limit.Low;
            schema[isList ? "maxItems" : "maximum"] = limit.High;
        }

        return schema;
    }

    private JsonObject SchemaOf(Type type, JsonSerializerOptions options)
    {
        if (type == typeof(byte[]))
        {
            return ReferenceTo(Values, "Bytes");
        }

        if (type == typeof(string))
        {
            return new JsonObject { ["type"] = "string" };
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return new JsonObject { ["type"] = "integer" };
        }

        if (type == typeof(JsonElement))
        {
            return new JsonObject { ["type"] = "object" };
        }

        if (type.IsEnum)
        {
            return Enumeration(type);
        }

        if (TextForms.Find(type) is { } form)
        {
            return ReferenceTo(Values, form.Name);
        }

        if (type.IsGenericType && type.GetGenericArguments() is [var item])
        {
            return new JsonObject { ["type"] = "array", ["items"] = SchemaOf(item, options) };
        }

        return Reference(options.GetTypeInfo(type), options);
    }

    private JsonObject Enumeration(Type type)
    {
        if (!homes.TryGetValue(type, out var home))
        {
            homes.Add(type, home = document);
            Definitions[type.Name] = ValuesOf(type, docs);
        }

        return ReferenceTo(home, type.Name);
    }

    /// <summary>An enumeration with its numbers, names and what they mean.</summary>
    public static JsonObject ValuesOf(Type type, DocComments docs)
    {
        var result = new JsonObject { ["type"] = "integer" };
        if (docs.Of(type) is { Length: > 0 } summary)
        {
            result["description"] = summary;
        }

        var values = new JsonArray();
        foreach (var name in Enum.GetNames(type))
        {
            var value = new JsonObject
            {
                ["const"] = Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture),
                ["title"] = name,
            };
            if (docs.OfValue(type, name) is { Length: > 0 } said)
            {
                value["description"] = said;
            }

            values.Add(value);
        }

        result["oneOf"] = values;
        return result;
    }

    /// <summary>What may be null is left out when it is; the canonical form has no other way to say it.</summary>
    private static bool IsLeftOut(JsonPropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : property.IsGetNullable;

    /// <summary>The one value of a member such as <c>type</c> or <c>format</c>.</summary>
    private static string? ConstantOf(PropertyInfo member) => member.Name switch
    {
        "Type" => member.DeclaringType!.GetField("TypeName")?.GetRawConstantValue() as string,
        "Format" => member.DeclaringType!.GetField("CurrentFormat")?.GetRawConstantValue() as string,
        _ => null,
    };

    private static PropertyInfo PropertyOf(Type type, JsonPropertyInfo property) =>
        type.GetProperties().Single(p => string.Equals(JsonNamingPolicy.CamelCase.ConvertName(p.Name), property.Name, StringComparison.Ordinal));
}
