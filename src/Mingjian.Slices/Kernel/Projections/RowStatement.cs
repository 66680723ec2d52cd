using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Mingjian.Primitives;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>One statement that is carried out for any number of rows of one table, each row being its parameters.</summary>
/// <remarks>Parameters are text, whole numbers, days and truth values only: what both products' columns of the read models hold.</remarks>
internal sealed class RowStatement
{
    private readonly IReadOnlyList<IProperty> _properties;
    private readonly int _keys;

    private RowStatement(IEntityType type, DbContext context, IReadOnlyList<IProperty> others, bool isUpsert)
    {
        var keys = type.FindPrimaryKey()!.Properties;
        _keys = keys.Count;
        _properties = [.. keys, .. others];
        Types = [.. _properties.Select(p => ToSqlType(p.GetTypeMapping().Converter?.ProviderClrType ?? p.ClrType))];
        Table = type.GetTableName()!;
        var quote = context.GetService<ISqlGenerationHelper>();
        var store = StoreObjectIdentifier.Table(Table, type.GetSchema());
        var table = quote.DelimitIdentifier(Table);
        var columns = _properties.Select(p => quote.DelimitIdentifier(p.GetColumnName(store)!)).ToArray();
        var (key, other) = (columns[.._keys], columns[_keys..]);
        var arrays = string.Join(", ", columns.Select((_, i) => Number("@p", i)));
        if (isUpsert)
        {
            var head = $"INSERT INTO {table} ({string.Join(", ", columns)}) ";
            var tail = $" ON CONFLICT ({string.Join(", ", key)}) DO UPDATE SET {string.Join(", ", other.Select(c => $"{c} = excluded.{c}"))}";
            OneRow = $"{head}VALUES ({string.Join(", ", columns.Select((_, i) => Number("?", i + 1)))}){tail}";
            ManyRows = $"{head}SELECT * FROM unnest({arrays}){tail}";
        }
        else
        {
            OneRow = $"UPDATE {table} SET {string.Join(", ", other.Select((c, i) => $"{c} = {Number("?", _keys + i + 1)}"))} "
                + $"WHERE {string.Join(" AND ", key.Select((c, i) => $"{c} = {Number("?", i + 1)}"))}";
            ManyRows = $"UPDATE {table} AS t SET {string.Join(", ", other.Select((c, i) => $"{c} = {Number("v.c", _keys + i)}"))} "
                + $"FROM unnest({arrays}) AS v({string.Join(", ", columns.Select((_, i) => Number("c", i)))}) "
                + $"WHERE {string.Join(" AND ", key.Select((c, i) => $"t.{c} = {Number("v.c", i)}"))}";
        }
    }

    public string Table { get; }

    /// <summary>For one row; parameters by position, from 1.</summary>
    public string OneRow { get; }

    /// <summary>For all rows at once, in PostgreSQL's words: parameter <c>p0</c>, <c>p1</c>, … is the array of a column. No key may come twice.</summary>
    public string ManyRows { get; }

    /// <summary>The parameters' types: string, long, int, bool or <see cref="DateOnly"/>; each may be null in a row.</summary>
    public IReadOnlyList<Type> Types { get; }

    /// <summary>Inserts a row, or overwrites the one with the same key whole.</summary>
    public static RowStatement Upsert(IEntityType type, DbContext context) =>
        new(type, context, [.. type.GetProperties().Where(p => !p.IsPrimaryKey())], isUpsert: true);

    /// <summary>Sets columns of the row with a key; parameters are the key's, then the columns'. Where there is no such row, nothing happens.</summary>
    public static RowStatement Update(IEntityType type, DbContext context, IReadOnlyList<string> properties) =>
        new(type, context, [.. properties.Select(p => type.FindProperty(p) ?? throw new ArgumentException($"No property {p}.", nameof(properties)))], isUpsert: false);

    /// <summary>Parameters of an upsert.</summary>
    public object?[] Values(object row)
    {
        var values = new object?[_properties.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ToSql(_properties[i].GetGetter().GetClrValue(row));
        }

        return values;
    }

    /// <summary>A row's key as text, the same for two rows of one key alone.</summary>
    public string KeyOf(object?[] values) => string.Join('\u001f', values.AsSpan(0, _keys));

    /// <summary>A value as both products take it.</summary>
    public static object? ToSql(object? value) => value switch
    {
        null or string or int or long or bool or DateOnly => value,
        Enum number => Convert.ToInt32(number, CultureInfo.InvariantCulture),
        Amount amount => amount.Fen,
        LedgerTime time => time.Milliseconds,
        _ => value.ToString(),
    };

    private static Type ToSqlType(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } => typeof(int),
        var known when known == typeof(int) || known == typeof(long) || known == typeof(bool) || known == typeof(DateOnly) || known == typeof(string) => known,
        var other => throw new NotSupportedException($"A read model cannot hold {other}."),
    };

    private static string Number(string name, int number) => name + number.ToString(CultureInfo.InvariantCulture);
}
