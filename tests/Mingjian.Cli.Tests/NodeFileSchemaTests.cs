using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Cli.Networks;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>The node file's schema is written by hand (its type is the command line's own); here it is held to that type.</summary>
public sealed class NodeFileSchemaTests
{
    [Fact]
    public void The_schema_of_a_node_file_names_exactly_the_members_of_its_type()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Repository.File("docs", "reference", "schemas", "files.json")));
        Compare(schema.RootElement, NodeFileJson.Canonical);
        Compare(schema.RootElement, NodeFileJson.Canonical.Options.GetTypeInfo(typeof(CertificateRequests)));
        Assert.Equal(
            NodeFile.CurrentFormat,
            schema.RootElement.GetProperty("$defs").GetProperty("NodeFile").GetProperty("properties").GetProperty("format").GetProperty("const").GetString());
    }

    private static void Compare(JsonElement schema, JsonTypeInfo type)
    {
        var definition = schema.GetProperty("$defs").GetProperty(type.Type.Name);
        var members = type.Properties.Where(p => p.Get is not null).Select(p => p.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(members, definition.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(members, definition.GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Order(StringComparer.Ordinal));
    }
}
