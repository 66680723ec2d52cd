using Mingjian.Primitives;

namespace Mingjian.Views.ReadModels;

/// <summary>How far lists and sums have followed the ledger: all of them, or those of one slice and of whatever it joins.</summary>
public interface IReadModelProgress
{
    /// <summary>The last block that these lists show; 0 = none yet.</summary>
    long Height { get; }

    /// <summary>The lists of one slice, which go on while another's are made anew.</summary>
    /// <exception cref="ArgumentException">No slice has this name.</exception>
    IReadModelProgress For(string slice);

    /// <summary>Calls back after each block that has reached any lists, on a thread of its own. Dispose to stop.</summary>
    IDisposable Subscribe(Action<long> advanced);

    /// <summary>True as soon as lists show a block; false when that takes longer than <paramref name="atMost"/>.</summary>
    Task<bool> WaitForAsync(long height, TimeSpan atMost, CancellationToken cancellationToken = default);
}

/// <summary>Compares the SQL tables with a fresh projection of the ledger, and makes them anew. Rights are checked inside.</summary>
public interface IReadModelCheck
{
    /// <summary>The newest results, newest first. Needs the right to view audits.</summary>
    Task<IReadOnlyList<CheckReport>> ReadResultsAsync(int most = 20, CancellationToken cancellationToken = default);

    /// <summary>Runs a check now; takes as long as a replay. Needs the right to view audits.</summary>
    Task<CheckReport> RunAsync(CancellationToken cancellationToken = default);

    /// <summary>Drops the rows of a slice, or all, and replays the ledger. Needs the right to view audits.</summary>
    /// <param name="slice">Its name; null = all.</param>
    /// <param name="cancellationToken">Leaves the tables incomplete; run it again.</param>
    Task<CheckReport> RebuildAsync(string? slice = null, CancellationToken cancellationToken = default);
}

/// <summary>What made a check run.</summary>
public enum CheckTrigger
{
    Nightly = 1,
    Person = 2,

    /// <summary>After the tables were made anew.</summary>
    Rebuild = 3,
}

/// <summary>One run of the check.</summary>
/// <param name="Height">The block up to which both sides were compared.</param>
/// <param name="Rows">Rows of the fresh projection.</param>
/// <param name="Digest">SHA-256 over all rows of the fresh projection, hexadecimal.</param>
/// <param name="FaultCount">All of them.</param>
/// <param name="Faults">The first <see cref="MaxFaults"/>.</param>
/// <param name="By">Who pressed the button; null for the nightly run.</param>
public sealed record CheckReport(
    LedgerTime Started, LedgerTime Finished, long Height, long Rows, string Digest, int FaultCount, IReadOnlyList<RowFault> Faults,
    CheckTrigger Trigger, MemberId? By)
{
    public const int MaxFaults = 200;

    /// <summary>Every row agrees with the ledger.</summary>
    public bool IsClean => FaultCount == 0;
}

/// <summary>A row that does not say what the ledger says.</summary>
/// <param name="Table">The SQL table.</param>
/// <param name="Key">The row's key values, separated by '/'.</param>
/// <param name="Column">Empty for a missing or an extra row.</param>
/// <param name="Expected">What the ledger gives; null = nothing.</param>
/// <param name="Found">What the table holds; null = nothing.</param>
public sealed record RowFault(string Table, string Key, RowFaultKind Kind, string Column, string? Expected, string? Found);

public enum RowFaultKind
{
    Altered = 1,
    Missing = 2,
    Extra = 3,
}
