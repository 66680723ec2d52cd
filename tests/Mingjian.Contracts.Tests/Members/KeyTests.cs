using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Members;

public sealed class KeyTests
{
    private const long Day = 24L * 3600 * 1000;

    internal const string Inviting = """
        signed     | member         | expires    | code | outcome
        nobody     | unknown        | 0          | used | SignerNotAMember
        secretaryD | unknown        | 0          | used | MemberUnknown
        secretaryD | withdrawn      | 0          | used | MemberWithdrawn
        secretaryD | wang           | 0          | used | MayNotInvite
        collectorA | wang           | 0          | used | MayNotInvite
        auditor    | wang           | 0          | used | MayNotInvite
        secretaryD | officerGeneral | 0          | used | InviteeOutranksSigner
        secretaryD | memberD        | -1         | used | ExpiryPast
        secretaryD | memberD        | 0          | used | ExpiryPast
        secretaryD | memberD        | 2592000001 | used | ExpiryTooFar
        secretaryD | memberD        | 2592000000 | used | CodeRepeated
        secretaryD | memberD        | 2592000000 | new  | accepted
        secretaryD | memberD        | 1          | new  | accepted
        officerTop | officerGeneral | 1          | new  | accepted
        founder    | founder        | 1          | new  | accepted
        # officers invite below; the lower officer does not invite the higher, who belongs to a branch elsewhere
        officerGeneral | memberD    | 1          | new  | accepted
        officerGeneral | officerTop | 1          | new  | MayNotInvite
        """;

    internal const string Binding = """
        member     | code | after   | signer | key | outcome
        unknown    | 99   | 3600000 | 1      | 13  | MemberUnknown
        withdrawn  | 9    | 3600000 | 1      | 13  | MemberWithdrawn
        wang       | 99   | 3600000 | 1      | 13  | CodeUnknown
        wang       | 8    | 3600000 | 1      | 13  | WrongMember
        wang       | 2    | 3600000 | 1      | 13  | CodeUsed
        wang       | 1    | 3600001 | 1      | 13  | CodeExpired
        wang       | 1    | 3600000 | 1      | 13  | CodeExpired
        wang       | 1    | 3599999 | 1      | 13  | KeyDidNotSign
        wang       | 1    | 3599999 | 13     | 13  | KeyTaken
        wang       | 1    | 3599999 | 19     | 19  | KeyTaken
        collectorA | 8    | 3599999 | 300    | 300 | TooManyKeys
        noStandard | 14   | 3599999 | 300    | 300 | InvitationLapsed
        wang       | 1    | 3599999 | 300    | 300 | accepted
        """;

    internal const string Revoking = """
        reason | signed         | key | outcome
        0      | nobody         | 999 | Malformed
        5      | nobody         | 999 | Malformed
        1      | nobody         | 999 | SignerNotAMember
        1      | secretaryD     | 999 | KeyUnknown
        1      | secretaryD     | 19  | MayNotRevoke
        1      | auditor        | 19  | MayNotRevoke
        1      | retired        | 19  | AlreadyRevoked
        1      | wang           | 13  | accepted
        4      | founder        | 13  | accepted
        # a lower officer does not revoke a higher one's key
        1      | officerGeneral | 15  | MayNotRevoke
        1      | founder        | 15  | accepted
        """;

    [Fact]
    public void Inviting_is_refused_in_order_of_precedence() =>
        Table.Parse(Inviting).Check(row =>
        {
            var ledger = World.Open();
            var hash = MembersState.CodeHash(Code(row["code"] == "used" ? 1 : 400));
            return ledger.Decide(
                new IssueInvitation(World.Person(row["member"]), hash, ledger.Time.AddMilliseconds(long.Parse(row["expires"]))),
                World.Signed(row["signed"]));
        });

    [Fact]
    public void Binding_a_key_is_refused_in_order_of_precedence() =>
        Table.Parse(Binding).Check(row =>
        {
            var ledger = World.Open();
            ledger.Time = ledger.Time.AddMilliseconds(long.Parse(row["after"]));
            return ledger.Decide(
                new BindKey(World.Person(row["member"]), Code(int.Parse(row["code"])), Key(int.Parse(row["key"]))),
                Unbound(int.Parse(row["signer"])));
        });

    [Fact]
    public void Revoking_a_key_is_refused_in_order_of_precedence() =>
        Table.Parse(Revoking).Check(row => World.Open().Decide(
            new RevokeKey(Key(int.Parse(row["key"])).Id, (KeyRevocationReason)int.Parse(row["reason"])), World.Signed(row["signed"])));

    [Fact]
    public void A_bound_key_speaks_for_its_member_until_it_is_revoked()
    {
        var ledger = World.Open();
        var directory = new KeyDirectory();
        Assert.Equal(World.Wang, directory.Find(ledger, Key(13).Id)!.Member);
        Assert.Equal(Key(13), directory.Find(ledger, Key(13).Id)!.PublicKey);

        ledger.Must(new RevokeKey(Key(13).Id, KeyRevocationReason.Replaced), By(World.Wang));
        Assert.Null(directory.Find(ledger, Key(13).Id));
        Assert.Null(directory.Find(ledger, Key(999).Id));
        Assert.Empty(ledger.KeysOf(World.Wang)!.Keys);
    }

    [Fact]
    public void A_revoked_key_makes_room_for_another()
    {
        var ledger = World.Open();
        ledger.Must(new RevokeKey(Key(103).Id, KeyRevocationReason.Lost), By(World.CollectorA));
        ledger.Must(new BindKey(World.CollectorA, Code(8), Key(300)), Unbound(300));
        Assert.Equal(MemberKeysRecord.Max, ledger.KeysOf(World.CollectorA)!.Keys.Count);
    }

    [Fact]
    public void An_invitation_works_once()
    {
        var ledger = World.Open();
        ledger.Must(new BindKey(World.Wang, Code(1), Key(300)), Unbound(300));
        Assert.Equal("CodeUsed", ledger.Submit(new BindKey(World.Wang, Code(1), Key(301)), Unbound(301)).Rejection?.Name);
    }

    [Fact]
    public void A_redeemed_invitation_keeps_the_import_of_the_member_from_being_withdrawn()
    {
        var ledger = World.Open();
        var hash = MembersState.CodeHash(Code(400));
        ledger.Must(new IssueInvitation(World.Unused, hash, ledger.Time.AddMilliseconds(Day)), By(World.Founder));
        Assert.Null(ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection);
        ledger.Must(new BindKey(World.Unused, Code(400), Key(300)), Unbound(300));
        Assert.Equal("ImportInUse", ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection?.Name);
    }

    [Fact]
    public void A_code_kept_back_does_not_open_a_post_that_its_issuer_does_not_reach()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.MemberD, MembersState.CodeHash(Code(400)), ledger.Time.AddMilliseconds(Day)), By(World.SecretaryD));
        Assert.Null(ledger.Decide(new BindKey(World.MemberD, Code(400), Key(300)), Unbound(300)).Rejection);

        ledger.Must(new AppointToPost(World.MemberD, World.Top, Post.Auditor, D("2026-11-22"), null), By(World.Founder));
        Assert.Equal(
            "InvitationLapsed", ledger.Decide(new BindKey(World.MemberD, Code(400), Key(300)), Unbound(300)).Rejection?.Name);
    }

    [Fact]
    public void A_secretary_cannot_reach_an_officers_post_through_an_invitation()
    {
        var ledger = World.Open();
        ledger.Must(new AppointToPost(World.MemberD, World.Top, Post.Auditor, D("2027-01-01"), null), By(World.Founder));
        var invite = new IssueInvitation(World.MemberD, Hash(7), ledger.Time.AddMilliseconds(Day));
        Assert.Equal("InviteeOutranksSigner", ledger.Decide(invite, By(World.SecretaryD)).Rejection?.Name);
    }
}
