using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Workbooks.Roster;

/// <summary>One person of a roster, normalised. Personal data throughout: it goes into the vault and nowhere else.</summary>
/// <param name="Name">NFC, no white space, middle dots as U+00B7.</param>
/// <param name="IdNumber">Checked by GB 11643.</param>
/// <param name="Sex">As stated, or by the ID number where nothing is stated.</param>
/// <param name="BirthDate">As stated, or by the ID number where nothing is stated.</param>
/// <param name="Ethnicity">Code of GB/T 3304, "01" to "56", "97", "98"; null where blank.</param>
/// <param name="Education">Code of GB/T 4658; null where blank.</param>
/// <param name="Standing">Full or probationary.</param>
/// <param name="Branch">The branch's name as written, trimmed.</param>
/// <param name="Organization">The branch, where the reader was told the branches.</param>
/// <param name="Admitted">Day of the branch meeting's resolution.</param>
/// <param name="FullSince">Null for probationers.</param>
/// <param name="Class">Dues class; null when the sheet has neither 职业状况 nor 工作岗位.</param>
/// <param name="Base">Monthly base; null for classes without one, and when the sheet has no such column.</param>
public sealed record RosterPerson(
    string Name, ResidentId IdNumber, Sex Sex, DateOnly BirthDate, string? Ethnicity, string? Education, MemberStanding Standing,
    string Branch, OrganizationId? Organization, DateOnly Admitted, DateOnly? FullSince, DuesClass? Class, Amount? Base, string? Job,
    string? Phone, string? Address);

/// <summary>One row of a roster.</summary>
/// <param name="Number">As a spreadsheet shows it.</param>
/// <param name="Source">The cells as they stand in the file.</param>
/// <param name="Person">Null when the row has a fault.</param>
/// <param name="Remarks">Faults and notices, by column.</param>
public sealed record RosterRow(int Number, SheetRow Source, RosterPerson? Person, IReadOnlyList<RosterRemark> Remarks)
{
    public bool IsGood => Person is not null;
}

/// <summary>A column of the sheet.</summary>
/// <param name="Column">From 1.</param>
/// <param name="Heading">As the file spells it.</param>
/// <param name="Field">Null when not understood.</param>
public sealed record RosterColumn(int Column, string Heading, RosterField? Field);

/// <summary>A roster as read: every row with what is wrong about it; nothing has been written anywhere.</summary>
/// <param name="Sheet">The tab's name.</param>
/// <param name="HeadingRow">As a spreadsheet shows it.</param>
/// <param name="Columns">All columns that have a heading.</param>
/// <param name="Rows">Good and faulty, top to bottom.</param>
/// <param name="Remarks">Notices about the sheet as a whole.</param>
public sealed record RosterReading(
    string Sheet, int HeadingRow, IReadOnlyList<RosterColumn> Columns, IReadOnlyList<RosterRow> Rows, IReadOnlyList<RosterRemark> Remarks)
{
    public bool Has(RosterField field) => Columns.Any(c => c.Field == field);
}

/// <summary>What a reading depends on besides the file.</summary>
/// <param name="Today">Dates after it are in the future.</param>
/// <param name="Branches">Branches by name; null = any name passes and no organisation is given.</param>
public sealed record RosterContext(DateOnly Today, IReadOnlyDictionary<string, OrganizationId>? Branches = null);
