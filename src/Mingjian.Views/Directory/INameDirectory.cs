using Mingjian.Primitives;

namespace Mingjian.Views.Directory;

/// <summary>Names of people and organisations for display. They live in the vault, never on the ledger.</summary>
/// <remarks>An id that the vault does not know is missing from the answer; show <see cref="ShortId"/> for it.</remarks>
public interface INameDirectory
{
    ValueTask<IReadOnlyDictionary<MemberId, string>> FindAsync(
        IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default);

    ValueTask<IReadOnlyDictionary<OrganizationId, string>> FindAsync(
        IReadOnlyCollection<OrganizationId> organizations, CancellationToken cancellationToken = default);
}

/// <summary>Writes names into the vault before the act that commits to them is signed.</summary>
/// <remarks>A name whose act never becomes final stays unseen and may be swept. Callers have checked the right to do the act.</remarks>
public interface INameRegistry
{
    /// <summary>Stores the name under a fresh salt and returns the commitment, context <c>o-…/name/1</c>.</summary>
    /// <param name="organization">Fresh and random.</param>
    /// <param name="name">1 to 60 characters, kept in Unicode NFC.</param>
    Task<Hash32> RegisterAsync(OrganizationId organization, string name, CancellationToken cancellationToken = default);

    /// <summary>As above for a person who enters the ledger without a roster row (the first officer), context <c>m-…/name/1</c>.</summary>
    Task<Hash32> RegisterAsync(MemberId member, string name, CancellationToken cancellationToken = default);
}

/// <summary>How an id is shown where no name is known.</summary>
public static class ShortId
{
    /// <summary>Kind and the first eight digits: <c>m-1a2b3c4d…</c>.</summary>
    public static string Of<T>(T id)
        where T : struct, ILedgerId<T> => string.Concat(id.ToString().AsSpan(0, 10), "…");
}
