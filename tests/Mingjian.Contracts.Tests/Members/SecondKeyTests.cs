using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Members;

/// <summary>Attacks on somebody else's signature: a second key without its owner, and two signatures of one person.</summary>
public sealed class SecondKeyTests
{
    private const long Day = 24L * 3600 * 1000;

    [Fact]
    public void An_officer_alone_binds_no_second_key_for_somebody_who_has_one()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.Wang, Code(400), ledger.Time.AddMilliseconds(10 * Day)), By(World.Founder));
        Assert.Equal("NotConfirmed", Bind(ledger, World.Wang, 400));
        Assert.Equal("MayNotConfirm", ledger.Decide(new ConfirmInvitation(World.Wang, Code(400).Id), By(World.Founder)).Rejection?.Name);
    }

    [Fact]
    public void Revoking_a_persons_keys_first_does_not_make_that_person_new()
    {
        var ledger = World.Open();
        ledger.Must(new RevokeKey(Key(13).Id, KeyRevocationReason.Lost), By(World.Founder));
        Assert.Empty(ledger.KeysOf(World.Wang)!.Keys);
        ledger.Must(new IssueInvitation(World.Wang, Code(400), ledger.Time.AddMilliseconds(10 * Day)), By(World.Founder));
        Assert.Equal("NotConfirmed", Bind(ledger, World.Wang, 400));
    }

    [Fact]
    public void The_founding_officer_counts_as_having_a_key()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.Founder, Code(400), ledger.Time.AddMilliseconds(10 * Day)), By(World.OfficerTop));
        Assert.Equal("NotConfirmed", Bind(ledger, World.Founder, 400));
    }

    [Fact]
    public void A_first_invitation_kept_back_is_none_once_the_person_has_a_key()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.MemberD, Code(400), ledger.Time.AddMilliseconds(10 * Day)), By(World.Founder));
        ledger.Must(new IssueInvitation(World.MemberD, Code(401), ledger.Time.AddMilliseconds(10 * Day)), By(World.Founder));
        ledger.Must(new BindKey(World.MemberD, Key(300)), Redeeming(400, 300));
        Assert.Equal("NotConfirmed", Bind(ledger, World.MemberD, 401));
    }

    [Fact]
    public void A_device_is_added_with_ones_own_key_and_by_nobody_else()
    {
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.Wang, Code(400), ledger.Time.AddMilliseconds(Day)), By(World.Wang));
        ledger.Must(new BindKey(World.Wang, Key(300)), Redeeming(400, 300));
        Assert.Equal((World.Wang, null), (ledger.KeyRecord(Key(300).Id)!.By, ledger.KeyRecord(Key(300).Id)!.ConfirmedBy));
        Assert.Equal([World.SecretaryA, World.Founder], ledger.KeysOf(World.Wang)!.Behind);
    }

    [Fact]
    public void What_a_stolen_key_invited_is_worth_nothing_once_the_key_is_revoked()
    {
        var ledger = World.Open();
        var own = new Contracts.Sdk.Actor(Key(13).Id, Key(13), World.Wang);
        ledger.Must(new IssueInvitation(World.Wang, Code(400), ledger.Time.AddMilliseconds(Day)), own);
        ledger.Must(new RevokeKey(Key(13).Id, KeyRevocationReason.Compromised), own);
        Assert.Equal("InvitationLapsed", Bind(ledger, World.Wang, 400));
    }

    [Fact]
    public void A_confirmation_by_a_key_that_is_revoked_since_or_by_somebody_dismissed_is_none()
    {
        var ledger = World.Open();
        ledger.Time = ledger.Time.AddMilliseconds(2 * Day);
        Assert.Null(Bind(ledger, World.Wang, 20));
        var dismissed = ledger.Clone();
        dismissed.Must(new EndAppointment(World.OfficerTop, World.Top, Post.OrganizationOfficer, D("2026-11-23")), By(World.Founder));
        Assert.Equal("InvitationLapsed", Bind(dismissed, World.Wang, 20));
        ledger.Must(new RevokeKey(Key(15).Id, KeyRevocationReason.Compromised), By(World.Founder));
        Assert.Equal("InvitationLapsed", Bind(ledger, World.Wang, 20));
    }

    [Fact]
    public void Who_stands_behind_a_confirmed_key_is_both_officials_and_their_inviters()
    {
        var ledger = World.Open();
        ledger.Time = ledger.Time.AddMilliseconds(Day);
        ledger.Must(new BindKey(World.Wang, Key(300)), Redeeming(20, 300));
        var key = ledger.KeyRecord(Key(300).Id)!;
        Assert.Equal((World.SecretaryA, World.OfficerTop), (key.By, key.ConfirmedBy));
        Assert.Equal([World.SecretaryA, World.Founder, World.OfficerTop], ledger.KeysOf(World.Wang)!.Behind);
        Assert.False(KeyChain.AreIndependent(ledger, World.Wang, World.OfficerTop));
    }

    [Fact]
    public void A_chain_of_straw_people_leads_back_to_whoever_began_it()
    {
        // The officer holds the keys of two people who never had one, the second invited by the first.
        var ledger = World.Open();
        ledger.Must(new IssueInvitation(World.SecretaryD, Code(400), ledger.Time.AddMilliseconds(Day)), By(World.OfficerGeneral));
        ledger.Must(new BindKey(World.SecretaryD, Key(300)), Redeeming(400, 300));
        ledger.Must(new IssueInvitation(World.MemberD, Code(401), ledger.Time.AddMilliseconds(Day)), By(World.SecretaryD));
        ledger.Must(new BindKey(World.MemberD, Key(301)), Redeeming(401, 301));
        Assert.Equal([World.SecretaryD, World.OfficerGeneral], ledger.KeysOf(World.MemberD)!.Behind);
        Assert.False(KeyChain.AreIndependent(ledger, World.OfficerGeneral, World.MemberD));
        Assert.False(KeyChain.AreIndependent(ledger, World.MemberD, World.OfficerGeneral));
        Assert.False(KeyChain.AreIndependent(ledger, World.SecretaryD, World.MemberD));

        // Two whom a third invited are two; nobody is two alone.
        Assert.True(KeyChain.AreIndependent(ledger, World.SecretaryA, World.OfficerTop));
        Assert.False(KeyChain.AreIndependent(ledger, World.SecretaryA, World.Founder));
        Assert.False(KeyChain.AreIndependent(ledger, World.Wang, World.Wang));
    }

    [Fact]
    public void A_chain_is_what_it_was_when_the_key_was_bound()
    {
        // The founder loses the key and gets one from two officials: they do not come to stand behind everybody whom the founder invited before.
        var ledger = World.Open();
        ledger.Must(new AppointToPost(World.Auditor, World.Top, Post.OrganizationOfficer, D("2026-11-22"), null), By(World.Founder));
        ledger.Must(new IssueInvitation(World.Founder, Code(400), ledger.Time.AddMilliseconds(10 * Day)), By(World.OfficerTop));
        ledger.Must(new ConfirmInvitation(World.Founder, Code(400).Id), By(World.Auditor));
        ledger.Time = ledger.Time.AddMilliseconds(Day);
        ledger.Must(new BindKey(World.Founder, Key(300)), Redeeming(400, 300));
        Assert.Equal([World.OfficerTop, World.Auditor], ledger.KeysOf(World.Founder)!.Behind);
        Assert.True(KeyChain.AreIndependent(ledger, World.SecretaryA, World.OfficerTop));
    }

    private static string? Bind(TestLedger ledger, MemberId member, int code) =>
        ledger.Decide(new BindKey(member, Key(999)), Redeeming(code, 999)).Rejection?.Name;
}
