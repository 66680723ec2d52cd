using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mingjian.Primitives;

/// <summary>Bytes that are not the one canonical encoding of a value of the expected shape.</summary>
public sealed class CanonicalJsonException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Canonical JSON by RFC 8785 (JCS), restricted to integers: one value, one encoding.</summary>
/// <remarks>
/// Typed values go through System.Text.Json with sorted properties; decoding re-encodes and compares, so unknown members,
/// other orders, white space, other escapes and other spellings of a number are all refused by one rule. No message holds a null:
/// absent members are left out, and a null inside an array is refused here, since nullable annotations do not reach it.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>Deepest nesting accepted.</summary>
    public const int MaxDepth = 16;

    /// <summary>Serializer options under which output is canonical; pass source-generated contexts.</summary>
    public static JsonSerializerOptions CreateOptions(params IJsonTypeInfoResolver[] resolvers)
    {
        var options = new JsonSerializerOptions
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = false,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = CanonicalJsonEncoder.Instance,
            MaxDepth = MaxDepth,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            ReadCommentHandling = JsonCommentHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = JsonTypeInfoResolver.Combine(resolvers).WithAddedModifier(SortProperties),
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            WriteIndented = false,
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>The canonical bytes of a typed value. The type info must come from <see cref="CreateOptions"/>.</summary>
    public static byte[] Encode<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>As <see cref="Encode{T}"/>, for a type known only at run time.</summary>
    public static byte[] Encode(object value, JsonTypeInfo type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Decodes canonical bytes.</summary>
    /// <exception cref="CanonicalJsonException">Not the canonical encoding of a <typeparamref name="T"/>.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
    {
        var value = Read(bytes, type);
        if (value is null || HoldsNull(bytes) || !Encode(value, type).AsSpan().SequenceEqual(bytes))
        {
            throw new CanonicalJsonException($"Not the canonical encoding of {typeof(T).Name}.");
        }

        return value;
    }

    /// <summary>As <see cref="Decode{T}"/>, for a type known only at run time.</summary>
    /// <exception cref="CanonicalJsonException">Not the canonical encoding of a value of that type.</exception>
    public static object Decode(ReadOnlySpan<byte> bytes, JsonTypeInfo type)
    {
        object? value;
        try
        {
            value = JsonSerializer.Deserialize(bytes, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException or FormatException)
        {
            throw new CanonicalJsonException($"Not a {type.Type.Name}: {e.Message}", e);
        }

        return value is not null && !HoldsNull(bytes) && Encode(value, type).AsSpan().SequenceEqual(bytes)
            ? value
            : throw new CanonicalJsonException($"Not the canonical encoding of {type.Type.Name}.");
    }

    /// <summary>Rewrites any JSON text in canonical form.</summary>
    /// <exception cref="CanonicalJsonException">Not JSON, a duplicate member, a non-integer number, or nested too deep.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            while (reader.Read())
            {
                throw new CanonicalJsonException("Bytes follow the JSON value.");
            }

            var buffer = new ArrayBufferWriter<byte>(json.Length);
            CanonicalJsonWriter.Write(buffer, document.RootElement);
            return buffer.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CanonicalJsonException("Not a JSON text.", e);
        }
    }

    private static T? Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException or FormatException)
        {
            throw new CanonicalJsonException($"Not a {typeof(T).Name}: {e.Message}", e);
        }
    }

    private static bool HoldsNull(ReadOnlySpan<byte> json)
    {
        // Base64 may contain the four letters, so only then are the tokens read.
        if (json.IndexOf("null"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                return true;
            }
        }

        return false;
    }

    private static void SortProperties(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        var sorted = type.Properties.OrderBy(p => p.Name, StringComparer.Ordinal).ToArray();
        type.Properties.Clear();
        foreach (var property in sorted)
        {
            type.Properties.Add(property);
        }

        foreach (var property in type.Properties.Where(IsNullable))
        {
            // A null is left out when writing, so a nullable constructor parameter must be allowed to be absent when reading.
            // Only after adding: that is when a property takes its constructor parameter's "required" over.
            property.IsRequired = false;
        }
    }

    private static bool IsNullable(JsonPropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : property.IsGetNullable;
}
