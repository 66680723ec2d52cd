namespace Mingjian.Contracts.Kernel;

/// <summary>Something that a post may allow.</summary>
public enum Right
{
    EstablishOrganization = 1,
    AppointToPost = 2,
    ImportMembers = 3,
    WithdrawImport = 4,
    IssueInvitation = 5,
    RevokeKey = 6,
    SetDuesPolicy = 7,
    SetStandards = 8,
    ProposeReduction = 9,
    DecideReduction = 10,
    AssessDues = 11,
    RecordPayment = 12,
    ReversePayment = 13,

    /// <summary>The branch's consent of Art. 12.</summary>
    ConsentForBranch = 14,

    /// <summary>The higher committee's consent to a long back payment.</summary>
    ConsentForCommittee = 15,

    /// <summary>Read the member list.</summary>
    ViewMembers = 16,

    /// <summary>Read dues of others.</summary>
    ViewDues = 17,

    /// <summary>Read access records and run checks.</summary>
    ViewAudit = 18,

    /// <summary>Register and remove the sites on which passkeys sign; asked of the top committee.</summary>
    ManageSites = 19,
}
