namespace Mingjian.Cli.Kit;

/// <summary>What scripts can rely on.</summary>
internal static class ExitCodes
{
    /// <summary>Done; what was checked holds.</summary>
    public const int Ok = 0;

    /// <summary>Checked and found wrong, or refused.</summary>
    public const int Failed = 1;

    /// <summary>Nothing could be checked or done: bad arguments, unreadable files, no connection.</summary>
    public const int Unusable = 2;

    /// <summary>A receipt is genuine, and its payment has been reversed.</summary>
    public const int Reversed = 3;

    /// <summary>A receipt is genuine; whether its payment was reversed later was not checked, or not as lately as demanded.</summary>
    public const int Unchecked = 4;
}
