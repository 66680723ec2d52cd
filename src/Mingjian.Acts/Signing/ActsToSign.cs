using System.Text;
using System.Text.Json;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Acts.Signing;

/// <summary>Commands that a page hands to <c>mj.act</c>: nothing has happened yet, the person sees and signs them in the browser.</summary>
/// <param name="CommandsJson"><c>[{"command":"dues.RecordPayment","body":{…}}]</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Held">True: one act that a second person has to sign, so it is kept (<c>IPendingActs</c>) instead of submitted.</param>
public sealed record ActsToSign(string CommandsJson, int Count, bool Held = false)
{
    public static ActsToSign Create(params IReadOnlyList<ICommand> commands)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var command in commands)
            {
                json.WriteStartObject();
                json.WriteString("command", NameOf(command));
                json.WritePropertyName("body");
                json.WriteRawValue(JsonSerializer.Serialize(command, ContractsJson.Options.GetTypeInfo(command.GetType())));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return new ActsToSign(Encoding.UTF8.GetString(buffer.ToArray()), commands.Count);
    }

    private static string NameOf(ICommand command) => command switch
    {
        OrganizationsCommand => "organizations.",
        MembersCommand => "members.",
        DuesCommand => "dues.",
        NodesCommand => "nodes.",
        _ => throw new ArgumentException("A command of no known contract.", nameof(command)),
    } + command.GetType().Name;
}
