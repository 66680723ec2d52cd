using Mingjian.Acts.Signing;
using Mingjian.Primitives;

namespace Mingjian.Views.Members;

/// <summary>Rosters in, and out again. Every call asks for the right anew and refuses with <c>AccessDeniedException</c>.</summary>
/// <remarks>
/// A file is read and shown (<see cref="ReadAsync"/>); nothing is written until <see cref="ConfirmAsync"/>, which stores the people encrypted and
/// returns the acts to sign. They exist for others once the ledger has made the acts final.
/// </remarks>
public interface IRosterImports
{
    /// <summary>Largest file in bytes.</summary>
    const int MaxFileBytes = 20 << 20;

    /// <summary>Reads an uploaded workbook and keeps it as a draft.</summary>
    /// <param name="file">At most <see cref="MaxFileBytes"/>; never trusted.</param>
    /// <exception cref="RosterRefusedException">Not a roster; the message says why and how to mend it.</exception>
    Task<RosterPreview> ReadAsync(Stream file, string fileName, CancellationToken cancellationToken = default);

    /// <summary>Says which branch a name in the file means, and reads the draft again.</summary>
    Task<RosterPreview> MapBranchAsync(string draft, string name, OrganizationId branch, CancellationToken cancellationToken = default);

    /// <summary>Says what the columns are and answers what is asked about them; reads the draft again. Headings are remembered for the organisation.</summary>
    Task<RosterPreview> MapAsync(string draft, RosterMapping mapping, CancellationToken cancellationToken = default);

    /// <summary>Names of the file that are to be founded as branches, signed for together with the import; replaces what was chosen before.</summary>
    /// <param name="higher">The committee above all of them.</param>
    Task<RosterPreview> FoundBranchesAsync(
        string draft, IReadOnlyCollection<string> names, OrganizationId higher, CancellationToken cancellationToken = default);

    /// <summary>Stores the good rows encrypted and prepares the acts that put them on the ledger.</summary>
    /// <param name="progress">People stored so far.</param>
    Task<StagedImport> ConfirmAsync(
        string draft, ImportChoices choices, IProgress<int>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Removes what was staged when nothing of it reached the ledger (the officer did not sign).</summary>
    Task DiscardAsync(ImportId import, CancellationToken cancellationToken = default);

    /// <summary>The faulty rows of a draft as a workbook with the reason in an extra column.</summary>
    Task<byte[]> ExportFaultyAsync(string draft, CancellationToken cancellationToken = default);

    /// <summary>An empty roster as a workbook: an example, drop-downs (the officer's branches among them), notes.</summary>
    Task<byte[]> CreateTemplateAsync(CancellationToken cancellationToken = default);

    /// <summary>Imports that the signed-in officer may see, newest first.</summary>
    Task<IReadOnlyList<ImportView>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>The act that withdraws a whole import.</summary>
    Task<ActsToSign> WithdrawAsync(ImportId import, CancellationToken cancellationToken = default);
}

/// <summary>People stored, and the acts to sign with one gesture.</summary>
/// <param name="Import">Null when only standards of people already on the ledger are set.</param>
/// <param name="People">How many will go in.</param>
/// <param name="Standards">How many dues standards will be set.</param>
/// <param name="Founded">Names of the branches that the same signature founds, by id.</param>
public sealed record StagedImport(ImportId? Import, int People, int Standards, ActsToSign Acts, IReadOnlyDictionary<OrganizationId, string>? Founded = null);

/// <summary>An upload that cannot be taken as a roster. The message is for the user.</summary>
/// <param name="code"><c>workbook/…</c> or <c>roster/…</c>, stable.</param>
public sealed class RosterRefusedException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
