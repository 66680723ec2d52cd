using Mingjian.Contracts.Keys;
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
        member     | code | after    | signer | key   | outcome
        unknown    | 99   | 3600000  | 1      | 13    | MemberUnknown
        withdrawn  | 9    | 3600000  | 1      | 13    | MemberWithdrawn
        wang       | 99   | 3600000  | 1      | 13    | CodeUnknown
        wang       | 8    | 3600000  | 1      | 13    | WrongMember
        wang       | 2    | 3600000  | 1      | 13    | CodeUsed
        wang       | 1    | 3600001  | 1      | 13    | CodeExpired
        wang       | 1    | 3600000  | 1      | 13    | CodeExpired
        wang       | 1    | 3599999  | 1      | 13    | KeyDidNotSign
        wang       | 1    | 3599999  | 13     | 13    | KeyTaken
        wang       | 1    | 3599999  | 19     | 19    | KeyTaken
        # the code's own key, or another invitation's, becomes nobody's
        wang       | 22   | 3599999  | 300    | 50022 | KeyTaken
        wang       | 22   | 3599999  | 50001  | 50001 | KeyTaken
        collectorA | 8    | 3599999  | 300    | 300   | TooManyKeys
        noStandard | 14   | 3599999  | 300    | 300   | InvitationLapsed
        wang       | 21   | 3599999  | 300    | 300   | CodeWithdrawn
        wang       | 1    | 3599999  | 300    | 300   | NotConfirmed
        wang       | 23   | 86400000 | 300    | 300   | NotConfirmed
        wang       | 20   | 86399999 | 300    | 300   | NotOpenYet
        wang       | 20   | 86400000 | 300    | 300   | accepted
        wang       | 22   | 3599999  | 300    | 300   | accepted
        """;

    internal const string Confirming = """
        signed                | member | code | after     | outcome
        nobody                | wang   | 99   | 0         | SignerNotAMember
        secretaryD            | wang   | 99   | 0         | InvitationUnknown
        secretaryD            | retired | 2   | 0         | InvitationUnknown
        secretaryD            | wang   | 2    | 0         | InvitationClosed
        secretaryD            | wang   | 21   | 0         | InvitationClosed
        secretaryD            | wang   | 1    | 3600000   | InvitationClosed
        secretaryD            | wang   | 22   | 0         | NothingToConfirm
        secretaryD            | wang   | 20   | 0         | NothingToConfirm
        secretaryD            | noStandard | 14 | 0       | NothingToConfirm
        secretaryD            | wang   | 1    | 0         | MayNotConfirm
        wang                  | wang   | 1    | 0         | MayNotConfirm
        secretaryA            | wang   | 1    | 0         | MayNotConfirm
        secretaryA+wang       | wang   | 1    | 0         | MayNotConfirm
        founder               | wang   | 1    | 0         | ConfirmerNotIndependent
        officerTop            | wang   | 1    | 0         | ExpiresBeforeOpening
        officerTop            | wang   | 23   | 777600000 | ExpiresBeforeOpening
        officerTop            | wang   | 23   | 777599999 | accepted
        founder+officerTop    | wang   | 23   | 0         | accepted
        """;

    internal const string Ending = """
        signed     | member  | code | after   | outcome
        nobody     | wang    | 99   | 0       | SignerNotAMember
        secretaryD | wang    | 99   | 0       | InvitationUnknown
        secretaryD | retired | 23   | 0       | InvitationUnknown
        secretaryD | wang    | 2    | 0       | MayNotWithdrawInvitation
        collectorA | wang    | 23   | 0       | MayNotWithdrawInvitation
        wang       | wang    | 2    | 0       | InvitationClosed
        wang       | wang    | 21   | 0       | InvitationClosed
        wang       | wang    | 1    | 3600000 | InvitationClosed
        wang       | wang    | 1    | 3599999 | accepted
        secretaryA | wang    | 23   | 0       | accepted
        officerTop | wang    | 20   | 0       | accepted
        founder    | wang    | 23   | 0       | accepted
        # who issued it may take it back after leaving office
        manyPosts  | noStandard | 14 | 0      | accepted
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
            return ledger.Decide(
                new IssueInvitation(
                    World.Person(row["member"]), row["code"] == "used" ? Code(1) : Code(400),
                    ledger.Time.AddMilliseconds(long.Parse(row["expires"]))),
                World.Signed(row["signed"]));
        });

    [Fact]
    public void Binding_a_key_is_refused_in_order_of_precedence() =>
        Table.Parse(Binding).Check(row =>
        {
            var ledger = World.Open();
            ledger.Time = ledger.Time.AddMilliseconds(long.Parse(row["after"]));
            return ledger.Decide(
                new BindKey(World.Person(row["member"]), Key(int.Parse(row["key"]))), Redeeming(int.Parse(row["code"]), int.Parse(row["signer"])));
        });

    [Fact]
    public void Confirming_is_refused_in_order_of_precedence() =>
        Table.Parse(Confirming).Check(row =>
        {
            var ledger = World.Open();
            ledger.Time = ledger.Time.AddMilliseconds(long.Parse(row["after"]));
            return ledger.Decide(
                new ConfirmInvitation(World.Person(row["member"]), Code(int.Parse(row["code"])).Id), World.Signed(row["signed"]));
        });

    [Fact]
    public void Withdrawing_is_refused_in_order_of_precedence() =>
        Table.Parse(Ending).Check(row =>
        {
            var ledger = World.Open();
            ledger.Time = ledger.Time.AddMilliseconds(long.Parse(row["after"]));
            return ledger.Decide(
                new WithdrawInvitation(World.Person(row["member"]), Code(int.Parse(row["code"])).Id), World.Signed(row["signed"]));
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
        ledger.Must(new BindKey(World.CollectorA, Key(300)), Redeeming(8, 300));
        Assert.Equal(MemberKeysRecord.Max, ledger.KeysOf(World.CollectorA)!.Keys.Count);
    }

    [Fact]
    public void An_invitation_works_once()
    {
        var ledger = World.Open();
        ledger.Must(new BindKey(World.Wang, Key(300)), Redeeming(22, 300));
        Assert.Equal("CodeUsed", ledger.Submit(new BindKey(World.Wang, Key(301)), Redeeming(22, 301)).Rejection?.Name);
    }

    [Fact]
    public void The_key_of_an_invitation_is_found_for_its_own_binding_alone_and_only_while_it_is_open()
    {
        var ledger = World.Open();
        var directory = new KeyDirectory();
        var bind = new BindKey(World.Wang, Key(300));
        Assert.Equal(new Contracts.Sdk.Actor(Code(22).Id, Code(22), null), directory.Find(ledger, Code(22).Id, bind));
        Assert.Null(directory.Find(ledger, Code(22).Id));
        Assert.Null(directory.Find(ledger, Code(22).Id, bind with { Member = World.CollectorA }));
        Assert.Null(directory.Find(ledger, Code(22).Id, new WithdrawInvitation(World.Wang, Code(22).Id)));
        Assert.Null(directory.Find(ledger, Code(2).Id, bind));
        Assert.Null(directory.Find(ledger, Code(21).Id, bind));
        Assert.Equal(World.Wang, directory.Find(ledger, Key(13).Id, bind)!.Member);

        Assert.False(directory.MayFound(ledger, bind));
        Assert.False(directory.MayFound(ledger, new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1))));
        Assert.True(directory.MayFound(new TestLedger(), new FoundNetwork(World.Top, Hash(1), World.Founder, Key(1))));
    }

    [Fact]
    public void A_redeemed_invitation_keeps_the_import_of_the_member_from_being_withdrawn()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.Unused, Code(400), ledger.Time.AddMilliseconds(Day)), By(World.Founder));
        Assert.Null(ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection);
        ledger.Must(new BindKey(World.Unused, Key(300)), Redeeming(400, 300));
        Assert.Equal("ImportInUse", ledger.Decide(new WithdrawImport(World.UnusedImport), By(World.Founder)).Rejection?.Name);
    }

    [Fact]
    public void A_code_kept_back_does_not_open_a_post_that_its_issuer_does_not_reach()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.MemberD, Code(400), ledger.Time.AddMilliseconds(Day)), By(World.SecretaryD));
        Assert.Null(ledger.Decide(new BindKey(World.MemberD, Key(300)), Redeeming(400, 300)).Rejection);

        ledger.Must(new AppointToPost(World.MemberD, World.Top, Post.Auditor, D("2026-11-22"), null), By(World.Founder));
        Assert.Equal("InvitationLapsed", ledger.Decide(new BindKey(World.MemberD, Key(300)), Redeeming(400, 300)).Rejection?.Name);
    }

    [Fact]
    public void A_secretary_cannot_reach_an_officers_post_through_an_invitation()
    {
        var ledger = World.Open();
        ledger.Must(new AppointToPost(World.MemberD, World.Top, Post.Auditor, D("2027-01-01"), null), By(World.Founder));
        var invite = new IssueInvitation(World.MemberD, Code(400), ledger.Time.AddMilliseconds(Day));
        Assert.Equal("InviteeOutranksSigner", ledger.Decide(invite, By(World.SecretaryD)).Rejection?.Name);
    }

    [Fact]
    public void An_invitations_key_is_of_the_scheme_that_a_code_gives()
    {
        var ledger = World.Open();
        var passkey = PublicKeyValue.From("webauthn-es256", Code(400).Point);
        var invite = new IssueInvitation(World.Wang, passkey, ledger.Time.AddMilliseconds(Day));
        Assert.Equal("Malformed", ledger.Decide(invite, By(World.SecretaryA)).Rejection?.Name);
    }
}
