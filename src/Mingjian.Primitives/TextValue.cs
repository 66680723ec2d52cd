using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>A value with exactly one text form, used as its JSON string.</summary>
/// <remarks>The text is at most <see cref="TextValue.MaxLength"/> printable ASCII characters without quotation mark and backslash.</remarks>
public interface ITextValue<TSelf>
    where TSelf : struct, ITextValue<TSelf>
{
    /// <summary>Reads the one valid spelling; false for anything else.</summary>
    static abstract bool TryParse(string? text, out TSelf value);

    /// <summary>As <see cref="TryParse"/>, from the text's bytes. Types on the hot path need no string for it.</summary>
    static virtual bool TryParseUtf8(ReadOnlySpan<byte> text, out TSelf value) => TSelf.TryParse(Encoding.Latin1.GetString(text), out value);

    /// <summary>Writes the bytes of the one valid spelling.</summary>
    /// <param name="text">At least <see cref="TextValue.MaxLength"/> bytes.</param>
    /// <returns>How many there are.</returns>
    static virtual int FormatUtf8(TSelf value, Span<byte> text) => Encoding.ASCII.GetBytes(value.ToString(), text);

    /// <summary>The one valid spelling.</summary>
    string ToString();
}

/// <summary>Bounds and conversions of text values.</summary>
public static class TextValue
{
    /// <summary>Characters of the longest one, a network id.</summary>
    public const int MaxLength = 80;

    /// <summary>For types that read bytes: <see cref="ITextValue{TSelf}.TryParse"/>.</summary>
    internal static bool TryParse<T>(string? text, out T value)
        where T : struct, ITextValue<T>
    {
        value = default;
        Span<byte> bytes = stackalloc byte[MaxLength];
        return text is { Length: <= MaxLength } && Ascii.FromUtf16(text, bytes, out var length) == System.Buffers.OperationStatus.Done
            && T.TryParseUtf8(bytes[..length], out value);
    }

    /// <summary>Some text and a value's text behind it, in one string.</summary>
    public static string Join<T>(string prefix, T value)
        where T : struct, ITextValue<T>
    {
        Span<char> text = stackalloc char[MaxLength];
        return string.Concat(prefix, text[..Format(value, text)]);
    }

    /// <summary>Some text and two values' texts behind it with a slash between them, in one string.</summary>
    public static string Join<TFirst, TSecond>(string prefix, TFirst first, TSecond second)
        where TFirst : struct, ITextValue<TFirst>
        where TSecond : struct, ITextValue<TSecond>
    {
        Span<char> texts = stackalloc char[2 * MaxLength];
        var length = Format(first, texts);
        return string.Concat(prefix, texts[..length], "/", texts.Slice(length, Format(second, texts[length..])));
    }

    private static int Format<T>(T value, Span<char> text)
        where T : struct, ITextValue<T>
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        Ascii.ToUtf16(bytes[..T.FormatUtf8(value, bytes)], text, out var length);
        return length;
    }

    /// <summary>For types that write bytes: their text.</summary>
    internal static string ToText<T>(T value)
        where T : struct, ITextValue<T>
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(bytes[..T.FormatUtf8(value, bytes)]);
    }
}

/// <summary>Writes an <see cref="ITextValue{TSelf}"/> as a JSON string and refuses every other spelling.</summary>
public sealed class TextConverter<T> : JsonConverter<T>
    where T : struct, ITextValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryRead(ref reader, out var value)
            ? value
            : throw new JsonException($"Not a valid {typeof(T).Name}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[TextValue.MaxLength];
        writer.WriteStringValue(text[..T.FormatUtf8(value, text)]);
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(ref reader, out var value) ? value : throw new JsonException($"Not a valid {typeof(T).Name}.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());

    private static bool TryRead(ref Utf8JsonReader reader, out T value) => reader.HasValueSequence || reader.ValueIsEscaped
        ? T.TryParse(reader.GetString(), out value)
        : T.TryParseUtf8(reader.ValueSpan, out value);
}
