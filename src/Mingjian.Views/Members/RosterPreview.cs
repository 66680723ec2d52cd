using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;

namespace Mingjian.Views.Members;

/// <summary>What will become of a row of an uploaded roster.</summary>
public enum PreviewState
{
    /// <summary>Will go in.</summary>
    Good = 1,

    /// <summary>Stays out until mended.</summary>
    Faulty = 2,

    /// <summary>The person is on the ledger already (已在册): skipped.</summary>
    Known = 3,
}

/// <summary>An uploaded roster as understood. Nothing has been written; the draft is forgotten after <see cref="Lifetime"/>.</summary>
/// <param name="Draft">Names the draft; random.</param>
/// <param name="FileName">As uploaded.</param>
/// <param name="Sheet">The tab that was read.</param>
/// <param name="Rows">All rows of people, top to bottom.</param>
/// <param name="Remarks">About the sheet as a whole.</param>
/// <param name="Branches">Branches the officer may import into.</param>
/// <param name="UnknownBranches">Names in the file that are no such branch, with how many rows they stop.</param>
/// <param name="HasClasses">The sheet says the dues class, so standards are fixed with the import.</param>
public sealed record RosterPreview(
    string Draft, string FileName, string Sheet, IReadOnlyList<PreviewRow> Rows, IReadOnlyList<PreviewRemark> Remarks,
    IReadOnlyList<BranchChoice> Branches, IReadOnlyList<UnknownBranch> UnknownBranches, bool HasClasses)
{
    /// <summary>How the columns were understood and what is still to be answered.</summary>
    public required MappingView Mapping { get; init; }

    /// <summary>Committees under which the officer may found branches.</summary>
    public IReadOnlyList<BranchChoice> Committees { get; init; } = [];

    /// <summary>Branches that the same signature will found, with the committee above each.</summary>
    public IReadOnlyList<NewBranch> NewBranches { get; init; } = [];

    /// <summary>False while a question about the whole file is open (a fault among <see cref="Remarks"/>).</summary>
    public bool CanImport => !Remarks.Any(r => r.IsFault);


    /// <summary>How long a draft waits for its confirmation.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public int Good => Rows.Count(r => r.State == PreviewState.Good);

    public int Faulty => Rows.Count(r => r.State == PreviewState.Faulty);

    public int Known => Rows.Count(r => r.State == PreviewState.Known);

    public int Noticed => Rows.Count(r => r.Remarks.Any(m => !m.IsFault));
}

/// <summary>A branch to choose.</summary>
public sealed record BranchChoice(OrganizationId Branch, string Name);

/// <summary>A branch to be founded with the import.</summary>
/// <param name="Rows">How many people it gets.</param>
public sealed record NewBranch(string Name, string Committee, int Rows);

/// <summary>How a file was understood: what may be changed before anything is imported.</summary>
/// <param name="Sheets">Tabs that may be read instead.</param>
/// <param name="Encoding">Of a text file; null for workbooks.</param>
/// <param name="Encodings">To choose from.</param>
/// <param name="Fields">What a column can be.</param>
/// <param name="Months">Date columns in which days are missing.</param>
/// <param name="AsksBranch">The sheet has no column of branches.</param>
/// <param name="AsksClass">The sheet has no column of 职业状况.</param>
/// <param name="Head">The first rows as the file has them.</param>
/// <param name="Said">What was chosen by hand so far.</param>
public sealed record MappingView(
    IReadOnlyList<string> Sheets, string? Encoding, IReadOnlyList<Choice> Encodings, IReadOnlyList<MappingColumn> Columns, IReadOnlyList<Choice> Fields,
    IReadOnlyList<MonthQuestion> Months, bool AsksBranch, bool AsksClass, IReadOnlyList<IReadOnlyList<string>> Head, RosterMapping Said)
{
    /// <summary>Columns whose field was only inferred.</summary>
    public bool HasGuesses => Columns.Any(c => c.IsGuess);
}

/// <summary>Something to choose.</summary>
/// <param name="Key">Stable.</param>
/// <param name="Name">For people.</param>
public sealed record Choice(string Key, string Name);

/// <summary>A column of the file.</summary>
/// <param name="Column">From 1.</param>
/// <param name="Letters">As a spreadsheet shows it.</param>
/// <param name="Field">Key of the field; null when the column is not read.</param>
/// <param name="How">How it came to its field, for people; empty for headings that are known.</param>
/// <param name="IsGuess">To be looked at.</param>
public sealed record MappingColumn(int Column, string Letters, string Heading, IReadOnlyList<string> Samples, string? Field, string How, bool IsGuess);

/// <summary>A date column with months of which the day is missing.</summary>
/// <param name="Field">Key of the field.</param>
/// <param name="Rows">How many wait for a day; 0 once one is chosen.</param>
/// <param name="Chosen"><see cref="RosterMapping.First"/>, <see cref="RosterMapping.Last"/> or null.</param>
public sealed record MonthQuestion(string Field, string Name, int Rows, string? Chosen);

/// <summary>What the officer said about a file. Replaces what was said before.</summary>
/// <param name="Columns">Keys of fields by column number; a null key leaves the column out. Only what was chosen by hand.</param>
/// <param name="Days">By key of the date field: <see cref="First"/> or <see cref="Last"/>.</param>
/// <param name="Branch">The branch of everybody; null = by column.</param>
/// <param name="Class">The dues class of everybody; null = by column.</param>
public sealed record RosterMapping(
    string? Sheet, string? Encoding, IReadOnlyDictionary<int, string?> Columns, IReadOnlyDictionary<string, string> Days, string? Branch, DuesClass? Class)
{
    public const string First = "first";
    public const string Last = "last";

    public static readonly RosterMapping None = new(
        null, null, new Dictionary<int, string?>(), new Dictionary<string, string>(StringComparer.Ordinal), null, null);
}

/// <summary>A branch name in the file that fits no branch.</summary>
public sealed record UnknownBranch(string Name, int Rows);

/// <summary>One row. Values are shown as understood, and as the file says where they were not.</summary>
/// <param name="Number">As the spreadsheet shows it.</param>
/// <param name="Monthly">Dues a month; null without a class.</param>
public sealed record PreviewRow(
    int Number, PreviewState State, string Name, string IdNumber, string Sex, string Birth, string Branch, string Standing, string Admitted,
    string FullSince, string Occupation, string Base, DuesClass? Class, Amount? Monthly, IReadOnlyList<PreviewRemark> Remarks);

/// <summary>A fault or notice about a cell.</summary>
/// <param name="Place">Row and column as a spreadsheet shows them: <c>D5</c>; empty for the whole sheet.</param>
/// <param name="Heading">As the file spells it.</param>
/// <param name="Value">As the file says.</param>
/// <param name="Code">Stable: <c>roster/226</c>.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">How to mend it; empty for most notices.</param>
/// <param name="IsFault">A fault keeps the row out.</param>
/// <param name="Field">Key of the field it is about; null for the row or the sheet as a whole.</param>
public sealed record PreviewRemark(
    string Place, string Heading, string Value, string Code, string What, string Mend, bool IsFault, string? Field = null);

/// <summary>What the officer chose when confirming.</summary>
/// <param name="FarmerMonthly">0.20 to 1.00 yuan (Art. 6).</param>
/// <param name="From">First month of the dues standards.</param>
public sealed record ImportChoices(Amount FarmerMonthly, Month From)
{
    public static readonly Amount DefaultFarmer = new(20);
}

/// <summary>A roster import as the list shows it.</summary>
/// <param name="People">How many it brought.</param>
/// <param name="LeftOut">Faulty rows that stayed out.</param>
/// <param name="Known">Rows of people who were on the ledger already.</param>
/// <param name="State">From the ledger.</param>
/// <param name="Chunks">Parts on the ledger of parts in all.</param>
/// <param name="MayWithdraw">The signed-in officer may withdraw it and nothing depends on it.</param>
/// <param name="WhyNot">Why it cannot be withdrawn; empty when it can.</param>
public sealed record ImportView(
    ImportId Import, string ByName, LedgerTime Staged, int People, int LeftOut, int Known, ImportState State, int ReceivedChunks, int Chunks,
    bool MayWithdraw, string WhyNot);

/// <summary>Where an import stands.</summary>
public enum ImportState
{
    /// <summary>Staged; nothing of it is on the ledger: not signed, or not final yet.</summary>
    Unsigned = 1,

    /// <summary>Some parts are on the ledger, some are not.</summary>
    Partial = 2,
    InForce = 3,
    Withdrawn = 4,
}
