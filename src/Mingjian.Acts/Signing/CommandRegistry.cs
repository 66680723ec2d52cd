using System.Collections.Frozen;
using System.Text.Json;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Signing;

/// <summary>Every command and event of the contracts by its name on the ledger, for building and reading canonical bytes.</summary>
public static class CommandRegistry
{
    private static readonly IReadOnlyList<IContract> Contracts = AllContracts.Create();

    public static FrozenDictionary<string, MessageType> Commands { get; } =
        Contracts.SelectMany(c => c.Commands).ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);

    public static FrozenDictionary<string, MessageType> Events { get; } =
        Contracts.SelectMany(c => c.Events).ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);

    /// <summary>The typed command inside a payload.</summary>
    /// <exception cref="CanonicalJsonException">An unknown command, or not its canonical encoding.</exception>
    public static ICommand Decode(TransactionPayload payload)
    {
        if (!Commands.TryGetValue(payload.Command, out var type))
        {
            throw new CanonicalJsonException($"Unknown command {payload.Command}.");
        }

        return (ICommand)CanonicalJson.Decode(payload.Body.Span, type.Json);
    }

    /// <summary>The same, or null for anything that is not a well-formed act of a kind that this program knows.</summary>
    public static ICommand? Find(TransactionPayload? payload)
    {
        try
        {
            return payload is null ? null : Decode(payload);
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    /// <summary>Reads a command from any JSON spelling of it (order and white space are free), as pages write it.</summary>
    /// <exception cref="CanonicalJsonException">An unknown command, unknown or missing members, or values out of form.</exception>
    public static ICommand Read(string name, JsonElement body)
    {
        if (!Commands.TryGetValue(name, out var type))
        {
            throw new CanonicalJsonException($"Unknown command {name}.");
        }

        try
        {
            return (ICommand?)body.Deserialize(type.Json) ?? throw new CanonicalJsonException($"{name}: null is no command.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException or FormatException)
        {
            throw new CanonicalJsonException($"{name}: {e.Message}", e);
        }
    }
}
