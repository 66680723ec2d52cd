using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Kernel;

/// <summary>What JSON decoding leaves open: enum values, calendar range, list sizes and null elements.</summary>
internal static class Form
{
    /// <summary>The Party was founded; no admission is older.</summary>
    private static readonly DateOnly Earliest = new(1921, 7, 1);

    private static readonly DateOnly Latest = new(2999, 12, 31);

    public static bool IsDefined<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value);

    public static bool IsDate(DateOnly date) => date >= Earliest && date <= Latest;

    public static bool IsDate(DateOnly? date) => date is not { } value || IsDate(value);

    /// <summary>Between 1 and <paramref name="max"/> elements, none of them null.</summary>
    public static bool IsList<T>(IReadOnlyList<T> list, int max)
    {
        if (list.Count < 1 || list.Count > max)
        {
            return false;
        }

        foreach (var item in list)
        {
            if (item is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>At least one signing key is bound to a member.</summary>
    public static bool HasMember(this DecisionContext context)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.Member is not null)
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsSignedBy(this DecisionContext context, MemberId member)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.Member == member)
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsSignedBy(this DecisionContext context, PublicKeyValue key)
    {
        foreach (var actor in context.Actors)
        {
            if (actor.PublicKey == key)
            {
                return true;
            }
        }

        return false;
    }
}
