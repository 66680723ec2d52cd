using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Kernel;

/// <summary>Canonical JSON of what one folder declares.</summary>
internal sealed class Forms(JsonSerializerContext context)
{
    public JsonSerializerOptions Options { get; } = CanonicalJson.CreateOptions(context);

    public JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}
