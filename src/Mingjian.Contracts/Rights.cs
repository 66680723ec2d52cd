using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts;

/// <summary>What posts may do: the one table, of which pages, menus and endpoints name rights and never posts.</summary>
/// <remarks>The table is code, so it changes only with a protocol that every node activates at one height.</remarks>
public static class Rights
{
    /// <summary>Every right once, in the order of its number.</summary>
    public static IReadOnlyList<RightGrant> Table { get; } =
        [.. OrganizationsRights.All.Concat(MembersRights.All).Concat(DuesRights.All).OrderBy(g => g.Right)];

    /// <summary>The line of a right; null for a number that is none.</summary>
    public static RightGrant? Find(Right right)
    {
        foreach (var grant in Table)
        {
            if (grant.Right == right)
            {
                return grant;
            }
        }

        return null;
    }

    /// <inheritdoc cref="RightGrant.Allows"/>
    public static bool Allows(IStateReader state, MemberId member, Right right, OrganizationId organization, DateOnly date) =>
        Find(right)?.Allows(state, member, organization, date) ?? false;

    /// <summary>Whether the table gives a post a right, and how far; null when it does not.</summary>
    public static Reach? Granted(Post post, Right right) => Find(right)?.Of(post);
}
