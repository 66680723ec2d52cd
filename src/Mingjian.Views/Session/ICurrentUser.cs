using Mingjian.Contracts;
using Mingjian.Contracts.Kernel;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Views.Session;

/// <summary>Who is signed in, in a request or in an interactive circuit alike.</summary>
/// <remarks>
/// Every call re-checks the session, and on the ledger that the session's key is still bound to the member; posts are read from the
/// ledger at its head. So an answer is never older than the call. Services must ask again for each act and refuse on null.
/// </remarks>
public interface ICurrentUser
{
    /// <summary>The person, or null when nobody is signed in, the session ended, or the key was revoked.</summary>
    ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default);
}

/// <summary>A signed-in member.</summary>
/// <param name="Member">The person on the ledger.</param>
/// <param name="DisplayName">From the vault; the id's short form where the vault knows no name.</param>
/// <param name="Key">The key that opened the session and will sign acts.</param>
/// <param name="Scheme"><c>es256</c> (this device's key) or <c>webauthn-es256</c> (passkey).</param>
/// <param name="Posts">Appointments in force today (Beijing date of now).</param>
public sealed record CurrentUser(
    MemberId Member, string DisplayName, KeyId Key, string Scheme, IReadOnlyList<HeldPost> Posts)
{
    /// <summary>Holds a right in some organisation, by the contracts' own table. For menus and for whole pages; services ask for the organisation in question.</summary>
    public bool Holds(Right right) => Posts.Any(p => Rights.Granted(p.Post, right) is not null);

    /// <summary>Holds any post, so the staff pages are of use to this person.</summary>
    public bool IsStaff => Posts.Count > 0;
}

/// <summary>One appointment in force.</summary>
/// <param name="Organization">Where.</param>
/// <param name="Post">As what.</param>
/// <param name="From">First day.</param>
/// <param name="Until">Last day; null = until revoked.</param>
public sealed record HeldPost(OrganizationId Organization, Post Post, DateOnly From, DateOnly? Until);
