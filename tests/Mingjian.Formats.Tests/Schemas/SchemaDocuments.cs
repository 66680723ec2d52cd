using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Acts.Messages;
using Mingjian.Acts.Networks;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Entries;

namespace Mingjian.Formats.Tests.Schemas;

/// <summary>The documents of docs/reference/schemas, made from the registered message types, the JSON contexts and the docstrings.</summary>
internal static class SchemaDocuments
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every document by its file name.</summary>
    public static SortedDictionary<string, byte[]> Make()
    {
        var docs = new DocComments();
        var homes = new Dictionary<Type, string>();
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [SchemaWriter.Values] = Encode(Document(SchemaWriter.Values, "Values that have one text form", TextForms.Definitions())),
        };
        foreach (var contract in AllContracts.Create())
        {
            files[contract.Name + ".json"] = Encode(OfContract(contract, homes, docs));
        }

        files["log.json"] = Encode(OfLog(homes, docs));
        files["files.json"] = Encode(OfFiles(homes, docs));
        files["tables.json"] = Encode(Tables(docs));
        return files;
    }

    /// <summary>State tables of a contract, wherever they are declared: prefix and record, in the order of <see cref="Limits.Keys"/>.</summary>
    public static IEnumerable<(string Prefix, Type Record)> StateOf(IContract contract)
    {
        var order = Limits.Keys.Keys.ToList();
        return
            from type in contract.GetType().Assembly.GetTypes()
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Static)
            where property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(StateTable<>)
            let prefix = (string)property.PropertyType.GetProperty("Prefix")!.GetValue(property.GetValue(null))!
            where prefix.StartsWith(contract.Name + "/", StringComparison.Ordinal)
            orderby order.IndexOf(prefix)
            select (prefix, property.PropertyType.GetGenericArguments()[0]);
    }

    private static JsonObject OfContract(IContract contract, Dictionary<Type, string> homes, DocComments docs)
    {
        var writer = new SchemaWriter(contract.Name + ".json", homes, docs);
        JsonObject Messages(IReadOnlyList<MessageType> types) => new(types.Select(t => new KeyValuePair<string, JsonNode?>(
            t.Name, writer.Reference(t.Json, ContractsJson.Options))));
        var (commands, events) = (Messages(contract.Commands), Messages(contract.Events));
        var state = new JsonArray();
        foreach (var (prefix, record) in StateOf(contract))
        {
            var row = new JsonObject { ["key"] = prefix + Limits.Keys[prefix], ["record"] = writer.Reference(ContractsJson.Options.GetTypeInfo(record), ContractsJson.Options) };
            state.Add(row);
        }

        var document = Document(contract.Name + ".json", $"The contract {contract.Name}: commands, events, state records", writer.Definitions);
        document["x-commands"] = commands;
        document["x-events"] = events;
        document["x-state"] = state;
        return document;
    }

    private static JsonObject OfLog(Dictionary<Type, string> homes, DocComments docs)
    {
        var writer = new SchemaWriter("log.json", homes, docs);
        foreach (var type in new JsonTypeInfo[]
        {
            EnvelopeJson.Canonical, LogEntryJson.CanonicalTransaction, LogEntryJson.CanonicalRefusal, LogEntryJson.CanonicalSeal, BatchJson.Canonical,
            VoteJson.Canonical, StandingJson.Canonical, LedgerRequestJson.Canonical,
        })
        {
            writer.Reference(type, type.Options);
        }

        // Written by hand in the product, too: around a body of any command.
        writer.Definitions["TransactionPayload"] = Parse(
            """
            {"type":"object","description":"What is signed: one command for one network, valid until an instant, made unique by a nonce.","properties":{
            "body":{"type":"object","description":"The command: the schema of the contract's document that x-commands names."},
            "command":{"type":"string","pattern":"^[a-z][a-z0-9]*\\.[A-Z][A-Za-z0-9]*$","maxLength":64},
            "expires":{"$ref":"values.json#/$defs/LedgerTime"},"network":{"$ref":"values.json#/$defs/NetworkId"},"nonce":{"$ref":"values.json#/$defs/Nonce"},
            "signer":{"$ref":"values.json#/$defs/KeyId"}},"required":["body","command","expires","network","nonce","signer"],"additionalProperties":false}
            """);
        writer.Definitions["SignInPayload"] = Parse(
            """
            {"type":"object","description":"What a key signs to open a session.","properties":{
            "challenge":{"type":"string","pattern":"^[A-Za-z0-9_-]{43}$"},"expires":{"$ref":"values.json#/$defs/LedgerTime"},
            "network":{"$ref":"values.json#/$defs/NetworkId"},"origin":{"type":"string","description":"Of the page: scheme, host and port as browsers write it."}},
            "required":["challenge","expires","network","origin"],"additionalProperties":false}
            """);
        return Document("log.json", "Acts, log entries, and what nodes send each other", writer.Definitions);
    }

    private static JsonObject OfFiles(Dictionary<Type, string> homes, DocComments docs)
    {
        var writer = new SchemaWriter("files.json", homes, docs);
        foreach (var type in new JsonTypeInfo[] { NetworkFileJson.Canonical, NodeHistoryJson.Canonical, NodeReportJson.CanonicalAgreement, StateProofJson.Canonical })
        {
            writer.Reference(type, type.Options);
        }

        // The command line's own; NodeFileSchemaTests of Mingjian.Cli.Tests holds it to its type.
        writer.Definitions["CertificateRequests"] = Parse(
            """
            {"type":"object","description":"PKCS#10 requests in PEM; only their public keys are used.","properties":{
            "client":{"type":"string","description":"To etcd, as a node."},"peer":{"type":"string","description":"Between etcd members."},
            "server":{"type":"string","description":"The etcd member's, shown to nodes."}},"required":["client","peer","server"],"additionalProperties":false}
            """);
        writer.Definitions["NodeFile"] = Parse(
            """
            {"type":"object","description":"What an organisation gives the others about its node (*.mjnode.json). Nothing in it is secret.","properties":{
            "certificates":{"$ref":"#/$defs/CertificateRequests"},"etcdClient":{"type":"string","description":"Where nodes reach the organisation's etcd member."},
            "etcdPeer":{"type":"string","description":"Where other members reach it."},"format":{"const":"mingjian-node@v1"},
            "name":{"type":"string","description":"The organisation's name, for display."},"network":{"$ref":"values.json#/$defs/NetworkId"},
            "seat":{"$ref":"nodes.json#/$defs/Seat"},"server":{"type":"string","description":"Where the node's server is reached."}},
            "required":["certificates","etcdClient","etcdPeer","format","name","network","seat","server"],"additionalProperties":false}
            """);
        return Document("files.json", "Files that verifiers and operators keep", writer.Definitions);
    }

    /// <summary>Numbers with meanings: refusals, rights, rules.</summary>
    private static JsonObject Tables(DocComments docs)
    {
        var reasons = AllContracts.Create().Select(c => (c.Name, Type: RejectionsOf(c))).Append((AdmissionRejections.Contract, typeof(AdmissionRejection)))
            .ToDictionary(r => r.Item1, r => r.Item2, StringComparer.Ordinal);
        var refusals = new JsonArray();
        foreach (var message in RejectionMessages.All())
        {
            refusals.Add(new JsonObject
            {
                ["code"] = message.Code,
                ["name"] = message.Name,
                ["meaning"] = docs.OfValue(reasons[message.Code.Split('/')[0]], message.Name),
                ["zh"] = message.What,
                ["mend"] = message.Mend,
            });
        }

        var rights = new JsonArray();
        foreach (var line in Rights.Table.SelectMany(g => g.Holders, (grant, holder) => (holder, grant.Right)).GroupBy(l => l.holder, l => l.Right).OrderBy(l => l.Key.Post))
        {
            rights.Add(new JsonObject
            {
                ["post"] = (int)line.Key.Post,
                ["reach"] = (int)line.Key.Reach,
                ["rights"] = new JsonArray([.. line.Select(r => (JsonNode)(int)r)]),
            });
        }

        var rules = new JsonArray();
        foreach (var rule in DuesRuleCatalog.Rules)
        {
            rules.Add(new JsonObject
            {
                ["id"] = rule.Id.ToString(),
                ["topic"] = (int)rule.Topic,
                ["source"] = rule.SourceTitle,
                ["article"] = rule.Article,
                ["from"] = rule.EffectiveFrom.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                ["to"] = rule.EffectiveTo?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                ["text"] = rule.Text,
                ["brackets"] = rule.Brackets is null ? null : new JsonArray(
                    [.. rule.Brackets.Select(b => new JsonObject { ["top"] = b.Top?.ToString(), ["perMille"] = b.PerMille })]),
            });
        }

        return new JsonObject
        {
            ["refusals"] = refusals,
            ["rights"] = rights,
            ["rules"] = rules,
            ["classTopics"] = new JsonObject(Enum.GetValues<DuesClass>().Select(c =>
                new KeyValuePair<string, JsonNode?>(((int)c).ToString(System.Globalization.CultureInfo.InvariantCulture), (int)DuesRuleCatalog.TopicOf(c)))),
            ["enumerations"] = new JsonObject(new[] { typeof(Right), typeof(Reach), typeof(DuesTopic) }.Select(t =>
                new KeyValuePair<string, JsonNode?>(t.Name, SchemaWriter.ValuesOf(t, docs)))),
        };
    }

    private static Type RejectionsOf(IContract contract) =>
        contract.GetType().Assembly.GetTypes().Single(t => t.IsEnum && t.Namespace == contract.GetType().Namespace && t.Name.EndsWith("Rejection", StringComparison.Ordinal));

    private static JsonObject Document(string name, string title, JsonObject definitions) => new()
    {
        ["$schema"] = Dialect,
        ["$id"] = "https://mingjian.invalid/schemas/" + name,
        ["title"] = title,
        ["$defs"] = definitions,
    };

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;

    private static byte[] Encode(JsonObject document) => System.Text.Encoding.UTF8.GetBytes(document.ToJsonString(Indented) + "\n");
}
