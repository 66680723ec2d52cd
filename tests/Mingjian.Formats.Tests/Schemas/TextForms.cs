using System.Text.Json.Nodes;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Schemas;

/// <summary>The one text form of a value.</summary>
/// <param name="Pattern">A regular expression that every valid text matches; what it leaves open, <paramref name="Says"/> adds.</param>
/// <param name="Example">A valid text.</param>
internal sealed record TextForm(Type Type, string Name, string Pattern, string Says, string Example);

/// <summary>Values that are a string in JSON, or a number with a meaning. A test parses each example with the product's own code.</summary>
internal static class TextForms
{
    private const string Base64Of32 = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$";

    public static IReadOnlyList<TextForm> All { get; } =
    [
        Id<MemberId>("A person: 128 random bits."),
        Id<OrganizationId>("A Party organisation, or one that has a node: 128 random bits."),
        Id<PaymentId>("A payment: 128 random bits."),
        Id<ImportId>("A roster import: 128 random bits."),
        Id<KeyId>("A signing key: the first 16 bytes of SHA-256(scheme ‖ 0x00 ‖ 33 bytes of the compressed point)."),
        Id<Nonce>("128 random bits that make an act unique."),
        new(typeof(Hash32), "Hash32", Base64Of32, "32 bytes (SHA-256) in padded base64.", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        new(typeof(Ed25519PublicKey), "Ed25519PublicKey", Base64Of32, "32 bytes of an Ed25519 public key in padded base64.", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        new(
            typeof(PublicKeyValue), "PublicKeyValue", "^(es256|webauthn-es256):A[g-z0-9+/][A-Za-z0-9+/]{42}$",
            "Scheme, colon, base64 of 33 bytes: the compressed P-256 point, its first byte 2 or 3.", "es256:AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        new(typeof(Amount), "Amount", "^-?(0|[1-9][0-9]{0,16})\\.[0-9]{2}$", "Yuan with exactly two decimals; \"-0.00\" is none.", "48.00"),
        new(typeof(Month), "Month", "^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$", "A calendar month, 1900-01 to 2999-12.", "2026-11"),
        new(typeof(DateOnly), "Date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "A day in Beijing, yyyy-MM-dd. In commands: 1921-07-01 to 2999-12-31.", "2026-11-22"),
        new(typeof(NetworkId), "NetworkId", "^[a-z0-9./-]{3,80}$", "A ledger's name and its log's origin.", "demo.mingjian.invalid/3f2a9c01"),
        new(
            typeof(RuleId), "RuleId", "^[a-z0-9-]{1,24}/[1-9][0-9]{0,2}(\\.[1-9][0-9]?)?@[1-9][0-9]{0,3}$",
            "Source, article and paragraph, version; rows in tables.json.", "dues-2008/6.1@1"),
        new(typeof(RefusalCode), "RefusalCode", "^[a-z][a-z0-9]{0,31}/[1-9][0-9]{0,8}$", "Contract and number; rows in tables.json.", "dues/1203"),
    ];

    /// <summary>The form of a type, or null.</summary>
    public static (string Name, Type Type)? Find(Type type) =>
        type == typeof(LedgerTime) ? ("LedgerTime", type) : All.FirstOrDefault(f => f.Type == type) is { } form ? (form.Name, type) : null;

    /// <summary>The definitions of values.json.</summary>
    public static JsonObject Definitions()
    {
        var result = new JsonObject();
        foreach (var form in All.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            result[form.Name] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = form.Says,
                ["pattern"] = form.Pattern,
                ["examples"] = new JsonArray(form.Example),
            };
        }

        result["Bytes"] = new JsonObject { ["type"] = "string", ["description"] = "Bytes in padded base64, one spelling.", ["contentEncoding"] = "base64" };
        result["LedgerTime"] = new JsonObject
        {
            ["type"] = "integer",
            ["description"] = "Milliseconds since 1970-01-01 UTC. The day of a block is the day in Beijing (UTC+8) of its time.",
            ["minimum"] = 0,
            ["maximum"] = 253402300799999,
        };
        return result;
    }

    private static TextForm Id<T>(string says)
        where T : struct, ILedgerId<T> =>
        new(typeof(T), typeof(T).Name, $"^{T.Kind}-[0-9a-f]{{32}}$", says, $"{T.Kind}-0123456789abcdef0123456789abcdef");
}
