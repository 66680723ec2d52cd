using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Kernel;

/// <summary>How rules refuse.</summary>
internal static class Refusal
{
    private const string Ending = "Rejection";

    /// <summary>Refuses for a reason of the contract after which the enumeration is named: <c>DuesRejection</c> is of <c>dues</c>.</summary>
    public static Decision Reject<TReason>(TReason reason)
        where TReason : struct, Enum => Decision.Reject(ContractOf<TReason>.Name, reason);

    private static class ContractOf<TReason>
    {
        public static readonly string Name = typeof(TReason).Name[..^Ending.Length].ToLowerInvariant();
    }
}
