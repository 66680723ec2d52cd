using System.Globalization;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;

namespace Mingjian.Storage.Sql;

/// <summary>The tables of a context that exist nowhere else: EF Core migrations bring them from whatever older version stands there to this program's.</summary>
/// <remarks>
/// A migration is an EF Core <see cref="Migration"/> beside its context, marked with the context and an id <c>0001_Name</c>; its number is the version that it leads
/// to. Version 1 is what the first releases made without migrations. One set serves SQLite and PostgreSQL: columns are given as CLR types, and each product's own
/// generator chooses the SQL type. EF Core makes the SQL; when it runs, and under which lock, is decided here (docs/adr/0005): all steps and the version mark in
/// one transaction, so that a fault or a kill leaves the old version; whoever comes second finds the work done.
/// </remarks>
public static class SqlMigrations
{
    /// <summary>The ids of a context's migrations; the n-th leads to version n. No database is touched.</summary>
    /// <exception cref="InvalidOperationException">They are not numbered 1, 2, 3 and so on: a fault of the program.</exception>
    public static IReadOnlyList<string> MigrationsOf(DbContext context)
    {
        var ids = context.GetService<IMigrationsAssembly>().Migrations.Keys.Order(StringComparer.Ordinal).ToList();
        for (var i = 0; i < ids.Count; i++)
        {
            if (!ids[i].StartsWith(string.Create(CultureInfo.InvariantCulture, $"{i + 1:0000}_"), StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"Migration {i + 1} of {context.GetType().Name} is called {ids[i]}.");
            }
        }

        return ids.Count > 0 ? ids : throw new InvalidOperationException($"{context.GetType().Name} has no migrations.");
    }

    /// <summary>Makes the tables, or changes them to this program's version.</summary>
    /// <param name="context">A context made by <see cref="SqlServices"/>.</param>
    /// <param name="cancellationToken">Stops; nothing is left half done.</param>
    /// <exception cref="SchemaVersionException">A newer program has written them, or a migration failed. Nothing was changed.</exception>
    public static async Task<SchemaOutcome> MigrateStoreAsync(this DbContext context, CancellationToken cancellationToken = default)
    {
        var migrations = MigrationsOf(context);
        SchemaStamp.CreateFile(context);

        // Before anything is written: setting the write-ahead log writes into the file.
        Refuse(context, await SchemaStamp.ReadAsync(context, cancellationToken), migrations.Count);
        await SchemaStamp.UseWriteAheadLogAsync(context, cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await SchemaStamp.LockAsync(context, cancellationToken);
        var found = await SchemaStamp.ReadAsync(context, cancellationToken);
        Refuse(context, found, migrations.Count);
        if (found == migrations.Count)
        {
            await transaction.CommitAsync(cancellationToken);
            return SchemaOutcome.UpToDate;
        }

        await SchemaStamp.CreateSchemaAsync(context, cancellationToken);
        foreach (var id in migrations.Skip(found))
        {
            await RunAsync(context, found, id, cancellationToken);
        }

        await SchemaStamp.WriteAsync(context, migrations.Count, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return found == 0 ? SchemaOutcome.Created : SchemaOutcome.Migrated;
    }

    private static void Refuse(DbContext context, int found, int known)
    {
        if (found > known)
        {
            throw SchemaVersionException.OfNewer(SchemaStamp.PlaceOf(context), found, known);
        }
    }

    private static async Task RunAsync(DbContext context, int found, string id, CancellationToken cancellationToken)
    {
        var assembly = context.GetService<IMigrationsAssembly>();
        var migration = assembly.CreateMigration(assembly.Migrations[id], context.Database.ProviderName!);
        var commands = context.GetService<IMigrationsSqlGenerator>().Generate(migration.UpOperations);
        if (commands.FirstOrDefault(c => c.TransactionSuppressed) is { } outside)
        {
            // SQLite's table rebuilds switch foreign keys off, which only works between transactions: a kill there would leave a table less.
            throw new InvalidOperationException($"Migration {id} would leave its transaction with: {outside.CommandText}");
        }

        try
        {
            foreach (var command in commands)
            {
                await command.ExecuteNonQueryAsync(context.GetService<IRelationalConnection>(), cancellationToken: cancellationToken);
            }
        }
        catch (System.Data.Common.DbException e)
        {
            throw SchemaVersionException.OfFailure(SchemaStamp.PlaceOf(context), found, id, e);
        }
    }
}
