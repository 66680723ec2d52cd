namespace Mingjian.Contracts.Organizations;

/// <summary>Why <c>organizations</c> refuses; in order of precedence, numbers never reused.</summary>
public enum OrganizationsRejection
{
    /// <summary>A value is outside what its field can hold.</summary>
    Malformed = 1001,

    /// <summary>None of the signing keys is bound to a member.</summary>
    SignerNotAMember = 1002,

    /// <summary>The network exists already.</summary>
    AlreadyFounded = 1101,

    /// <summary>The introduced key did not sign.</summary>
    KeyDidNotSign = 1102,

    /// <summary>A ledger of several organisations whose network agreement is not signed yet.</summary>
    AgreementMissing = 1103,

    /// <summary>It came through another node than the first of the network agreement.</summary>
    NotTheFirstNode = 1104,

    /// <summary>The organisation named as higher does not exist.</summary>
    HigherUnknown = 1201,

    /// <summary>No signer is officer of the higher organisation or of one above it.</summary>
    MayNotEstablish = 1202,

    /// <summary>The id is taken.</summary>
    OrganizationExists = 1203,

    /// <summary>A branch has nothing below it; a general branch has only branches below it.</summary>
    KindDoesNotFit = 1204,

    /// <summary>The tree would become deeper than <see cref="OrganizationRecord.MaxDepth"/>.</summary>
    TooDeep = 1205,

    /// <summary>The organisation of the post does not exist.</summary>
    OrganizationUnknown = 1301,

    /// <summary>No signer is officer above the organisation of the post (for the top committee: officer of it).</summary>
    MayNotAppoint = 1302,

    /// <summary>No such member.</summary>
    MemberUnknown = 1303,

    /// <summary>The member came with an import that has been withdrawn.</summary>
    MemberWithdrawn = 1304,

    /// <summary>Secretaries and collectors belong to branches, officers to committees and general branches.</summary>
    PostDoesNotFit = 1305,

    /// <summary>The last day is before the first, or already past.</summary>
    TermHasEnded = 1306,

    /// <summary>The first day is more than a year ahead.</summary>
    TermTooFarAhead = 1307,

    /// <summary>The member already holds this post in an overlapping term.</summary>
    AlreadyAppointed = 1308,

    /// <summary>The member holds <see cref="PostsRecord.MaxCurrent"/> posts.</summary>
    TooManyPosts = 1309,

    /// <summary>There is no such current appointment.</summary>
    NotAppointed = 1401,

    /// <summary>The last day lies before yesterday: what was signed in office stays valid.</summary>
    LastDayPast = 1402,

    /// <summary>The last day is not earlier than the appointment's own end.</summary>
    EndsNoEarlier = 1403,

    /// <summary>Nobody ends his or her own post: the network could be left without an officer.</summary>
    OwnPost = 1404,

    /// <summary>No signer is officer of the top committee.</summary>
    MayNotManageSites = 1501,

    /// <summary>The site is registered already.</summary>
    AlreadyRegistered = 1502,

    /// <summary><see cref="SitesRecord.Max"/> sites are registered.</summary>
    TooManySites = 1503,

    /// <summary>The site to be removed is not registered.</summary>
    SiteUnknown = 1504,
}
