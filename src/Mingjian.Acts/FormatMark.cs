using System.Text.Json;

namespace Mingjian.Acts;

/// <summary>The member <c>format</c> with which our JSON files say what they are, in which version: <c>mingjian-network@v3</c>.</summary>
public static class FormatMark
{
    /// <summary>Stable code at the beginning of every refusal of another version.</summary>
    public const string UnknownVersion = "file/unknown-version";

    /// <summary>
    /// Why a file is refused whose form is not the known one: in words when it is the same kind of file in another version, whose other members need not be known
    /// either; null when it says nothing of the kind, and may be anything.
    /// </summary>
    /// <param name="file">Its name, for people.</param>
    /// <param name="bytes">Never trusted.</param>
    /// <param name="known">The mark that this program reads.</param>
    public static string? Refusal(string file, ReadOnlySpan<byte> bytes, string known)
    {
        var found = Find(bytes);
        var kind = known[..(known.LastIndexOf('v') + 1)];

        // Digits alone: nothing else of the file gets onto a terminal.
        return found is null || found == known || !found.StartsWith(kind, StringComparison.Ordinal) || found.Length > kind.Length + 4
            || found.AsSpan(kind.Length).ContainsAnyExceptInRange('0', '9')
            ? null
            : $"{UnknownVersion}：{file} 的格式是“{found}”，本程序只认识“{known}”。请换用写它的程序（或更新的），或者向给出它的单位要一份本程序认识的。";
    }

    private static string? Find(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
                if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName } && reader.ValueTextEquals("format"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON at all, or a text that is none: not of another version.
        }

        return null;
    }
}
