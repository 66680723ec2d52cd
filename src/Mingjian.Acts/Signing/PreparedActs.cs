using System.Globalization;
using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Acts.Signing;

/// <summary>Acts ready to be read and signed: the canonical payloads, what one gesture signs, and what the payloads say.</summary>
public sealed class PreparedActs
{
    /// <summary>How long a signature waits to be submitted: 12 hours, well within the ledger's 72.</summary>
    public const long ValidityMilliseconds = 12L * 3600 * 1000;

    /// <summary>How long an act that a second person has to sign waits: 48 hours.</summary>
    public const long HeldValidityMilliseconds = 48L * 3600 * 1000;

    /// <summary>Most characters of commands JSON: some 40,000 roster rows.</summary>
    public const int MaxJsonLength = 32 * 1024 * 1024;

    private PreparedActs(IReadOnlyList<byte[]> payloads, SigningSummary summary)
    {
        Payloads = payloads;
        Request = SigningRequest.For(payloads);
        Summary = summary;
    }

    /// <summary>Canonical payload bytes, one for each act.</summary>
    public IReadOnlyList<byte[]> Payloads { get; }

    /// <summary>What is signed: <see cref="SigningRequest.Message"/> or, by an authenticator, its hash.</summary>
    public SigningRequest Request { get; }

    /// <summary>Computed from <see cref="Payloads"/>, not from the page's JSON.</summary>
    public SigningSummary Summary { get; }

    /// <summary>Builds payloads from a page's commands.</summary>
    /// <param name="commandsJson"><c>[{"command":"dues.RecordPayment","body":{…}}]</c>, 1 to 65,536 items.</param>
    /// <param name="network">The ledger.</param>
    /// <param name="signer">The key that will sign first.</param>
    /// <param name="now">The signer's clock.</param>
    /// <param name="names">For display.</param>
    /// <param name="held">A second person signs, too, so the act is valid for longer.</param>
    /// <exception cref="CanonicalJsonException">Malformed JSON, an unknown command, or an act that is too large.</exception>
    public static PreparedActs Create(
        string commandsJson, NetworkId network, KeyId signer, LedgerTime now, DisplayNames names, bool held = false)
    {
        if (commandsJson.Length > MaxJsonLength)
        {
            throw new CanonicalJsonException("Too many commands at once.");
        }

        return Create(Parse(commandsJson), network, signer, now, names, held);
    }

    /// <summary>Builds payloads from typed commands.</summary>
    /// <exception cref="CanonicalJsonException">No command, too many, an unknown one, or one that is too large.</exception>
    public static PreparedActs Create(
        IReadOnlyList<ICommand> commands, NetworkId network, KeyId signer, LedgerTime now, DisplayNames names, bool held = false)
    {
        var byType = CommandRegistry.Commands.Values.ToDictionary(m => m.Type);
        var expires = now.AddMilliseconds(held ? HeldValidityMilliseconds : ValidityMilliseconds);
        var payloads = commands.Select(command => byType.TryGetValue(command.GetType(), out var type)
            ? TransactionPayload.Encode(type.Name, command, type.Json, network, expires, LedgerId.New<Nonce>(), signer)
            : throw new CanonicalJsonException($"Unknown command {command.GetType().Name}."));
        return FromPayloads([.. payloads], network, names);
    }

    /// <summary>Reads payloads that somebody else built, as a second signer must before signing.</summary>
    /// <exception cref="CanonicalJsonException">Not canonical, of another network, or a command that this version cannot put in words.</exception>
    public static PreparedActs FromPayloads(IReadOnlyList<byte[]> payloads, NetworkId network, DisplayNames names)
    {
        if (payloads.Count is 0 or > BatchPosition.MaxSize)
        {
            throw new CanonicalJsonException("One gesture signs 1 to 65,536 acts.");
        }

        var acts = new List<ActSummary>(payloads.Count);
        Amount? money = null;
        LedgerTime? expires = null;
        foreach (var bytes in payloads)
        {
            if (bytes.Length > Envelope.MaxSize / 4 * 3)
            {
                throw new CanonicalJsonException("An act is larger than an envelope can hold.");
            }

            if (TransactionPayload.TryDecode(bytes, out var payload) != PayloadFault.None || payload is null)
            {
                throw new CanonicalJsonException("Not a transaction payload.");
            }

            if (payload.Network != network)
            {
                throw new CanonicalJsonException($"The act is meant for the ledger {payload.Network}, not for {network}.");
            }

            var command = CommandRegistry.Decode(payload);
            acts.Add(Describe(payload.Command, command, names));
            expires = expires is { } e && e < payload.Expires ? e : payload.Expires;
            money = CommandSummaries.MoneyOf(command) is { } amount ? (money ?? Amount.Zero) + amount : money;
        }

        List<SummaryFact> facts = [];
        if (payloads.Count > 1)
        {
            facts.Add(new("事项", string.Create(CultureInfo.InvariantCulture, $"{payloads.Count} 项，一次签名")));
            if (money is { } total)
            {
                facts.Add(new("金额合计", Terms.Of(total)));
            }
        }

        facts.Add(new("账本", network.ToString()));
        facts.Add(new("签名有效至", Terms.Of(expires!.Value)));
        return new PreparedActs(payloads, new SigningSummary(TitleOf(acts), facts, acts));
    }

    private static ActSummary Describe(string name, ICommand command, DisplayNames names)
    {
        try
        {
            return CommandSummaries.Describe(name, command, names);
        }
        catch (NotSupportedException e)
        {
            throw new CanonicalJsonException(e.Message, e);
        }
    }

    private static string TitleOf(List<ActSummary> acts)
    {
        if (acts.Count == 1)
        {
            return acts[0].Title;
        }

        var titles = acts.Select(a => a.Title).Distinct(StringComparer.Ordinal).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join("、", titles.Take(3))}，共 {acts.Count} 项");
    }

    private static List<ICommand> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth + 2 });
            var commands = new List<ICommand>();
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.GetPropertyCount() != 2)
                {
                    throw new CanonicalJsonException("A command has exactly the members \"command\" and \"body\".");
                }

                commands.Add(CommandRegistry.Read(item.GetProperty("command").GetString() ?? string.Empty, item.GetProperty("body")));
            }

            return commands;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CanonicalJsonException("Commands must be a JSON array of {\"command\",\"body\"}.", e);
        }
    }
}
