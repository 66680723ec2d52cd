using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>The name of one ledger, which is also its log's origin line, for example <c>demo.mingjian.invalid/3f2a9c01</c>.</summary>
/// <remarks>3 to 80 characters of a-z, 0-9, '.', '-' and '/'. Unique for ever: a reset ledger takes a new one.</remarks>
[JsonConverter(typeof(TextConverter<NetworkId>))]
public readonly record struct NetworkId : ITextValue<NetworkId>
{
    private readonly string? _value;

    private NetworkId(string value) => _value = value;

    public static NetworkId Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"Not a valid network id: {text}");

    public static bool TryParse(string? text, out NetworkId value)
    {
        value = default;
        if (text is not { Length: >= 3 and <= 80 })
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '/'))
            {
                return false;
            }
        }

        value = new NetworkId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? string.Empty;
}
