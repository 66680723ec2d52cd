using System.Globalization;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Audit;

namespace Mingjian.Engine;

/// <summary>Puts into words why taking over a log failed, for everybody: machines have names in log files alone.</summary>
/// <remarks>
/// Only what this program's own checks say is passed on as it is; they speak of blocks, entries and tiles. What the operating system, the network or a
/// library says may name addresses, ports and paths, and is replaced.
/// </remarks>
public static class PeerFaults
{
    /// <summary>English, one sentence; the same for the same kind of fault.</summary>
    public static string Describe(Exception fault) => fault switch
    {
        AuditFaultException or DivergedException or InvalidDataException or NodeUnreachableException => fault.Message,
        HttpRequestException { StatusCode: { } status } => string.Create(CultureInfo.InvariantCulture, $"It answers {(int)status}."),
        HttpRequestException http => $"It cannot be reached ({http.HttpRequestError}).",
        OperationCanceledException or TimeoutException => "It has not answered in time.",
        _ => "The connection was broken off.",
    };
}
