using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Kernel;

/// <summary>Canonical JSON of what one folder declares.</summary>
internal static class Forms<TContext>
    where TContext : JsonSerializerContext, new()
{
    public static JsonSerializerOptions Options { get; } = CanonicalJson.CreateOptions(new TContext());

    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}
