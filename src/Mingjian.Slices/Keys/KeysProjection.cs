using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Projections;

namespace Mingjian.Slices.Keys;

/// <summary>Whose keys there are, and invitations to bind further ones.</summary>
internal sealed class KeysProjection : Projection
{
    public KeysProjection()
        : base("keys", version: 1, "members", "organizations")
    {
        On<NetworkFounded>((rows, e) => Bind(rows, e.Officer, e.Key));
        On<InvitationIssued>((rows, e) => rows.Put(
            new ProjectedInvitation { Invitation = e.Key.Id, Member = e.Member, Issued = rows.At.Time, Expires = e.Expires }, e.By));
        On<InvitationWithdrawn>((rows, e) => End(rows, e.Invitation));
        On<KeyBound>((rows, e) =>
        {
            Bind(rows, e.Member, e.Key);
            End(rows, e.Invitation);
        });
        On<KeyRevoked>((rows, e) => rows.Update<ProjectedKey>(
            [e.Key], (nameof(ProjectedKey.Revoked), rows.At.Time), (nameof(ProjectedKey.RevocationReason), e.Reason)));

        // What an invitation still needs is the ledger's to say.
        NotInTables<InvitationConfirmed>();
    }

    public override void Map(ModelBuilder model)
    {
        model.Entity<ProjectedKey>(e =>
        {
            e.ToTable("Keys").HasKey(r => r.Key);
            e.HasIndex(r => r.Member);
        });
        model.Entity<ProjectedInvitation>(e =>
        {
            e.ToTable("Invitations").HasKey(r => r.Invitation);
            e.HasIndex(r => r.Member);
            e.HasIndex(r => r.Ended);
        });
    }

    private static void End(ProjectionRows rows, KeyId invitation) =>
        rows.Update<ProjectedInvitation>([invitation], (nameof(ProjectedInvitation.Ended), rows.At.Time));

    private static void Bind(ProjectionRows rows, MemberId member, PublicKeyValue key) =>
        rows.Put(new ProjectedKey { Key = key.Id, Member = member, PublicKey = key, Since = rows.At.Time });
}
