using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Members;

/// <summary>Answers what <c>organizations</c> asks of people.</summary>
internal sealed class MemberRegister : IPeople
{
    public bool? FindActive(IStateReader state, MemberId member) => state.Member(member) is { } record ? state.IsActive(record) : null;

    public void MarkInUse(IStateReader state, MemberId member, IStateWriter writes) => MembersState.MarkInUse(state, member, writes);

    public void Found(NetworkFounded founded, DecisionContext context, IStateWriter writes)
    {
        writes.Put(
            MembersState.Members.Key(founded.Officer),
            new MemberRecord(
                founded.Officer, founded.Committee, MemberStanding.FullMember, context.Today, context.Today, null, null, null));
        writes.Put(KeysState.Keys.Key(founded.Key.Id), new KeyRecord(founded.Key, founded.Officer, context.Time, null, null, null, null));
        writes.Put(KeysState.MemberKeys.Key(founded.Officer), new MemberKeysRecord([founded.Key.Id], []));
    }
}
