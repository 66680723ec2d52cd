using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mingjian.Primitives;

/// <summary>RFC 8785 serialisation of an untyped JSON value; numbers must be integers within ±(2^53-1).</summary>
internal static class CanonicalJsonWriter
{
    private const long MaxSafeInteger = 9007199254740991;

    public static void Write(IBufferWriter<byte> output, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, element);
                break;
            case JsonValueKind.Array:
                var first = true;
                output.Write("["u8);
                foreach (var item in element.EnumerateArray())
                {
                    if (!first)
                    {
                        output.Write(","u8);
                    }

                    first = false;
                    Write(output, item);
                }

                output.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteString(output, element.GetString()!);
                break;
            case JsonValueKind.Number:
                if (!element.TryGetInt64(out var number) || number is > MaxSafeInteger or < -MaxSafeInteger)
                {
                    throw new CanonicalJsonException("Numbers must be integers within 2^53-1; larger values are strings.");
                }

                output.Write(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new CanonicalJsonException("Not a JSON value.");
        }
    }

    private static void WriteObject(IBufferWriter<byte> output, JsonElement element)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                throw new CanonicalJsonException($"Duplicate member '{member.Name}'.");
            }
        }

        output.Write("{"u8);
        var first = true;
        foreach (var (name, value) in members)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            WriteString(output, name);
            output.Write(":"u8);
            Write(output, value);
        }

        output.Write("}"u8);
    }

    private static void WriteString(IBufferWriter<byte> output, string text)
    {
        var builder = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\b' => builder.Append("\\b"),
                '\t' => builder.Append("\\t"),
                '\n' => builder.Append("\\n"),
                '\f' => builder.Append("\\f"),
                '\r' => builder.Append("\\r"),
                < ' ' => builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => builder.Append(c),
            };
        }

        output.Write(Encoding.UTF8.GetBytes(builder.Append('"').ToString()));
    }
}
