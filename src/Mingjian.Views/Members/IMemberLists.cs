using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;

namespace Mingjian.Views.Members;

/// <summary>The member lists (党员名册). Every call asks for the right to view members anew; personal data never leaves without it.</summary>
public interface IMemberLists
{
    /// <summary>Organisations whose members the signed-in person may see, higher ones first, each followed by those below it.</summary>
    Task<IReadOnlyList<OrganizationNode>> ReadTreeAsync(CancellationToken cancellationToken = default);

    /// <summary>Members of an organisation and all below it, by branch and name.</summary>
    /// <param name="search">Part of a name, its pinyin or its first letters; null or blank for all.</param>
    /// <param name="nameOrder">How names stand within a branch.</param>
    Task<IReadOnlyList<MemberLine>> ListAsync(
        OrganizationId organization, string? search = null, NameOrder nameOrder = NameOrder.Pinyin, CancellationToken cancellationToken = default);

    /// <summary>The roster of an organisation and all below it as a workbook, in the layout in which rosters come in.</summary>
    /// <remarks>Occupations and bases are in it only where the signed-in person may see those of every branch.</remarks>
    Task<byte[]> ExportAsync(OrganizationId organization, NameOrder nameOrder = NameOrder.Pinyin, CancellationToken cancellationToken = default);

    /// <summary>One person's whole record.</summary>
    Task<MemberDetail> ReadAsync(MemberId member, CancellationToken cancellationToken = default);
}

/// <summary>How a list of names is ordered.</summary>
public enum NameOrder
{
    /// <summary>拼音, surnames by their readings as surnames.</summary>
    Pinyin = 1,

    /// <summary>姓氏笔画, as candidates and delegates are listed.</summary>
    Strokes = 2,
}

/// <summary>An organisation in the tree.</summary>
/// <param name="Depth">0 for the highest that the person may see.</param>
/// <param name="FullMembers">In it and all below.</param>
/// <param name="Probationers">In it and all below.</param>
public sealed record OrganizationNode(
    OrganizationId Organization, string Name, OrganizationKind Kind, int Depth, int FullMembers, int Probationers);

/// <summary>A person in the list.</summary>
/// <param name="Name">The short id where the vault knows no name (an erased person).</param>
/// <param name="SignerName">Who signed the import.</param>
/// <param name="Height">The final block that brought the person.</param>
/// <param name="Index">Its log entry.</param>
public sealed record MemberLine(
    MemberId Member, string Name, OrganizationId Branch, string BranchName, MemberStanding Standing, DateOnly Admitted, DateOnly? FullSince,
    string SignerName, long Height, long Index);

/// <summary>All that is kept of a person. Null = not stated, or erased.</summary>
/// <param name="Monthly">Dues a month by the standard in force; null where none is set.</param>
/// <param name="ShowsStandard">False: <paramref name="Class"/> and <paramref name="Monthly"/> are not this person's to see, and null.</param>
public sealed record MemberDetail(
    MemberLine Line, string? IdNumber, string? Sex, DateOnly? BirthDate, string? Ethnicity, string? Education, string? Job, string? Phone,
    string? Address, DuesClass? Class, Amount? Monthly, bool HasKey, bool ShowsStandard);
