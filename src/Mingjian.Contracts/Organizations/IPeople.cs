using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Organizations;

/// <summary>What <c>organizations</c> asks of the register of people, which comes after it and answers (<c>members</c>).</summary>
/// <remarks>Posts are held by people, and people are admitted by post: somebody has to come first. Here it is the tree, and this is all that it asks.</remarks>
internal interface IPeople
{
    /// <summary>Whether a member counts: false when the member's import has been withdrawn, null when there is no such member.</summary>
    bool? FindActive(IStateReader state, MemberId member);

    /// <summary>From now on something depends on the member.</summary>
    void MarkInUse(IStateReader state, MemberId member, IStateWriter writes);

    /// <summary>Makes the first officer a member, with a key; nobody has imported him or her.</summary>
    void Found(NetworkFounded founded, DecisionContext context, IStateWriter writes);
}
