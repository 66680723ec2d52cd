using System.Reflection;
using Mingjian.Engine;

namespace Mingjian.Slices.Tests.Dues;

/// <summary>A ledger whose disk fails once after so many entries were read from it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class FaultyLedger : DispatchProxy
{
    private ILedger _ledger = null!;

    /// <summary>Entries that can still be read.</summary>
    public int After { get; set; } = int.MaxValue;

    public static ILedger Over(ILedger ledger, out FaultyLedger faults)
    {
        var proxy = Create<ILedger, FaultyLedger>();
        faults = (FaultyLedger)(object)proxy;
        faults._ledger = ledger;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(ILedger.ReadEntry) && After-- <= 0
            ? throw new IOException("The disk failed, as the test wants it.")
            : targetMethod.Invoke(_ledger, args);
}
