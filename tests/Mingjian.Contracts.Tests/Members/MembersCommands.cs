using Mingjian.Contracts.Members;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Members;

/// <summary>Random acts of <c>members</c>.</summary>
internal sealed class MembersCommands(Random64 random, TestLedger ledger) : CommandSource(random, ledger)
{
    public override (ICommand Command, Actor[] Actors) Next() => Random.OneIn(3) ? (Roster(), Officer()) : Key();

    private (ICommand Command, Actor[] Actors) Key()
    {
        var n = 600 + Random.Below(2);
        var code = Random.Pick(n, n, 20, 22, 23);
        var member = Ledger.Invitation(Code(code).Id)?.Member ?? Person();
        return Random.Below(7) switch
        {
            0 or 1 => Invite(n),
            2 or 3 => (new BindKey(member, Ids.Key(n)), Redeeming(code, n)),
            4 => (new ConfirmInvitation(member, Code(code).Id), Officer()),
            5 => (new WithdrawInvitation(member, Code(code).Id), Staff()),
            _ => (new RevokeKey(Ids.Key(Random.OneIn(2) ? n : 13).Id, Enumerate<KeyRevocationReason>()), Staff()),
        };
    }

    private (ICommand Command, Actor[] Actors) Invite(int n)
    {
        var member = Payer();
        return (
            new IssueInvitation(member, Code(n), Ledger.Time.AddMilliseconds(Random.Below(4) * 900_000_000L)),
            Random.OneIn(3) ? [By(member)] : Staff());
    }

    private MembersCommand Roster()
    {
        var import = Import(1 + Random.Below(8));
        if (Random.OneIn(3))
        {
            return new WithdrawImport(import);
        }

        return new ImportMembers(
            import, Random.Below(3), 2 + Random.Below(2),
            [.. Some(() => World.NewRow(40 + Random.Below(8), Place()) with { Member = Member(Random.Below(2) * 40 + 30 + Random.Below(20)) })]);
    }
}
