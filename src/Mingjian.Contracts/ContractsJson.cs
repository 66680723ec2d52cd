using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>Canonical JSON of every command, event and state record of the contracts.</summary>
public static class ContractsJson
{
    /// <summary>Read-only; commands, events and records only.</summary>
    public static JsonSerializerOptions Options { get; } =
        CanonicalJson.CreateOptions(new OrganizationsJson(), new KeysJson(), new MembersJson(), new DuesJson(), new NodesJson());

    /// <summary>Canonical type info of one type.</summary>
    public static JsonTypeInfo<T> For<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}
