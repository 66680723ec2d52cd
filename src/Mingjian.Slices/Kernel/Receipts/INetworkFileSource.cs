using Mingjian.Acts.Networks;

namespace Mingjian.Slices.Kernel.Receipts;

/// <summary>The network file that verifiers hold, as this process knows it.</summary>
internal interface INetworkFileSource
{
    /// <summary>With the present nodes and the names of the organisations that run them.</summary>
    Task<NetworkFile> ReadAsync(CancellationToken cancellationToken);
}
