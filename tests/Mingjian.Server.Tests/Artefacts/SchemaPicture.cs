using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Mingjian.Server.Tests.Artefacts;

/// <summary>What a database says of a context's tables: columns, keys, indexes and references, a line each, in an order of their own.</summary>
internal static class SchemaPicture
{
    private const string Sqlite = """
        SELECT 'column ' || m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_stamp'
        UNION ALL SELECT 'index ' || m.name || ' ' || i.name || ' ' || i."unique" || ' ' || x.seqno || ' ' || x.name
            FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) x WHERE m.type = 'table' AND m.name <> 'schema_stamp'
        UNION ALL SELECT 'reference ' || m.name || '.' || f."from" || ' ' || f."table" || '.' || f."to" || ' ' || f.on_delete
            FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
        UNION ALL SELECT 'counts up ' || name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'
        ORDER BY 1
        """;

    private const string PostgreSql = """
        SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(character_maximum_length, 0) || ' ' || is_nullable || ' ' || is_identity
            FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'schema_stamp'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename <> 'schema_stamp'
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text <> 'schema_stamp'
        ORDER BY 1
        """;

    public static async Task<IReadOnlyList<string>> ReadAsync(DbContext context)
    {
        await context.Database.OpenConnectionAsync();
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = context.Database.IsNpgsql() ? PostgreSql : Sqlite;
        var lines = new List<string>();
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
