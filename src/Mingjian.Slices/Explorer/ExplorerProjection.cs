using Microsoft.EntityFrameworkCore;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Explorer;

/// <summary>Every entry of the log, for finding it.</summary>
internal sealed class ExplorerProjection : Projection
{
    public ExplorerProjection()
        : base("explorer", version: 1)
    {
    }

    public override void Map(ModelBuilder model) => model.Entity<ProjectedEntry>(e =>
    {
        e.ToTable("Entries").HasKey(r => r.Index);
        // By transaction the ledger itself finds an entry, by payment the table of payments: an index over random ids costs a page a row.
        e.Property(r => r.Index).ValueGeneratedNever();
    });

    public override void Apply(ProjectionRows rows, LedgerItem entry) => rows.Put(new ProjectedEntry
    {
        Time = rows.At.Time,
        Command = entry.Command,
        Transaction = entry.Transaction,
        Signer = entry.Entry?.Actors is [var first, ..] ? first.Member : null,
        Refusal = entry.Refused?.Code.ToString(),
        Size = entry.Size,
    });
}
