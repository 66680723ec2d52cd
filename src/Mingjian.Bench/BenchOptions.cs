namespace Mingjian.Bench;

/// <summary>What to measure.</summary>
public sealed record BenchOptions
{
    /// <summary>Sizes of the roster to run with. Default 10,000 and 1,000,000; the first is what the others are compared with.</summary>
    public IReadOnlyList<int> Members { get; init; } = [10_000, 1_000_000];

    /// <summary>Measured runs for each size; medians are printed. Default 5.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>Pre-signed payments in each run. Default 8,000.</summary>
    public int PaymentsPerRun { get; init; } = 8_000;

    /// <summary>Members who pay, chosen evenly over the roster; each has seven assessed months. Default 10,000.</summary>
    public int Payers { get; init; } = 10_000;

    /// <summary>Whether the ledger is measured in this process: payments, audit, receipts. Default true.</summary>
    public bool InProcess { get; init; } = true;

    /// <summary>Whether payments over HTTP are measured as well, with the first size. Default true.</summary>
    public bool Http { get; init; } = true;

    /// <summary>Whether the processor time of each stage is printed as well. Default true.</summary>
    public bool Profile { get; init; } = true;

    /// <summary>Measures a network of so many nodes instead, with as many etcd members; 0 for none. Default 0.</summary>
    public int Nodes { get; init; }

    /// <summary>Where the ledgers are made, and removed afterwards. Default: the system's temporary directory.</summary>
    public string? Directory { get; init; }
}
