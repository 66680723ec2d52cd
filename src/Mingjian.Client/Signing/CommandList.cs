using System.Text;
using System.Text.Json;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Client.Signing;

/// <summary>Commands that a page hands to <c>mj.act</c>: nothing has happened yet, the person reads and signs them in the browser.</summary>
/// <param name="Json"><c>[{"command":"dues.RecordPayment","body":{…}}]</c>.</param>
/// <param name="Count">How many.</param>
public sealed record CommandList(string Json, int Count)
{
    private static readonly Dictionary<Type, MessageType> Types =
        AllContracts.Create().SelectMany(c => c.Commands).ToDictionary(m => m.Type);

    public static CommandList Of(params IReadOnlyList<ICommand> commands)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var command in commands)
            {
                var type = Types[command.GetType()];
                json.WriteStartObject();
                json.WriteString("command", type.Name);
                json.WritePropertyName("body");
                json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(command, type.Json), skipInputValidation: true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new CommandList(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length), commands.Count);
    }
}
