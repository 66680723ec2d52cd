using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Organizations;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Organizations;

/// <summary>Organisations and who holds which post in them.</summary>
internal sealed class OrganizationsProjection : Projection
{
    public OrganizationsProjection()
        : base("organizations", version: 1)
    {
        On<NetworkFounded>(Found);
        On<OrganizationEstablished>((rows, e) =>
            rows.Put(new ProjectedOrganization { Organization = e.Organization, Higher = e.Higher, Kind = e.Kind }, e.By));
        On<MemberAppointed>((rows, e) =>
            rows.Put(new ProjectedPost { Member = e.Member, Organization = e.Organization, Post = e.Post, From = e.From, Until = e.Until }, e.By));
        On<AppointmentEnded>(End);

        // There are few.
        NotInTables<SiteRegistered>();
        NotInTables<SiteRemoved>();
    }

    public override void Map(ModelBuilder model)
    {
        model.Entity<ProjectedOrganization>(e =>
        {
            e.ToTable("Organizations").HasKey(r => r.Organization);
            e.HasIndex(r => r.Higher);
        });
        model.Entity<ProjectedPost>(e =>
        {
            e.ToTable("Posts").HasKey(r => new { r.Member, r.Organization, r.Post, r.From });
            e.HasIndex(r => r.Organization);
        });
    }

    private static void Found(ProjectionRows rows, NetworkFounded e)
    {
        rows.Put(new ProjectedOrganization { Organization = e.Committee, Kind = OrganizationKind.PrimaryPartyCommittee }, e.Officer);
        rows.Put(
            new ProjectedPost { Member = e.Officer, Organization = e.Committee, Post = Post.OrganizationOfficer, From = rows.At.Time.BeijingDate }, e.Officer);
    }

    // One that has not begun is taken away whole; one that is under way gets its last day.
    private static void End(ProjectionRows rows, AppointmentEnded e)
    {
        rows.Execute(
            $"""
            DELETE FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" = (SELECT MIN("From") FROM "Posts" WHERE "Member" = {e.Member} AND "Organization" = {e.Organization}
            AND "Post" = {e.Post} AND "From" > {e.LastDay})
            AND NOT EXISTS (SELECT 1 FROM "Posts" p WHERE p."Member" = {e.Member} AND p."Organization" = {e.Organization}
            AND p."Post" = {e.Post} AND p."From" <= {e.LastDay} AND (p."Until" IS NULL OR p."Until" > {e.LastDay}))
            """);
        rows.Execute(
            $"""
            UPDATE "Posts" SET "Until" = {e.LastDay}
            WHERE "Member" = {e.Member} AND "Organization" = {e.Organization} AND "Post" = {e.Post}
            AND "From" <= {e.LastDay} AND ("Until" IS NULL OR "Until" > {e.LastDay})
            """);
    }
}
