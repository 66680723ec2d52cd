using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Members;

/// <summary>Who is a member of which branch.</summary>
internal sealed class MembersProjection : Projection
{
    public MembersProjection()
        : base("members", version: 1, "organizations")
    {
        On<NetworkFounded>(Found);
        On<MembersImported>(Import);
        On<ImportWithdrawn>((rows, e) => rows.Execute($"""DELETE FROM "Members" WHERE "Import" = {e.Import}"""));
    }

    public override void Map(ModelBuilder model) => model.Entity<ProjectedMember>(e =>
    {
        e.ToTable("Members").HasKey(r => r.Member);
        e.HasIndex(r => r.Branch);
        e.HasIndex(r => r.Import);
    });

    private static void Found(ProjectionRows rows, NetworkFounded e)
    {
        var today = rows.At.Time.BeijingDate;
        rows.Put(
            new ProjectedMember { Member = e.Officer, Branch = e.Committee, Standing = MemberStanding.FullMember, Admitted = today, FullSince = today },
            e.Officer);
    }

    private static void Import(ProjectionRows rows, MembersImported e)
    {
        foreach (var row in e.Rows)
        {
            rows.Put(
                new ProjectedMember
                {
                    Member = row.Member,
                    Branch = row.Branch,
                    Standing = row.Standing,
                    Admitted = row.Admitted,
                    FullSince = row.FullSince,
                    Import = e.Import,
                },
                e.By);
        }
    }
}
