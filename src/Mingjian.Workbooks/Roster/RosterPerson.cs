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
/// <param name="Job">工作岗位 as written.</param>
/// <param name="OtherPhone">A second telephone number, where the sheet has a column for it.</param>
public sealed record RosterPerson(
    string Name, ResidentId IdNumber, Sex Sex, DateOnly BirthDate, string? Ethnicity, string? Education, MemberStanding Standing,
    string Branch, OrganizationId? Organization, DateOnly Admitted, DateOnly? FullSince, DuesClass? Class, Amount? Base, string? Job,
    string? Phone, string? Address, string? OtherPhone = null);

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
/// <param name="Field">Null when not read.</param>
/// <param name="By">How it came to its field, or to none.</param>
public sealed record RosterColumn(int Column, string Heading, RosterField? Field, MappedBy By = MappedBy.Nothing)
{
    /// <summary>Up to three values, for people who have to say what the column is.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];
}

/// <summary>A roster as read: every row with what is wrong about it; nothing has been written anywhere.</summary>
/// <param name="Sheet">The tab's name.</param>
/// <param name="HeadingRow">The last row of the headings, as a spreadsheet shows it; 0 when there are none.</param>
/// <param name="Columns">All columns that have a heading.</param>
/// <param name="Rows">Good and faulty, top to bottom.</param>
/// <param name="Remarks">About the sheet as a whole; a fault among them stops the whole import.</param>
public sealed record RosterReading(
    string Sheet, int HeadingRow, IReadOnlyList<RosterColumn> Columns, IReadOnlyList<RosterRow> Rows, IReadOnlyList<RosterRemark> Remarks)
{
    /// <summary>All tabs that could be read instead.</summary>
    public IReadOnlyList<string> Sheets { get; init; } = [];

    /// <summary>One of <see cref="TextEncodings.Names"/>; null for workbooks.</summary>
    public string? Encoding { get; init; }

    /// <summary>Date columns in which days are missing, with how many rows that stops until a day is chosen for them.</summary>
    public IReadOnlyDictionary<RosterField, int> MonthsOnly { get; init; } = new Dictionary<RosterField, int>();

    /// <summary>The first rows as they stand in the file.</summary>
    public IReadOnlyList<SheetRow> Head { get; init; } = [];

    /// <summary>False while a question about the whole file is open.</summary>
    public bool CanImport => !Remarks.Any(r => r.IsFault);

    public bool Has(RosterField field) => Columns.Any(c => c.Field == field);
}

/// <summary>Which day stands for a month of which nothing more is known.</summary>
public enum MonthDay
{
    First = 1,
    Last = 2,
}

/// <summary>What somebody has said about a file; all of it may be left open.</summary>
public sealed record RosterChoices
{
    public static readonly RosterChoices None = new();

    /// <summary>The tab to read; null = the first that looks like a roster.</summary>
    public string? Sheet { get; init; }

    /// <summary>One of <see cref="TextEncodings.Names"/>, for text files; null = guessed.</summary>
    public string? Encoding { get; init; }

    /// <summary>Fields by column number; a null field leaves the column out.</summary>
    public IReadOnlyDictionary<int, RosterField?> Columns { get; init; } = new Dictionary<int, RosterField?>();

    /// <summary>Fields by heading (<see cref="RosterHeadings.Plain"/>), as the organisation chose them before.</summary>
    public IReadOnlyDictionary<string, RosterField?> Remembered { get; init; } = new Dictionary<string, RosterField?>(StringComparer.Ordinal);

    public IReadOnlyDictionary<RosterField, MonthDay> Days { get; init; } = new Dictionary<RosterField, MonthDay>();

    /// <summary>The branch of everybody, where the sheet has no such column.</summary>
    public string? Branch { get; init; }

    /// <summary>The dues class of everybody, where the sheet has no such column.</summary>
    public DuesClass? Class { get; init; }
}

/// <summary>What a reading depends on besides the file.</summary>
/// <param name="Today">Dates after it are in the future.</param>
/// <param name="Branches">Branches by name; null = any name passes and no organisation is given.</param>
/// <param name="Choices">What has been said about the file; null = nothing yet.</param>
public sealed record RosterContext(DateOnly Today, IReadOnlyDictionary<string, OrganizationId>? Branches = null, RosterChoices? Choices = null)
{
    internal RosterChoices Said => Choices ?? RosterChoices.None;
}
