using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;

namespace Mingjian.Engine.Messages;

/// <summary>Canonical JSON of records in one pass: compiled once for each type from the metadata that the general encoder uses.</summary>
/// <remarks>
/// Gives the same bytes and accepts the same bytes as <see cref="CanonicalJson"/>, which decides whatever this one cannot: types with members of other
/// kinds, and all that is not the canonical encoding. A test compares the two over every message and record of the contracts.
/// Safe for concurrent use.
/// </remarks>
internal abstract class RecordCodec
{
    private static readonly ConcurrentDictionary<JsonTypeInfo, RecordCodec> Known = new();
    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <summary>Whether this type is read and written here, not by the general encoder.</summary>
    public abstract bool IsCompiled { get; }

    /// <summary>The codec of a type whose metadata comes from <see cref="CanonicalJson.CreateOptions"/>.</summary>
    public static RecordCodec Of(JsonTypeInfo type) => Known.GetOrAdd(type, static t =>
        (RecordCodec)Activator.CreateInstance(typeof(RecordCodec<>).MakeGenericType(t.Type), t)!);

    /// <summary>As <see cref="CanonicalJson.Decode(ReadOnlySpan{byte}, JsonTypeInfo)"/>.</summary>
    /// <exception cref="CanonicalJsonException">Not the canonical encoding of a value of that type.</exception>
    public abstract object Decode(ReadOnlySpan<byte> bytes);

    /// <summary>Reads bytes that this node wrote itself; their canonical form is not insisted on.</summary>
    /// <exception cref="JsonException">Not a value of that type.</exception>
    public abstract object? DecodeOwn(ReadOnlySpan<byte> bytes);

    /// <summary>As <see cref="CanonicalJson.Encode(object, JsonTypeInfo)"/>.</summary>
    public byte[] Encode(object value)
    {
        var writer = _writer ??= new CanonicalWriter();
        writer.Clear();
        Write(writer, value);
        return writer.Written.ToArray();
    }

    /// <summary>Writes the bytes of <see cref="Encode"/>.</summary>
    public abstract void Write(CanonicalWriter writer, object value);
}

/// <summary>The codec of one type.</summary>
internal sealed class RecordCodec<T>(JsonTypeInfo<T> type) : RecordCodec
    where T : class
{
    private readonly CanonicalShape<T>? _shape = CanonicalShape.Of<T>(type);

    public override bool IsCompiled => _shape is not null;

    public override object Decode(ReadOnlySpan<byte> bytes) => TryRead(bytes) ?? CanonicalJson.Decode(bytes, (JsonTypeInfo)type);

    public override object? DecodeOwn(ReadOnlySpan<byte> bytes) => TryRead(bytes) ?? JsonSerializer.Deserialize(bytes, type);

    public override void Write(CanonicalWriter writer, object value)
    {
        if (_shape is null)
        {
            writer.Raw(CanonicalJson.Encode(value, type));
            return;
        }

        _shape.Write(writer, (T)value);
        if (writer.Failed)
        {
            // Says what is wrong with the value.
            throw new InvalidOperationException($"{typeof(T).Name} has no canonical encoding ({CanonicalJson.Encode(value, type).Length} bytes).");
        }
    }

    private T? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (_shape is null)
        {
            return null;
        }

        var reader = new CanonicalReader(bytes);
        var value = _shape.Read(ref reader);
        return reader.IsComplete ? value : null;
    }
}

internal delegate T CanonicalRead<T>(ref CanonicalReader reader);

internal delegate void CanonicalWrite<T>(CanonicalWriter writer, T value);

/// <summary>How the values of a type are read and written.</summary>
internal sealed record CanonicalShape<T>(CanonicalRead<T> Read, CanonicalWrite<T> Write);

/// <summary>Compiles shapes.</summary>
internal static class CanonicalShape
{
    private static readonly MethodInfo OfMethod = typeof(CanonicalShape).GetMethod(nameof(Of))!;

    /// <summary>Null when a type is, or holds, something that is not foreseen here.</summary>
    public static CanonicalShape<T>? Of<T>(JsonTypeInfo type)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || type.PolymorphismOptions is not null)
        {
            return null;
        }

        return type.Kind switch
        {
            JsonTypeInfoKind.Object => Record<T>(type),
            JsonTypeInfoKind.Enumerable => List<T>(type),
            _ => Leaf<T>(type),
        };
    }

    private static CanonicalShape<T>? Leaf<T>(JsonTypeInfo type)
    {
        var (read, write, via) = typeof(T) switch
        {
            var t when t.IsEnum && Enum.GetUnderlyingType(t) == typeof(int) => (nameof(CanonicalReader.ReadInt32), nameof(CanonicalWriter.Number), typeof(long)),
            var t when t == typeof(int) => (nameof(CanonicalReader.ReadInt32), nameof(CanonicalWriter.Number), typeof(long)),
            var t when t == typeof(long) => (nameof(CanonicalReader.ReadInt64), nameof(CanonicalWriter.Number), t),
            var t when t == typeof(bool) => (nameof(CanonicalReader.ReadBoolean), nameof(CanonicalWriter.Boolean), t),
            var t when t == typeof(DateOnly) => (nameof(CanonicalReader.ReadDate), nameof(CanonicalWriter.Date), t),
            var t when t == typeof(LedgerTime) => (nameof(CanonicalReader.ReadTime), nameof(CanonicalWriter.Time), t),
            var t when type.Converter.GetType() is { IsGenericType: true } c && c.GetGenericTypeDefinition() == typeof(TextConverter<>) =>
                (nameof(CanonicalReader.ReadText), nameof(CanonicalWriter.Text), t),
            _ => (null, null, typeof(T)),
        };
        if (read is null)
        {
            return null;
        }

        Type[]? generic = read == nameof(CanonicalReader.ReadText) ? [typeof(T)] : null;
        var reader = Expression.Parameter(typeof(CanonicalReader).MakeByRefType());
        var writer = Expression.Parameter(typeof(CanonicalWriter));
        var value = Expression.Parameter(typeof(T));
        return new CanonicalShape<T>(
            Expression.Lambda<CanonicalRead<T>>(Expression.Convert(Expression.Call(reader, read, generic), typeof(T)), reader).Compile(),
            Expression.Lambda<CanonicalWrite<T>>(Expression.Call(writer, write!, generic, Expression.Convert(value, via)), writer, value).Compile());
    }

    private static CanonicalShape<T>? List<T>(JsonTypeInfo type)
    {
        if (!typeof(T).IsGenericType || typeof(T).GetGenericTypeDefinition() != typeof(IReadOnlyList<>))
        {
            return null;
        }

        var item = typeof(T).GetGenericArguments()[0];
        return (CanonicalShape<T>?)typeof(CanonicalShape).GetMethod(nameof(ListOf), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(item).Invoke(null, [type.Options.GetTypeInfo(item)]);
    }

    private static CanonicalShape<IReadOnlyList<TItem>>? ListOf<TItem>(JsonTypeInfo item)
    {
        return Of<TItem>(item) is { } shape ? new CanonicalShape<IReadOnlyList<TItem>>(Read, Write) : null;

        IReadOnlyList<TItem> Read(ref CanonicalReader reader)
        {
            reader.Expect("["u8);
            if (reader.Take("]"u8))
            {
                return [];
            }

            var first = shape.Read(ref reader);
            if (reader.Take("]"u8))
            {
                return [first];
            }

            var items = new List<TItem> { first };
            while (reader.Take(","u8))
            {
                items.Add(shape.Read(ref reader));
            }

            reader.Expect("]"u8);
            return items;
        }

        void Write(CanonicalWriter writer, IReadOnlyList<TItem> items)
        {
            writer.Raw("["u8);
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0)
                {
                    writer.Raw(","u8);
                }

                if (items[i] is { } value)
                {
                    shape.Write(writer, value);
                }
                else
                {
                    writer.Fail();
                }
            }

            writer.Raw("]"u8);
        }
    }

    /// <summary>A record whose constructor takes exactly the members that its JSON has.</summary>
    private static CanonicalShape<T>? Record<T>(JsonTypeInfo type)
    {
        var members = type.Properties.Where(m => m.Get is not null).ToList();
        var constructor = typeof(T).GetConstructors().FirstOrDefault(c => c.GetParameters().Length == members.Count
            && c.GetParameters().All(p => members.Any(m => IsNamed(m, p.Name) && m.PropertyType == p.ParameterType)));
        if (constructor is null || typeof(T).IsValueType || members.Any(m => m.CustomConverter is not null || m.ShouldSerialize is not null || m.IsExtensionData))
        {
            return null;
        }

        var reader = Expression.Parameter(typeof(CanonicalReader).MakeByRefType());
        var writer = Expression.Parameter(typeof(CanonicalWriter));
        var value = Expression.Parameter(typeof(T));
        var read = new List<Expression> { Expression.Call(reader, nameof(CanonicalReader.Begin), null) };
        var write = new List<Expression> { Expression.Call(writer, nameof(CanonicalWriter.Begin), null) };
        var locals = new Dictionary<JsonPropertyInfo, ParameterExpression>();
        foreach (var member in members)
        {
            var kept = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            if (typeof(T).GetProperties().FirstOrDefault(p => IsNamed(member, p.Name)) is not { } property
                || OfMethod.MakeGenericMethod(kept).Invoke(null, [type.Options.GetTypeInfo(kept)]) is not { } shape)
            {
                return null;
            }

            var name = Expression.Constant(System.Text.Encoding.ASCII.GetBytes($",\"{member.Name}\":"));
            var local = locals[member] = Expression.Variable(member.PropertyType);
            var readValue = Expression.Assign(local, Expression.Convert(
                Expression.Invoke(Expression.Constant(shape.GetType().GetProperty(nameof(CanonicalShape<>.Read))!.GetValue(shape)), reader), member.PropertyType));
            var got = Expression.Property(value, property);
            var writeValue = Expression.Block(
                Expression.Call(writer, nameof(CanonicalWriter.Name), null, name),
                Expression.Invoke(
                    Expression.Constant(shape.GetType().GetProperty(nameof(CanonicalShape<>.Write))!.GetValue(shape)), writer, Expression.Convert(got, kept)));
            var isNullable = !member.PropertyType.IsValueType || kept != member.PropertyType;
            if (isNullable && !member.IsRequired)
            {
                read.Add(Expression.IfThen(Expression.Call(reader, nameof(CanonicalReader.TryName), null, name), readValue));
            }
            else
            {
                read.Add(Expression.Call(reader, nameof(CanonicalReader.Name), null, name));
                read.Add(readValue);
            }

            write.Add(!isNullable ? writeValue : Expression.IfThenElse(
                Expression.NotEqual(got, Expression.Constant(null, member.PropertyType)),
                writeValue,
                member.IsRequired ? Expression.Call(writer, nameof(CanonicalWriter.Fail), null) : Expression.Empty()));
        }

        read.Add(Expression.Call(reader, nameof(CanonicalReader.End), null));
        read.Add(Expression.New(constructor, constructor.GetParameters().Select(p => locals[members.First(m => IsNamed(m, p.Name))])));
        write.Add(Expression.Call(writer, nameof(CanonicalWriter.End), null));
        return new CanonicalShape<T>(
            Expression.Lambda<CanonicalRead<T>>(Expression.Block(locals.Values, read), reader).Compile(),
            Expression.Lambda<CanonicalWrite<T>>(Expression.Block(write), writer, value).Compile());
    }

    private static bool IsNamed(JsonPropertyInfo member, string? name) => string.Equals(member.Name, JsonNamingPolicy.CamelCase.ConvertName(name!), StringComparison.Ordinal);
}
