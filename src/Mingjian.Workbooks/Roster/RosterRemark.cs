using System.Globalization;

namespace Mingjian.Workbooks.Roster;

/// <summary>What is wrong (below 500) or worth knowing (from 500) about a cell. Numbers are stable and never reused.</summary>
public enum RosterCode
{
    /// <summary>About the file: nothing can be imported until it is answered.</summary>
    MissingColumns = 102,
    ColumnTwice = 103,
    BaseInDoubt = 108,
    BaseWithoutClass = 109,

    FormulaCell = 201,
    ErrorCell = 202,
    NameMissing = 211,
    NameNotAName = 212,
    IdNumberMissing = 221,
    IdNumberTurnedIntoNumber = 222,
    IdNumberLength = 223,
    IdNumberCharacters = 224,
    IdNumberBirthDate = 225,
    IdNumberCheckCharacter = 226,
    IdNumberTwice = 227,
    CategoryMissing = 241,
    CategoryUnknown = 242,
    CategoryNotAMember = 243,
    BranchMissing = 251,
    BranchUnknown = 252,
    DateUnreadable = 261,
    DateWithoutDay = 262,
    DateInFuture = 263,
    AdmittedMissing = 264,
    AdmittedBeforeFounding = 265,
    AdmittedUnderAge = 266,
    FullSinceMissing = 267,
    FullSinceNotAfterAdmission = 268,
    FullSinceOfProbationer = 269,
    OccupationMissing = 271,
    OccupationUnknown = 272,
    BaseMissing = 281,
    BaseUnreadable = 282,
    BaseNegative = 283,
    BaseZero = 284,
    BaseTooLarge = 285,

    /// <summary>A telephone number whose last digits the spreadsheet program took away.</summary>
    PhoneNotAPhone = 291,

    NameRewritten = 501,
    IdNumberRewritten = 502,
    DateRewritten = 503,
    NumberRewritten = 504,
    CodeRewritten = 505,
    PhoneRewritten = 506,
    FormulaResult = 507,
    MergedValue = 508,
    SexDiffersFromIdNumber = 511,
    BirthDateDiffersFromIdNumber = 512,
    TakenFromIdNumber = 513,
    ProbationShorterThanAYear = 514,
    ProbationLongerThanAYear = 515,
    BaseNotNeeded = 516,
    BaseRounded = 517,
    LeftBlank = 518,

    /// <summary>What stands in an optional cell cannot be used; the row goes in without it.</summary>
    NotTaken = 519,

    /// <summary>The day that was chosen for all months of the column.</summary>
    DayChosen = 520,
    RowLeftOut = 521,
    ColumnLeftOut = 522,
    SheetLeftOut = 523,
    NoBaseColumn = 524,
    HiddenColumn = 525,
    HiddenRow = 526,
    ColumnGuessed = 527,
    CategoryFromFullSince = 528,
    JobKeptAsText = 529,
    EncodingGuessed = 530,
    ChosenForAll = 531,
    OldExport = 532,
}

/// <summary>A fault or notice about one cell.</summary>
/// <param name="Row">As a spreadsheet shows it; 0 = the sheet as a whole.</param>
/// <param name="Column">Letters as a spreadsheet shows them; empty for the row as a whole.</param>
/// <param name="Heading">The column's heading as the file spells it.</param>
/// <param name="Value">What stands in the cell.</param>
/// <param name="Kind">Stable.</param>
/// <param name="What">What is wrong, in plain Chinese.</param>
/// <param name="Mend">How to mend it; empty for most notices.</param>
public sealed record RosterRemark(int Row, string Column, string Heading, string Value, RosterCode Kind, string What, string Mend)
{
    /// <summary>What the cell is about; null for the row or the sheet as a whole.</summary>
    public RosterField? Field { get; init; }

    /// <summary>First number of notices.</summary>
    private const int FirstNotice = 500;

    /// <summary>Stable: <c>roster/226</c>.</summary>
    public string Code => string.Create(CultureInfo.InvariantCulture, $"roster/{(int)Kind}");

    /// <summary>A fault keeps the row out; a notice does not.</summary>
    public bool IsFault => (int)Kind < FirstNotice;
}

/// <summary>Why a file as a whole cannot be read as a roster.</summary>
public enum RosterFileFault
{
    NoHeadings = 101,
    NoRows = 104,
    NoSuchSheet = 110,
}

/// <summary>A workbook that is no roster. The message is for the user.</summary>
public sealed class RosterException : Exception
{
    internal RosterException(RosterFileFault fault, string message)
        : base(message) => Fault = fault;

    public RosterFileFault Fault { get; }

    /// <summary>Stable: <c>roster/102</c>.</summary>
    public string Code => string.Create(CultureInfo.InvariantCulture, $"roster/{(int)Fault}");
}
