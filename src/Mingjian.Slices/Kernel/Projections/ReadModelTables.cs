using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mingjian.Slices.Kernel.Projections;

/// <summary>Reads the read models' tables as text, row by row in the order of their keys, the same on every database product.</summary>
internal static class ReadModelTables
{
    /// <summary>The tables of all slices, in the order of their names.</summary>
    public static IReadOnlyList<TableShape> All(ReadModelContext context) =>
        [.. context.Model.GetEntityTypes().Where(t => ReadModelContext.SliceOf(t) is not null).Select(t => new TableShape(t)).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>The tables of one.</summary>
    public static IReadOnlyList<TableShape> Of(ReadModelContext context, string slice) => [.. All(context).Where(t => t.Slice == slice)];

    /// <summary>SHA-256 over all rows of all tables, and how many they are.</summary>
    public static async Task<(string Digest, long Rows)> DigestAsync(ReadModelContext context, CancellationToken cancellationToken)
    {
        var tables = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var count = 0L;
        foreach (var table in All(context))
        {
            (tables[table.Name], var rows) = await DigestAsync(context, table, cancellationToken);
            count += rows;
        }

        return (Combine(tables), count);
    }

    /// <summary>The digest of tables, each of which is given with its own.</summary>
    public static string Combine(SortedDictionary<string, byte[]> tables)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var digest in tables.Values)
        {
            hash.AppendData(digest);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 over a table's name, columns and rows, and how many rows they are.</summary>
    public static async Task<(byte[] Digest, long Rows)> DigestAsync(ReadModelContext context, TableShape table, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = 0L;
        hash.AppendData(Encoding.UTF8.GetBytes($"{table.Name}\u001e{string.Join('\u001f', table.Columns)}\u001d"));
        await foreach (var row in ReadAsync(context, table, cancellationToken))
        {
            row.AppendTo(hash);
            count++;
        }

        return (hash.GetHashAndReset(), count);
    }

    public static async IAsyncEnumerable<RowText> ReadAsync(
        ReadModelContext context, TableShape table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var quote = context.GetService<ISqlGenerationHelper>();
        // Linguistic collations of PostgreSQL sort otherwise than SQLite; both sides must come in one order.
        var collate = context.Database.IsNpgsql() ? " COLLATE \"C\"" : "";
        var order = table.Keys.Select(i => quote.DelimitIdentifier(table.Columns[i]) + (table.IsText(i) ? collate : ""));
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = context.Database.GetDbConnection().CreateCommand();
            command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Names come from the EF model.
            command.CommandText = $"SELECT {string.Join(", ", table.Columns.Select(quote.DelimitIdentifier))} "
                + $"FROM {quote.DelimitIdentifier(table.Name)} ORDER BY {string.Join(", ", order)}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var values = new string?[table.Columns.Count];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Text(reader.GetValue(i));
                }

                yield return new RowText(table, values);
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    private static string? Text(object value) => value switch
    {
        DBNull => null,
        bool flag => flag ? "1" : "0",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}

/// <summary>Name, columns and key of a table.</summary>
internal sealed class TableShape
{
    private readonly IReadOnlyList<bool> _isText;

    public TableShape(IEntityType type)
    {
        Name = type.GetTableName()!;
        Slice = ReadModelContext.SliceOf(type) ?? "";
        var store = StoreObjectIdentifier.Table(Name, type.GetSchema());
        var properties = type.GetProperties().OrderBy(p => p.GetColumnName(store), StringComparer.Ordinal).ToList();
        Columns = [.. properties.Select(p => p.GetColumnName(store)!)];
        Keys = [.. type.FindPrimaryKey()!.Properties.Select(p => properties.IndexOf((IProperty)p))];
        _isText = [.. properties.Select(p => (p.GetTypeMapping().Converter?.ProviderClrType ?? p.ClrType) == typeof(string))];
    }

    public string Name { get; }

    /// <summary>Whose table it is.</summary>
    public string Slice { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Positions of the key's columns.</summary>
    public IReadOnlyList<int> Keys { get; }

    public bool IsText(int column) => _isText[column];
}

/// <summary>One row as text, null where the column is null.</summary>
internal sealed record RowText(TableShape Table, IReadOnlyList<string?> Values)
{
    public string Key => string.Join('/', Table.Keys.Select(i => Values[i]));

    /// <summary>Order of keys: whole numbers as numbers, text by code unit.</summary>
    public int CompareKey(RowText other)
    {
        foreach (var i in Table.Keys)
        {
            var (mine, theirs) = (Values[i] ?? "", other.Values[i] ?? "");
            var order = !Table.IsText(i) && long.TryParse(mine, CultureInfo.InvariantCulture, out var left)
                && long.TryParse(theirs, CultureInfo.InvariantCulture, out var right)
                ? left.CompareTo(right)
                : string.CompareOrdinal(mine, theirs);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    public void AppendTo(IncrementalHash hash)
    {
        foreach (var value in Values)
        {
            hash.AppendData(value is null ? "\0"u8 : Encoding.UTF8.GetBytes(value));
            hash.AppendData("\u001f"u8);
        }

        hash.AppendData("\u001e"u8);
    }
}
